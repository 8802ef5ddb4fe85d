"""A person's own questions: read from CSV and JSONL in our columns and in ragas', and written for ragas."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import cli
from eval.dataset import DatasetError, Passage
from eval.matching import RawTexts
from eval.own import cells
from eval.own import questions as own_questions
from eval.own.export import export
from eval.own.questions import load_own
from eval.own.tables import guarded, read_table, write_table
from eval.runner import AnswerRow
from eval.runs import Run, read_run, write_run
from eval.sets import load_set
from rag.assistant import MAX_QUESTION
from rag.datatypes import Span, Turn
from rag.errors import UsageError

OFFICE = "出差办法\n\n住宿费每人每天不超过400元。伙食补助费每天100元。\n回来后\n15日内报销。\n"
OTHER = "租房细则\n\n租期最长不超过3年。伙食补助费每天100元。\n"


@pytest.fixture
def docs(tmp_path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "出差.txt").write_text(OFFICE, encoding="utf-8")
    (folder / "租房.txt").write_bytes(OTHER.encode("gb18030"))
    return folder


@pytest.fixture
def own(tmp_path, docs):
    """Load a table given by its text or bytes."""

    def load(content, name="题.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_own(path, RawTexts(docs))

    return load


def span(text, words):
    return Span(start=text.index(words), end=text.index(words) + len(words))


def test_a_question_and_its_answer_are_enough(own):
    (question,), notes = own("question,answer\n住宿费多少？,每天400元。\n")
    assert (question.id, question.split, question.type) == ("题-2", "test", "自备")
    assert (question.question, question.reference, question.facts) == ("住宿费多少？", "每天400元。", ())
    assert (question.answerable, question.sources, question.max_chars) == (True, (), 500)
    assert notes == ()


def test_a_long_gold_answer_makes_room_for_an_answer(own):
    (question,), _ = own(f"question,answer\n问？,{'好' * 400}\n")
    assert question.max_chars == 800


def test_every_column_of_ours(own):
    (question,), notes = own(
        "编号,问题,要点,不许出现,文件,出处,类型,可答,split,最多字数,备注\n"
        'a1,多少？,400元 | 四百元；100元,3年,出差.txt,"住宿费每人每天不超过400元。\n伙食补助费每天100元。",标准,是,dev,90,略\n'
    )
    assert question.facts == (("400元", "四百元"), ("100元",))
    assert (question.id, question.type, question.split, question.max_chars) == ("a1", "标准", "dev", 90)
    assert question.forbidden == ("3年",)
    words = "住宿费每人每天不超过400元。\n伙食补助费每天100元。"
    where = span(OFFICE, "住宿费每人每天不超过400元。伙食补助费每天100元。")
    assert question.sources == ((Passage(file="出差.txt", quote=words, span=where),),)
    assert notes == ()


def test_two_quotes_stand_apart_and_a_quote_may_run_over_a_line(own):
    (first, second), _ = own(
        'question,facts,file,quote\n一？,400元,出差.txt,"不超过400元\n每天100元"\n二？,15日,,回来后15日内报销。\n'
    )
    assert [places[0].span for places in first.sources] == [
        span(OFFICE, "不超过400元"),
        span(OFFICE, "每天100元"),
    ]
    assert [places[0].span for places in second.sources] == [span(OFFICE, "回来后\n15日内报销。")]


def test_a_quote_that_stands_in_two_files_is_met_by_either(own):
    (question,), _ = own("question,facts,quote\n补助？,100元,伙食补助费每天100元。\n")
    assert [[place.file for place in places] for places in question.sources] == [["出差.txt", "租房.txt"]]


def test_a_file_alone_is_the_document_to_be_found(own):
    (question,), _ = own("question,facts,file\n租期？,3年,租房.txt\n")
    assert (question.documents, question.sources) == (("租房.txt",), ())


@pytest.mark.parametrize("word", ["否", "false", "FALSE", "0", "no", "不可答"])
def test_a_question_without_an_answer_needs_no_gold(own, word):
    (question,), _ = own(f"question,answer,answerable\n探亲假几天？,,{word}\n")
    assert (question.answerable, question.reference, question.reason) == (False, "", None)


def test_what_a_system_answered_is_no_gold(own):
    table = "question,answer,contexts,ground_truth\n多少？,胡说,['伙食补助费每天100元。'],400元\n"
    (question,), notes = own(table)
    assert (question.reference, question.sources, notes) == ("400元", (), ())
    table = "user_input,response,retrieved_contexts,reference\n多少？,胡说,['伙食补助费每天100元。'],400元\n"
    (question,), notes = own(table)
    assert (question.reference, question.sources, notes) == ("400元", (), ())


@pytest.mark.parametrize(
    "written",
    [
        "['租期最长不超过3年。', '没有这一段']",
        '["租期最长不超过3年。", "没有这一段"]',
    ],
)
def test_a_generated_test_set_brings_its_contexts_as_sources(own, written):
    table = io.StringIO()
    csv.writer(table).writerows(
        [
            ["user_input", "reference_contexts", "reference", "synthesizer_name"],
            ["租期？", written, "3年", "x"],
        ]
    )
    (question,), notes = own(table.getvalue())
    assert [[place.span for place in places] for places in question.sources] == [
        [span(OTHER, "租期最长不超过3年。")]
    ]
    assert notes == ("没有用到的列：synthesizer_name", "给出的段落在文档里找不到，不作出处：第 2 行")


def test_ground_truths_as_a_list_are_one_answer(own):
    (question,), _ = own('{"question": "多少？", "ground_truths": ["400元。", "一天。"]}', "题.jsonl")
    assert question.reference == "400元。\n一天。"


def test_our_own_jsonl_is_read(own):
    entry = {
        "question": "那伙食呢？",
        "history": [{"role": "user", "content": "住宿？"}, {"role": "assistant", "content": "400元"}],
        "facts": [["100元", "一百元"]],
        "sources": [
            {"file": "出差.txt", "quote": "每天100元", "also": [{"file": "租房.txt", "quote": "每天100元"}]}
        ],
        "forbidden": ["400元"],
        "answerable": True,
    }
    (question,), _ = own("\n" + json.dumps(entry, ensure_ascii=False), "我的.jsonl")
    assert question.id == "我的-2"
    assert question.history == (Turn(role="user", content="住宿？"), Turn(role="assistant", content="400元"))
    assert question.facts == (("100元", "一百元"),)
    assert [place.file for place in question.sources[0]] == ["出差.txt", "租房.txt"]


def test_facts_that_are_not_in_the_quote_are_pointed_out(own):
    _, notes = own("question,facts,quote\n甲？,401元,不超过400元\n乙？,元/吨,\n")
    assert notes == (
        "要点不在所给的出处里，请核对：第 2 行",
        "要点里不带空格的“/”当作原文（元/吨）；要分开几种写法，请用“|”：第 3 行",
    )


def test_of_two_columns_for_one_thing_the_one_not_read_is_told(own):
    (first, second, third), notes = own(
        "question,问题,标准答案,reference\n甲？,乙？,1,2\n,丙？,3,\n丁？,丁？,,4\n"
    )
    assert (first.question, first.reference) == ("甲？", "2")
    assert (second.question, second.reference) == ("丙？", "3")
    assert (third.question, third.reference) == ("丁？", "4")
    assert notes == (
        "question 和 问题 都填了而且不同，只看 question：第 2 行",
        "reference 和 标准答案 都填了而且不同，只看 reference：第 2 行",
    )


def test_the_longest_question_is_the_programs(own):
    assert own_questions.MAX_QUESTION == MAX_QUESTION
    (question,), _ = own(f"question,answer\n{'问' * MAX_QUESTION},1\n")
    assert len(question.question) == MAX_QUESTION
    with pytest.raises(DatasetError, match=r"^题\.csv 第 2 行：问题有 2001 个字，超过 2000 字的上限"):
        own(f"question,answer\n{'问' * (MAX_QUESTION + 1)},1\n")


EXCEL = "问题,答案\r\n住宿费多少？,“每天，400元”\r\n"


@pytest.mark.parametrize(
    "content",
    [
        EXCEL.encode("utf-8-sig"),
        EXCEL.encode("gb18030"),
        EXCEL.replace(",", ";").encode("gb18030"),
        EXCEL.replace(",", "\t").encode("utf-16"),
    ],
    ids=["UTF-8", "GB18030", "分号", "制表符"],
)
def test_a_spreadsheet_is_read_as_it_is_saved(own, content):
    (question,), _ = own(content)
    assert (question.question, question.reference) == ("住宿费多少？", "“每天，400元”")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "题.csv 里没有题"),
        ("question,answer\n", "题.csv 里没有题"),
        ("问,答\n多少？,400元\n", "题.csv 没有 question（或 user_input、问题）一列"),
        ("question,answer\n多少？,\n", "题.csv 第 2 行：没有标准答案，也没有要点"),
        ("question,answer\n,400元\n", "题.csv 第 2 行：没有问题"),
        ("question,answer,id\n甲？,1,a\n乙？,2,a\n", "题.csv 第 3 行：编号 a 重复"),
        ("question,answer,split\n甲？,1,train\n", "题.csv 第 2 行：split 是 train：应是 dev、test 之一"),
        ("question,answer,answerable\n甲？,1,也许\n", "题.csv 第 2 行：answerable 是 也许"),
        ("question,facts,answerable\n甲？,1,否\n", "题.csv 第 2 行：标为不可答，却有要点或出处"),
        ("question,answer,max_chars\n甲？,1,多\n", "题.csv 第 2 行：max_chars 是 多：应是整数"),
        ("question,answer,history\n甲？,1,前文\n", "题.csv 第 2 行：history 应是一列"),
        ("question,answer,sources\n甲？,1,不是\n", "题.csv 第 2 行：sources 应是一列"),
        ("question,answer,file\n甲？,1,没有.txt\n", "题.csv 第 2 行：读不到文档"),
        (
            "question,facts,quote\n甲？,1,没有这句\n",
            "题.csv 第 2 行：出处在文档里找不到“没有这句”：请从原文复制",
        ),
        (
            "question,facts,file,quote\n甲？,1,出差.txt,租期最长\n",
            "题.csv 第 2 行：出处在出差.txt里找不到“租期最长”：它在 租房.txt 里",
        ),
        ("question,answer\n甲？,1,2\n", "题.csv 第 2 行有 3 格，表头只有 2 格"),
        ('question,answer\n甲？,"1\n乙？,2\n', "题.csv 第 2 行双引号没有成对"),
        (f"question,answer\n甲？,{'好' * 1_000_000}\n", "题.csv 第 2 行有一格超过 131072 字"),
        (b"\xff\xfe\xff\xff\x00\xd8", "题.csv 编码无法识别"),
    ],
)
def test_a_bad_table_is_named_by_file_and_row(own, content, message):
    with pytest.raises(DatasetError) as caught:
        own(content)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"question": "甲？", "answer": "1"}\n{"question"', "题.jsonl 第 2 行不是 JSON"),
        ("[" * 100_000, "题.jsonl 第 1 行不是 JSON"),
        ("[1]", "题.jsonl 第 1 行不是对象"),
        (
            '{"user_input": [{"type": "human", "content": "甲？"}], "reference": "1"}',
            "题.jsonl 第 1 行：这是多轮样本",
        ),
    ],
)
def test_bad_json_is_named_by_line(own, content, message):
    with pytest.raises(DatasetError) as caught:
        own(content, "题.jsonl")
    assert str(caught.value).startswith(message)


def test_all_wrong_rows_are_told_at_once_and_the_first_five_named(own):
    with pytest.raises(DatasetError) as caught:
        own("question,answer\n" + "".join(f"第{n}问？,\n" for n in range(7)))
    assert str(caught.value).count("没有标准答案") == 5
    assert str(caught.value).endswith("；另有 2 行不对")


def test_other_formats_are_refused_with_advice(tmp_path, docs):
    with pytest.raises(DatasetError, match=r"a\.xlsx 不是 CSV 或 JSONL：电子表格请另存为"):
        load_set(str(tmp_path / "a.xlsx"), RawTexts(docs))
    with pytest.raises(DatasetError, match=r"^没有这个文件：.*none\.csv$"):
        load_set(str(tmp_path / "none.csv"), RawTexts(docs))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DatasetError, match=r"^读不到 .*folder\.csv：它是文件夹，或没有读的权限$"):
        load_set(str(tmp_path / "folder.csv"), RawTexts(docs))


def test_a_set_is_named_by_its_file_and_knows_its_fingerprint(tmp_path, docs):
    path = tmp_path / "题.csv"
    path.write_text("question,answer\n甲？,1\n", encoding="utf-8")
    asked = load_set(str(path), RawTexts(docs))
    assert (asked.name, list(asked.fingerprints), asked.quotes) == ("题.csv", ["题.csv"], ())


@pytest.mark.parametrize(
    ("written", "facts"),
    [
        ("18%", (("18%",),)),
        ("18% | 百分之十八；77%", (("18%", "百分之十八"), ("77%",))),
        ("18% / 百分之十八\n77%", (("18%", "百分之十八"), ("77%",))),
        ("350元/吨", (("350元/吨",),)),
        ('[["甲；乙", "丙"], "丁|戊"]', (("甲；乙", "丙"), ("丁", "戊"))),
        ("[2026]13号", (("[2026]13号",),)),
        ("", ()),
    ],
)
def test_facts_in_a_cell(written, facts):
    assert cells.facts(written) == facts


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=40)
form = texts.filter(str.strip).map(str.strip)


@given(st.lists(st.lists(form, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple))
def test_written_facts_are_read_back(facts):
    cell = cells.write_facts(facts)
    assert cells.facts(cell) == facts
    assert cells.facts(cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)) == facts


awkward = st.one_of(texts, st.sampled_from(['a,"b"\r\n;c', "=1+1", "'=x", "''@", "-3", "＝甲", "“引”，\n、"]))


@given(
    rows=st.lists(
        st.tuples(awkward, awkward).filter(lambda row: any(map(str.strip, row))), min_size=1, max_size=4
    )
)
def test_cells_survive_a_csv(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    write_table(
        path, ("question", "answer"), [dict(zip(("question", "answer"), row, strict=True)) for row in rows]
    )
    assert [tuple(row.values.values()) for row in read_table(path)] == rows


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "'=1"])
def test_no_cell_becomes_a_formula(tmp_path, cell):
    path = tmp_path / "x.csv"
    write_table(path, ("question",), [{"question": cell}])
    (row,) = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))[1:]
    assert row == ["'" + cell]
    assert guarded("400元") == "400元"


def test_an_existing_file_is_not_overwritten(tmp_path):
    path = tmp_path / "x.csv"
    write_table(path, ("question",), [{"question": "甲？"}])
    with pytest.raises(UsageError, match=r"已有 .*x\.csv，不覆盖"):
        write_table(path, ("question",), [])
    with pytest.raises(UsageError, match=r"应以 \.csv 或 \.jsonl 结尾"):
        write_table(tmp_path / "x.txt", ("question",), [])
    with pytest.raises(UsageError, match=r"写不了 .*请检查文件夹"):
        write_table(tmp_path / "none" / "x.csv", ("question",), [])


def answer_row(**fields) -> AnswerRow:
    defaults = {"id": "1", "type": "标准", "split": "test", "answerable": True, "limit": 500, "seconds": 0.1}
    return AnswerRow(**(defaults | fields))


RUN = Run(
    answers=(
        answer_row(
            question="=住宿费，“多少”？\n每天",
            expected="400元 / 四百元；100元",
            facts=(("400元", "四百元"), ("100元",)),
            answer="每天不超过400元。[1] 伙食100元。[2][1]",
            citations=(
                {"n": 1, "quote": "不超过400元。"},
                {"n": 2, "quote": "每天100元"},
                {"n": 3, "quote": "每天100元"},
            ),
        ),
        answer_row(
            id="2",
            question="那伙食呢？",
            history=({"role": "user", "content": "住宿？"},),
            expected="每天100元。",
        ),
        answer_row(id="3", question="探亲假？", answerable=False, answer="文档里没有。", reason="not_stated"),
    ),
    quotes=(),
    configuration={"set": "x", "split": "all", "started": "2026", "tag": ""},
)


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
@pytest.mark.parametrize("version", ["0.1", "0.2"])
def test_an_export_is_read_back(tmp_path, docs, name, version):
    path = write_run(tmp_path / "runs", RUN)
    export(read_run(path), tmp_path / name, version)
    questions, notes = load_own(tmp_path / name, RawTexts(docs))
    assert notes == ()
    assert [question.question for question in questions] == [row.question for row in RUN.answers]
    assert [question.facts for question in questions] == [(("400元", "四百元"), ("100元",)), (), ()]
    assert [question.reference for question in questions] == ["400元；100元", "每天100元。", ""]
    assert [question.answerable for question in questions] == [True, True, False]
    assert questions[1].history == (Turn(role="user", content="住宿？"),)
    assert {question.type for question in questions} == {"标准"}


def test_an_export_has_the_columns_of_ragas(tmp_path):
    export(RUN, tmp_path / "new.jsonl", "0.2")
    first = json.loads((tmp_path / "new.jsonl").read_text("utf-8").split("\n")[0])
    assert first["response"] == "每天不超过400元。 伙食100元。"
    assert first["retrieved_contexts"] == ["不超过400元。", "每天100元"]
    assert (first["user_input"], first["reference"]) == (RUN.answers[0].question, "400元；100元")
    export(RUN, tmp_path / "old.csv", "0.1")
    header = (tmp_path / "old.csv").read_text("utf-8-sig").split("\n")[0]
    assert header.startswith("question,answer,contexts,ground_truth,")


def test_the_command_line_runs_a_persons_own_set(tmp_path, docs, monkeypatch, capsys):
    monkeypatch.setattr(cli.runs, "RUNS", tmp_path / "runs")
    path = tmp_path / "题.csv"
    path.write_text(
        "问题,要点,可答,不认识\n住宿费每人每天不超过多少元？,400元,,x\n租期最长不超过几年？,5年,,\n",
        encoding="utf-8",
    )
    arguments = ["run", "--set", str(path), "--docs", str(docs), "--index", str(tmp_path / "index")]
    assert cli.main(arguments) == 0
    printed = capsys.readouterr()
    assert "没有用到的列：不认识" in printed.err
    assert "不对 题-3：租期最长不超过几年？　缺 5年" in printed.out
    assert "不对 题-2" not in printed.out
    run = read_run(next((tmp_path / "runs").iterdir()))
    assert run.configuration["set"] == "题.csv"
    assert [(row.question, row.right) for row in run.answers] == [
        ("住宿费每人每天不超过多少元？", True),
        ("租期最长不超过几年？", False),
    ]


def test_the_command_line_exports_a_run(tmp_path, capsys):
    path = write_run(tmp_path / "runs", RUN)
    out = tmp_path / "out.csv"
    assert cli.main(["export", str(path), "--to", str(out)]) == 0
    assert capsys.readouterr().out == f"3 题，写到 {out}\n"
    assert cli.main(["export", str(path)]) == 2
    assert capsys.readouterr().err.startswith("缺少 --to")
    assert cli.main(["export", str(path), "--to", str(out), "--ragas", "9"]) == 2
    assert capsys.readouterr().err.startswith("选项 --ragas 的值不对")
