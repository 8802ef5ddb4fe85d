"""External sets: what the adapters make of rows, what is run over them, and what goes wrong."""

import json
import lzma
from random import Random

import pytest

from eval import cli, runs
from eval.dataset import Question
from eval.external import rgb
from eval.external.running import laid_out, load_external
from eval.external.table import EXTERNAL
from eval.metrics import PUBLISHED
from eval.runner import AnswerRow
from rag.errors import UsageError

ROWS = {
    "crud_questions/docs": [
        {"id": "d1", "date": "2023-07-28", "text": "西安市发放500万元体育消费券。"},
        {"id": "d2", "date": None, "text": "上海轨道交通光伏项目开工。"},
        {"id": "d3", "date": None, "text": "西安市发放500万元体育消费券。"},
    ],
    "crud_questions/questions": [
        {"id": "q1", "question": "消费券多少钱？", "answer": "500万元", "answer_in": ["d3"], "set": "q_1doc"},
        {"id": "q2", "question": "哪里开工？", "answer": "上海", "answer_in": ["d1", "d2"], "set": "q_2docs"},
    ],
    "crud_events/docs": [{"id": "e1", "date": "2023-07-19", "text": "玉林市新签约项目286个。"}],
    "crud_events/events": [{"id": "e", "query": "玉林市签约了项目。", "summary": "…", "doc_ids": ["e1"]}],
    "ncp_policy_qa/docs": [{"id": "n1", "text": "复工企业应当每天测体温。应当报告。"}],
    "ncp_policy_qa/qa": [
        {"id": "n", "question": "企业应当怎样？", "answer": "每天测体温", "doc_ids": ["n1"]}
    ],
    "dureader2_demo/docs": [
        {"id": "w-1-0-0", "title": "甲", "text": "第一页第一段"},
        {"id": "w-1-0-1", "title": "甲", "text": "第一页第二段"},
        {"id": "w-1-1-0", "title": "乙", "text": "第二页\u2028有分行符"},
        {"id": "w-2-0-0", "title": "", "text": "别的题的页"},
    ],
    "dureader2_demo/questions": [
        {
            "id": "w-1",
            "question": "第二页是什么",
            "type": "ENTITY",
            "answers": ["第二页", "有分行符的页"],
            "doc_ids": ["w-1-1-0", "w-1-0-1"],
        },
        {"id": "w-2", "question": "无人作答", "type": "YES_NO", "answers": [], "doc_ids": ["w-2-0-0"]},
    ],
    "lecoqa_statutes/docs": [{"id": "a54", "title": "民法典第五十四条", "text": "可以起字号。"}],
    "lecoqa_statutes/qa": [
        {"id": "l1", "question": "店可以起名吗？", "answer": "可以。", "doc_ids": ["a54"]}
    ],
    "govqa/pairs": [{"id": "g1", "title": "建议修路", "query": "路坏了。", "positive": "您好！已安排修路。"}],
    "xwlb/docs": [
        {"id": "x1", "date": "2026-01-01", "title": "粮食丰收", "text": "粮食丰收了。产量增加。\n第二段。"},
        {"id": "x2", "date": "2026-01-01", "title": "国内联播快讯", "text": "快讯。一则。"},
        {"id": "x3", "date": "2026-01-02", "title": "国内联播快讯", "text": "快讯。二则。"},
        {"id": "x4", "date": "2026-01-02", "title": "一句话", "text": "只有一句。"},
    ],
    "squad2_zh/docs": [{"id": "p1", "title": "城市", "text": "悉尼是澳大利亚最大的城市。"}],
    "squad2_zh/qa": [
        {"id": "s1", "question": "最大的城市？", "answers": ["悉尼"], "answerable": True, "doc_ids": ["p1"]},
        {"id": "s2", "question": "首都是哪里？", "answers": [], "answerable": False, "doc_ids": ["p1"]},
    ],
    "rgb_zh/refine": [
        {
            "id": "r8",
            "question": "春运开始时间",
            "answers": ["1月17日", ["周一", "星期一"]],
            "positive": [f"p{n}" for n in range(6)],
            "negative": [f"n{n}" for n in range(6)],
        }
    ],
    "rgb_zh/int": [
        {
            "id": "i1",
            "question": "导演和编剧",
            "answers": ["李路", "王海鸰"],
            "positive": [["a0", "a1"], ["b0"]],
            "negative": [f"n{n}" for n in range(6)],
        }
    ],
    "rgb_zh/fact": [
        {
            "id": "f2",
            "question": "军运会在哪",
            "answers": ["武汉"],
            "fake_answer": "成都",
            "positive_wrong": ["在成都", "成都举办"],
        }
    ],
}

RETRIEVER = (
    *("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10"),
    *("recall@50", "success@1", "success@10", "success@50"),
)


@pytest.fixture
def folder(tmp_path):
    """A data folder with a row or two of every set."""
    for name, rows in ROWS.items():
        path = tmp_path / "data" / f"{name}.jsonl.xz"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_bytes(lzma.compress(text.encode()))
    return tmp_path / "data"


def asked(**fields) -> Question:
    given = {"id": "q", "split": "test", "type": "t", "question": "？", "answerable": True, "max_chars": 180}
    return Question(**(given | fields))


class TestAdapters:
    def test_a_reader_gets_the_articles_that_answer(self, folder):
        first, second = load_external("crud_questions", folder, "reader").questions
        assert first == asked(
            id="q1",
            type="q_1doc",
            question="消费券多少钱？",
            facts=(("500万元",),),
            passages=("西安市发放500万元体育消费券。",),
        )
        assert second.passages == ("西安市发放500万元体育消费券。", "上海轨道交通光伏项目开工。")

    def test_equal_texts_are_one_document_to_find(self, folder):
        found = load_external("crud_questions", folder)
        assert (found.mode, found.asks) == ("retriever", False)
        assert found.documents == (
            {"id": "d1", "text": "西安市发放500万元体育消费券。", "date": "2023-07-28"},
            {"id": "d2", "text": "上海轨道交通光伏项目开工。"},
        )
        assert [question.documents for question in found.questions] == [
            ("docs.jsonl#d1",),
            ("docs.jsonl#d1", "docs.jsonl#d2"),
        ]

    def test_the_notice_and_the_span_of_it(self, folder):
        assert load_external("ncp_policy_qa", folder, "reader").questions == (
            asked(
                id="n",
                type="notice",
                question="企业应当怎样？",
                reference="每天测体温",
                passages=("复工企业应当每天测体温。应当报告。",),
            ),
        )

    def test_web_pages_are_put_together_and_every_answer_is_gold(self, folder):
        (question,) = load_external("dureader2_demo", folder, "reader").questions
        assert question.passages == ("第一页第一段\n第一页第二段", "第二页\u2028有分行符")
        assert (question.reference, question.alternatives) == ("第二页", ("有分行符的页",))

    def test_web_paragraphs_are_searched_without_titles(self, folder):
        found = load_external("dureader2_demo", folder, "retriever")
        assert found.documents[2] == {"id": "w-1-1-0", "text": "第二页\u2028有分行符"}
        assert found.questions[0].documents == ("docs.jsonl#w-1-1-0", "docs.jsonl#w-1-0-1")
        assert [question.type for question in found.questions] == ["ENTITY", "YES_NO"]

    @pytest.mark.parametrize(
        ("name", "documents", "queries"),
        [
            (
                "crud_events",
                [{"id": "e1", "text": "玉林市新签约项目286个。", "date": "2023-07-19"}],
                [("玉林市签约了项目。", ("docs.jsonl#e1",))],
            ),
            (
                "lecoqa_statutes",
                [{"id": "a54", "text": "可以起字号。", "title": "民法典第五十四条"}],
                [("店可以起名吗？", ("docs.jsonl#a54",))],
            ),
            (
                "govqa",
                [{"id": "g1", "text": "您好！已安排修路。"}],
                [("建议修路", ("docs.jsonl#g1",))],
            ),
            (
                "xwlb",
                [
                    {"id": "x1", "text": "产量增加。\n第二段。", "date": "2026-01-01"},
                    {"id": "x2", "text": "一则。", "date": "2026-01-01"},
                    {"id": "x3", "text": "二则。", "date": "2026-01-02"},
                ],
                [("粮食丰收", ("docs.jsonl#x1",))],
            ),
            (
                "squad2_zh",
                [{"id": "p1", "text": "悉尼是澳大利亚最大的城市。"}],
                [("最大的城市？", ("docs.jsonl#p1",))],
            ),
        ],
    )
    def test_pools(self, folder, name, documents, queries):
        found = load_external(name, folder, "retriever")
        assert list(found.documents) == documents
        assert [(question.question, question.documents) for question in found.questions] == queries

    def test_squad_has_questions_to_refuse(self, folder):
        first, second = load_external("squad2_zh", folder).questions
        assert (first.type, first.facts) == ("answerable", (("悉尼",),))
        assert second == asked(
            id="s2",
            type="unanswerable",
            question="首都是哪里？",
            answerable=False,
            passages=("悉尼是澳大利亚最大的城市。",),
            reason="not_stated",
        )

    def test_the_sets_lie_in_the_folder_or_in_its_dev(self, folder, tmp_path):
        parent = tmp_path / "parent"
        parent.mkdir()
        folder.rename(parent / "dev")
        found = load_external("govqa", parent)
        assert found == load_external("govqa", parent / "dev")
        assert list(found.fingerprints) == ["govqa/pairs.jsonl.xz"]

    def test_fingerprints_are_of_the_files_read(self, folder):
        found = load_external("govqa", folder)
        assert list(found.fingerprints) == ["govqa/pairs.jsonl.xz"]
        assert len(found.fingerprints["govqa/pairs.jsonl.xz"]) == 64

    @pytest.mark.parametrize(
        ("name", "mode"), [(name, mode) for name, external in EXTERNAL.items() for mode in external.tasks]
    )
    def test_every_task_names_its_metrics(self, folder, name, mode):
        found = load_external(name, folder, mode)
        assert set(EXTERNAL[name].tasks[mode].metrics) <= PUBLISHED.keys()
        assert ("right" in found.metrics) is (mode == "reader")
        assert set(found.metrics) & PUBLISHED.keys() == set(EXTERNAL[name].tasks[mode].metrics)
        assert len({question.id for question in found.questions}) == len(found.questions)


class TestRgb:
    def test_every_kind_of_test_at_every_rate(self, folder):
        found = load_external("rgb_zh", folder).questions
        assert [(question.id, question.type) for question in found] == [
            ("r8@0", "noise 0"),
            ("r8@0.2", "noise 0.2"),
            ("r8@0.4", "noise 0.4"),
            ("r8@0.6", "noise 0.6"),
            ("r8@0.8", "noise 0.8"),
            ("r8@1", "noise 1"),
            ("i1@0", "int 0"),
            ("i1@0.2", "int 0.2"),
            ("i1@0.4", "int 0.4"),
            ("f2", "fact"),
        ]
        assert found[2].facts == (("1月17日",), ("周一", "星期一"))
        assert (found[5].answerable, found[5].facts, found[5].reason) == (False, (), "not_stated")
        assert (found[9].facts, found[9].forbidden) == ((("武汉",),), ("成都",))
        assert set(found[9].passages) == {"在成都", "成都举办"}

    @pytest.mark.parametrize(
        ("rate", "expected"),
        [
            (0.0, ["p0", "p1", "p2", "p3", "p4"]),
            (0.2, ["p0", "p1", "p2", "p3", "n0"]),
            (0.4, ["p0", "p1", "p2", "n0", "n1"]),
            (0.6, ["p0", "p1", "n0", "n1", "n2"]),
            (0.8, ["p0", "n0", "n1", "n2", "n3"]),
            (1.0, ["n0", "n1", "n2", "n3", "n4"]),
        ],
    )
    def test_five_passages_with_the_share_of_noise_in_the_authors_order(self, rate, expected):
        row = ROWS["rgb_zh/refine"][0]
        Random(2333).shuffle(expected)
        assert rgb.mixed(row["positive"], row["negative"], rate) == tuple(expected)

    def test_where_one_kind_runs_short_there_is_more_of_the_other(self):
        assert sorted(rgb.mixed(["p0"], list("abcdef"), 0.2)) == ["a", "b", "c", "d", "p0"]
        assert sorted(rgb.mixed(["p0", "p1", "p2", "p3", "p4"], ["a"], 0.8)) == ["a", "p0", "p1", "p2", "p3"]
        assert rgb.mixed(["p0"], [], 0.4) == ("p0",)

    def test_each_part_has_a_passage_before_any_has_a_second(self):
        positive, noise = [["a0", "a1"], ["b0", "b1"], ["c0"]], ["n0", "n1", "n2", "n3"]
        kinds = [sorted(text[0] for text in rgb.gathered(positive, noise, rate)) for rate in (0.0, 0.4, 0.8)]
        assert kinds == [list("aabbc"), list("abcnn"), list("abcnn")]
        seven = [[letter] for letter in "abcdefg"]
        assert sorted(rgb.gathered(seven, noise, 0.4)) == list("abcdefg")

    def test_all_parts_used_up_leave_room_for_noise(self):
        assert sorted(rgb.gathered([["a0"], ["b0"]], ["n0", "n1", "n2", "n3"], 0.0)) == [
            "a0",
            "b0",
            "n0",
            "n1",
            "n2",
        ]

    def test_no_more_than_five_false_passages(self):
        wrong = [f"w{n}" for n in range(9)]
        drawn = rgb.falsified(wrong)
        assert len(drawn) == len(set(drawn)) == 5
        assert set(drawn) <= set(wrong)
        assert drawn == rgb.falsified(wrong)


class TestErrors:
    @pytest.mark.parametrize(
        ("name", "mode", "told"),
        [
            ("squad", None, "没有叫 squad 的外部集；有：crud_questions（新闻事件的短问题）、"),
            ("rgb_zh", "retriever", "外部集 rgb_zh 没有 --mode retriever；有：reader"),
        ],
    )
    def test_a_wrong_name_or_mode_is_told_the_right_ones(self, folder, name, mode, told):
        with pytest.raises(UsageError, match=told):
            load_external(name, folder, mode)

    def test_a_data_folder_is_asked_for(self, tmp_path):
        with pytest.raises(UsageError, match="外部集 govqa 要用 --data 给出数据文件夹"):
            load_external("govqa", None)
        with pytest.raises(UsageError, match="没有这个数据文件夹"):
            load_external("govqa", tmp_path / "none")
        with pytest.raises(UsageError, match=r"读不到数据文件 .*pairs\.jsonl\.xz：请检查 --data"):
            load_external("govqa", tmp_path)

    @pytest.mark.parametrize(
        ("packed", "told"),
        [
            (b"{}", "不是 xz 压缩的 JSONL"),
            (lzma.compress(b"{"), "不是 xz 压缩的 JSONL"),
            (lzma.compress('{"id": "汉"}'.encode("gb18030")), "不是 xz 压缩的 JSONL"),
            (lzma.compress(b'{"id": "g1"}\n'), "外部集 govqa 的字段不对：KeyError"),
        ],
    )
    def test_a_spoilt_file_is_a_line_and_no_traceback(self, folder, packed, told):
        (folder / "govqa" / "pairs.jsonl.xz").write_bytes(packed)
        with pytest.raises(UsageError, match=told):
            load_external("govqa", folder)


class TestRun:
    @pytest.fixture(autouse=True)
    def kept(self, monkeypatch, tmp_path):
        monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")
        self.runs = tmp_path / "runs"

    def latest(self):
        (path,) = self.runs.iterdir()
        return runs.read_run(path)

    def test_a_retriever_searches_the_sets_own_documents(self, folder, tmp_path, capsys):
        index = tmp_path / "kept"
        assert (
            cli.main(["run", "--set", "lecoqa_statutes", "--data", str(folder), "--index", str(index)]) == 0
        )
        done = self.latest()
        assert done.answers[0].scores == dict.fromkeys(RETRIEVER, 1.0)
        assert (done.configuration["set"], done.configuration["mode"]) == ("lecoqa_statutes", "retriever")
        assert json.loads((index / "lecoqa_statutes/docs/docs.jsonl").read_text(encoding="utf-8")) == {
            "id": "a54",
            "text": "可以起字号。",
            "title": "民法典第五十四条",
        }
        assert (index / "lecoqa_statutes/index/manifest.json").exists()
        assert "检索，按类型" in capsys.readouterr().out

    def test_kept_documents_are_written_once(self, folder, tmp_path):
        found = load_external("lecoqa_statutes", folder)
        with laid_out(found, tmp_path, tmp_path / "kept") as (docs, _):
            before = (docs / "docs.jsonl").stat().st_mtime_ns
        with laid_out(found, tmp_path, tmp_path / "kept") as (docs, _):
            assert (docs / "docs.jsonl").stat().st_mtime_ns == before
        with laid_out(found, tmp_path, None) as (docs, index):
            assert (docs / "docs.jsonl").exists()
        assert not docs.exists()
        assert index == docs.with_name("index")

    def test_a_reader_stands_beside_the_paper(self, folder, tmp_path, capsys):
        docs = tmp_path / "docs"
        docs.mkdir()
        (docs / "a.txt").write_text("无关的一段话。", encoding="utf-8")
        arguments = ["run", "--set", "rgb_zh", "--data", str(folder), "--docs", str(docs)]
        assert cli.main([*arguments, "--index", str(tmp_path / "index")]) == 0
        done = self.latest()
        assert {
            row.type: sorted(name for name in row.scores if name.startswith("rgb")) for row in done.answers
        }["noise 1"] == ["rgb_rejection"]
        printed = capsys.readouterr().out
        assert "与已发表的数字并看" in printed
        assert "95.7%" in printed
        assert "43.3%" in printed

    def test_the_papers_rejection_is_named_as_the_one_that_a_model_judges(self):
        (rejection,) = [one for one in EXTERNAL["rgb_zh"].figures if one.metric == "rgb_rejection"]
        assert rejection.who == "ChatGPT（Rej*，由模型判）"
        assert "原先的 300 题" in rejection.where

    def test_an_answer_with_a_line_separator_is_read_back(self):
        row = AnswerRow(
            id="q",
            type="t",
            split="test",
            question="？",
            answerable=True,
            answer="甲\u2028乙\x85丙",
            limit=1,
            seconds=0.0,
        )
        given = {"set": "x", "split": "all", "started": "2026"}
        path = runs.write_run(self.runs, runs.Run(answers=(row,), quotes=(), configuration=given))
        assert runs.read_run(path).answers == (row,)

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["--set", "govqa"], "外部集 govqa 要用 --data 给出数据文件夹"),
            (["--set", "none"], "没有叫 none 的外部集"),
            (["--mode", "reader"], "--data 和 --mode 要与 --set 一起用"),
            (["--set", "govqa", "--mode", "both"], "选项 --mode 的值不对"),
        ],
    )
    def test_misuse_is_a_line(self, capsys, arguments, told):
        assert cli.main(["run", *arguments]) == 2
        assert told in capsys.readouterr().err

    def test_an_external_set_has_no_dev_half(self, folder, capsys):
        assert cli.main(["run", "--set", "govqa", "--data", str(folder), "--split", "dev"]) == 2
        assert "govqa 没有 dev 的题" in capsys.readouterr().err
