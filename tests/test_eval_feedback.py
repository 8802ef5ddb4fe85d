"""Questions from feedback: what was right becomes a case, what was wrong waits for its gold."""

import json

import pytest

from eval.dataset import DatasetError
from eval.matching import RawTexts
from eval.own.drafting import write_draft
from eval.own.drafting.rated import from_feedback
from eval.own.feedback import load_feedback
from eval.own.finder import Finder
from eval.own.questions import load_own
from rag.datatypes import Answer, Citation, Place, Refusal, Sentence, Span, Turn
from rag.records import answer_json

TEXT = "住宿费标准\n\n住宿费每人每天不超过400元。伙食补助按天计算，不分地区。\n"


def place(words):
    start = TEXT.find(words)
    return Place(
        file="a.txt", article="", paragraph=1, spans=(Span(start=start, end=start + len(words)),), quote=words
    )


def rated(question, said, rating, time="2026-03-01T10:00:00", **fields):
    words = said.rstrip("？")
    answer = Answer(
        question=question,
        standalone_question=question,
        sentences=(Sentence(text=said, citations=(1,)),),
        citations=(Citation(n=1, place=place(words)),) if words in TEXT else (),
        refusal=Refusal(reason="not_stated", message=said) if said.startswith("文档里没有") else None,
    )
    return {"time": time, "question": question, "answer": answer_json(answer), "rating": rating} | fields


@pytest.fixture
def feedback(tmp_path):
    """Return the candidates from rows of feedback."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text(TEXT, encoding="utf-8")

    def load(*rows):
        path = tmp_path / "反馈.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return from_feedback(load_feedback(path), Finder(RawTexts(docs)))

    return load


def test_a_right_answer_becomes_a_case(feedback):
    number, how, refused = feedback(
        rated("住宿费每天多少元？", "住宿费每人每天不超过400元。", "right"),
        rated("伙食怎么算？", "伙食补助按天计算，不分地区。", "right", note="好"),
        rated("探亲假几天？", "文档里没有写。", "right"),
    )
    assert (number.facts, number.reference, number.quotes) == (
        (("400元",),),
        "",
        ("住宿费每人每天不超过400元。",),
    )
    assert (how.facts, how.reference, how.file) == ((), "伙食补助按天计算，不分地区。", "a.txt")
    assert how.note == "好"
    assert (refused.answerable, refused.facts, refused.quotes) == (False, (), ())


def test_a_wrong_answer_waits_for_its_gold_and_comes_first(feedback, tmp_path):
    history = [{"role": "user", "content": "出差？"}]
    wrong, right = feedback(
        rated("伙食怎么算？", "伙食补助按天计算，不分地区。", "right"),
        rated("那住宿呢？", "住宿费每人每天不超过400元。", "wrong", note="问的是淡季", history=history),
    )
    assert wrong.note == "用户说：问的是淡季；当时答：住宿费每人每天不超过400元。；请补标准答案或要点"
    assert wrong.history == (Turn(role="user", content="出差？"),)
    assert (wrong.facts, wrong.reference, right.question) == ((), "", "伙食怎么算？")
    write_draft(tmp_path / "d.csv", [wrong, right])
    with pytest.raises(DatasetError, match=r"d\.csv 第 2 行：没有标准答案，也没有要点"):
        load_own(tmp_path / "d.csv", RawTexts(tmp_path / "docs"))


def test_the_latest_rating_of_a_question_counts(feedback):
    said = "住宿费每人每天不超过400元。"
    (one,) = feedback(
        rated("住宿费？", said, "right", "2026-03-02T10:00:00"),
        rated("住宿费？", said, "wrong", "2026-03-01T10:00:00"),
    )
    assert one.rule == "答对的反馈"


def test_a_citation_that_stands_no_longer_is_left_out_and_told(feedback):
    row = rated("住宿费多少？", "住宿费每人每天不超过400元。", "right")
    row["answer"]["citations"][0]["quote"] = "住宿费每天500元。"
    (one,) = feedback(row)
    assert (one.quotes, one.note) == ((), "有 1 处引文已不在文档里")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rating": "好"}, "rating 是 好，应是 right 或 wrong"),
        ({"question": " "}, "question 应是一句话"),
        ({"answer": "好"}, "answer 应是 ask --json 打印的对象"),
        ({"answer": {}}, "缺少 sentences"),
        ({"history": "前文"}, "history 应是一列"),
    ],
)
def test_bad_feedback_is_named_by_line(feedback, change, message):
    with pytest.raises(DatasetError) as caught:
        feedback(rated("住宿费？", "住宿费每人每天不超过400元。", "right") | change)
    assert str(caught.value).startswith(f"反馈.jsonl 第 1 行不是一条反馈：{message}")
