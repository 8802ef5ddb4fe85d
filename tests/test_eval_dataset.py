"""The gold stands in the documents, and an entry that does not is refused."""

import json
from collections import Counter
from pathlib import Path

import pytest

from eval.dataset import QUOTE_KINDS, Change, DatasetError, load_questions, load_quotes
from eval.grounding import load_labelled
from eval.matching import RawTexts, plain
from rag.datatypes import Span, Turn

ROOT = Path(__file__).parent.parent
TEXTS = RawTexts(ROOT / "docs_src")
QUESTIONS = load_questions(ROOT / "eval" / "questions.jsonl", TEXTS)
QUOTES = load_quotes(ROOT / "eval" / "quotes.jsonl", TEXTS)
SENTENCES = load_labelled(ROOT / "eval" / "grounding.jsonl", TEXTS)
ALTERED = load_labelled(ROOT / "eval" / "altered.jsonl", TEXTS)
DATASHEET = (ROOT / "eval" / "README.md").read_text(encoding="utf-8")

# The opening words of every piece of writing in the corpus, in the order of the files.
PIECES = {
    "000_32955ea674607d7a.txt": [
        "# 坚持创新驱动",
        "## 两部门推出城市更新",
        "## 三部门部署创建",
        "## 五部门联合发文",
        "## 科技型中小企业纳入",
        "(上接第一版)",
    ],
    "001_af76cae5511be1fe.txt": ["科学技术部部长阴和俊:", "工业和信息化部部长李乐成:"],
    "002_d80b382c7b586b9d.txt": [
        "智能化、绿色化、融合化:现代化产业体系",
        "现代化产业体系基本特征",
        "筑牢新质生产力发展",
        "创新科技金融服务 赋能",
    ],
    "003_1cd45f47ce8bf859.txt": ["工业和信息化部:四方面", "相关推荐"],
    "004_90f40236bc051bf2.txt": ["工信部部署2026年", "2025年12月26日,西安", "我国科技成果转化实现量质"],
}


# The least that the set promises, of each type.
PROMISED = {
    "fact": 30,
    "definition": 12,
    "list": 24,
    "attribution": 24,
    "paraphrase": 30,
    "noisy": 20,
    "several": 20,
    "time": 20,
    "conversation": 30,
    "unanswerable": 36,
    "off_topic": 20,
}


def test_every_altered_sentence_is_another_and_every_kind_is_false_or_true():
    assert len(ALTERED) >= 400
    assert len({label.id for label in ALTERED}) == len(ALTERED)
    kinds = {label.kind: label.supported for label in ALTERED}
    assert all(kinds[label.kind] is label.supported for label in ALTERED)
    for label in ALTERED:
        stands = any(plain(label.sentence) in plain(passage.quote) for passage in label.evidence)
        assert label.supported or not stands, label.id


def test_there_are_enough_of_each_type_and_the_datasheet_has_their_counts():
    counts = Counter(question.type for question in QUESTIONS)
    assert counts.keys() == PROMISED.keys()
    assert all(counts[kind] >= least for kind, least in PROMISED.items())
    for kind, count in counts.items():
        assert f"| {kind} | {count} |" in DATASHEET


def test_each_type_is_split_in_halves():
    halves = Counter((question.type, question.split) for question in QUESTIONS)
    for kind in PROMISED:
        assert abs(halves[kind, "dev"] - halves[kind, "test"]) <= 1


def test_a_conversation_has_earlier_turns_that_end_with_an_answer_and_no_other_type_has():
    for question in QUESTIONS:
        assert bool(question.history) == (question.type == "conversation")
        assert [turn.role for turn in question.history] == ["user", "assistant"] * (
            len(question.history) // 2
        )


@pytest.mark.parametrize(
    ("file", "number"), [(f, i) for f, pieces in PIECES.items() for i in range(len(pieces))]
)
def test_every_piece_of_writing_is_asked_about(file, number):
    raw = TEXTS[file]
    starts = [raw.index(opening) for opening in PIECES[file]] + [len(raw)]
    passages = [p for question in QUESTIONS for source in question.sources for p in source]
    inside = [p for p in passages if p.file == file and starts[number] <= p.span.start < starts[number + 1]]
    assert len({p.span for p in inside}) >= 2


def test_a_gold_passage_is_cut_from_the_raw_file_at_its_span():
    for question in QUESTIONS:
        for passage in (passage for source in question.sources for passage in source):
            cut = TEXTS[passage.file][passage.span.start : passage.span.end]
            assert "".join(cut.split()) == "".join(passage.quote.split())


def test_the_datasheet_has_the_counts_of_quotes_and_of_labelled_sentences():
    quotes = Counter(quote.kind for quote in QUOTES)
    assert quotes.keys() == set(QUOTE_KINDS)
    assert len(QUOTES) >= 80
    sentences = Counter((label.kind, label.supported) for label in SENTENCES)
    assert len(SENTENCES) >= 150
    for (kind, supported), count in sentences.items():
        assert f"| {kind} | {'有据' if supported else '无据'} | {count} |" in DATASHEET
    for kind, count in quotes.items():
        assert f"| {kind} | {count} |" in DATASHEET


def test_a_quote_over_a_break_stands_in_the_file_once_the_photo_credit_is_taken_out():
    for quote in QUOTES:
        if quote.kind == "exact_break":
            assert quote.quote not in TEXTS[quote.file]
            assert plain(quote.quote) in plain(TEXTS[quote.file]).replace(plain("新华社记者李鑫/摄"), "")


def test_only_exact_quotes_stand_in_any_file():
    everything = [plain(TEXTS[file]) for file in PIECES]
    for quote in QUOTES:
        if quote.verdict != "exact":
            assert not any(plain(quote.quote) in raw for raw in everything), quote.id


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("办法将于2026年\n\n4月1日起实施。办法好。办法好。", encoding="utf-8")
    return tmp_path


def entry(**changes: object) -> dict[str, object]:
    return {
        "id": "q1",
        "split": "dev",
        "type": "fact",
        "question": "何时实施？",
        "answerable": True,
        "facts": [["2026年4月1日", "4月1日"]],
        "forbidden": ["2027年"],
        "sources": [{"file": "a.txt", "quote": "办法将于2026年4月1日起实施。"}],
    } | changes


def load(folder: Path, *entries: dict[str, object]):
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in entries), encoding="utf-8")
    return load_questions(path, RawTexts(folder))


def test_a_question_is_loaded_with_its_passage_located(folder):
    (question,) = load(folder, entry(history=[{"role": "user", "content": "喂"}]))
    assert question.sources[0][0].span == Span(start=0, end=19)
    assert question.max_chars == 180
    assert question.history == (Turn(role="user", content="喂"),)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sources": [{"file": "a.txt", "quote": "办法将于2027年实施"}]}, "出现 0 次"),
        ({"sources": [{"file": "a.txt", "quote": "办法好。"}]}, "出现 2 次"),
        ({"sources": []}, "要有要点和出处"),
        ({"facts": [["2026年5月"]]}, "出处里没有要点"),
        ({"forbidden": ["4月1日"]}, "不许出现的 4月1日"),
        ({"max_chars": 16}, "出处共 17 字，超过 16"),
        ({"split": "train"}, "split 是 train"),
        ({"type": "riddle"}, "第 1 行的字段不对"),
        ({"colour": "red"}, "第 1 行的字段不对"),
        ({"answerable": False, "facts": [], "sources": []}, "要有 reason"),
        ({"answerable": False, "reason": "not_stated"}, "不能有要点和出处"),
    ],
)
def test_a_bad_entry_is_refused_with_its_line(folder, changes, message):
    with pytest.raises(DatasetError, match=message):
        load(folder, entry(**changes))


def test_an_id_that_stands_twice_is_refused(folder):
    with pytest.raises(DatasetError, match="第 2 行：编号 q1 重复"):
        load(folder, entry(), entry())


EXACT = {"verdict": "exact", "difference": None}


@pytest.mark.parametrize(
    "changes",
    [
        EXACT | {"kind": "ellipsis", "quote": "办法将于……起实施。办法……办法好。"},
        EXACT | {"kind": "insertion", "quote": "办法〔指新的〕将于2026年[今年]4月1日（引者注：周三）起实施"},
        EXACT | {"kind": "attributed", "quote": "他说：“4月1日起实施。”"},
        {"kind": "omission", "quote": "4月1日实施。", "difference": {"given": "", "source": "起"}},
        {"kind": "addition", "quote": "4月1日起试行实施。", "difference": {"given": "试行", "source": ""}},
        {"kind": "speaker", "quote": "他说：“办法好。”", "difference": {"given": "他", "source": "办法"}},
    ],
)
def test_a_quote_with_other_words_around_or_within_it_is_checked_without_them(folder, changes):
    quote = {"id": "c1", "split": "dev", "verdict": "altered", "file": "a.txt"} | changes
    path = folder / "quotes.jsonl"
    path.write_text(json.dumps(quote, ensure_ascii=False), encoding="utf-8")
    (loaded,) = load_quotes(path, RawTexts(folder))
    assert loaded.kind == quote["kind"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"verdict": "exact", "kind": "exact", "difference": None},
            "里没有这句话",
        ),
        ({"quote": "办法将于2026年4月1日起实施。"}, "不是改动过的"),
        ({"difference": {"given": "2027", "source": "2028"}}, "改回 2028 后仍不是"),
        ({"file": None}, "只有 not_found 没有出处文件"),
        ({"kind": "odd"}, "kind 是 odd"),
        ({"difference": {"given": "", "source": "自"}}, "改回 自 后仍不是"),
        ({"kind": "speaker", "quote": "他说：“办法坏。”"}, "里没有这句话"),
        ({"kind": "speaker", "quote": "他说：“办法好。”"}, "2027 不在引文里"),
        (EXACT | {"kind": "ellipsis", "quote": "办法好……起实施。"}, "里没有这句话"),
        (EXACT | {"kind": "insertion", "quote": "办法〔坏〕将于1日"}, "里没有这句话"),
        (EXACT | {"kind": "attributed", "quote": "他说：“办法坏。”"}, "里没有这句话"),
    ],
)
def test_a_quote_that_does_not_fit_its_verdict_is_refused(folder, changes, message):
    quote = {
        "id": "c1",
        "split": "dev",
        "kind": "year",
        "quote": "办法将于2027年4月1日起实施。",
        "verdict": "altered",
        "file": "a.txt",
        "difference": {"given": "2027", "source": "2026"},
    }
    path = folder / "quotes.jsonl"
    path.write_text(json.dumps(quote, ensure_ascii=False), encoding="utf-8")
    assert load_quotes(path, RawTexts(folder))[0].changes == (Change(given="2027", source="2026"),)
    path.write_text(json.dumps(quote | changes, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        load_quotes(path, RawTexts(folder))
