"""The retrieval bench: the baseline and the overlap by hand, a tiny pool on disk, and the aims."""

import json
import lzma
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from bench.__main__ import main
from bench.retrieval.asking import METRICS, Asked, Run, pooled
from bench.retrieval.baseline import Baseline
from bench.retrieval.overlap import least, overlap
from bench.retrieval.speed import Encoding, Loading, encoding, loading, together
from bench.retrieval.summary import aims, summary
from rag.datatypes import Chunk, Span
from rag.embedding import load_embedder
from rag.informativeness import idf
from rag.words import terms


def chunk(identifier: int, text: str, context: str = "") -> Chunk:
    spans = (Span(start=0, end=len(text)),)
    return Chunk(
        id=identifier, file="a", article=0, paragraphs=(1, 1), text=text, spans=spans, context=context
    )


class TestBaseline:
    def test_scores_are_bm25_by_hand(self, tmp_path):
        texts = {3: "轨道交通", 5: "轨道交通与城市规划，城市与轨道", 9: "医院门诊"}
        baseline = Baseline(tmp_path, [chunk(key, text) for key, text in texts.items()])
        bags = {key: terms(text) for key, text in texts.items()}
        mean = sum(map(len, bags.values())) / 3

        def score(key, query):
            total = 0.0
            for term in terms(query):
                holders = sum(term in bag for bag in bags.values())
                count = bags[key].count(term)
                weight = math.log(1 + (3 - holders + 0.5) / (holders + 0.5))
                total += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(bags[key]) / mean))
            return total

        for query in ("轨道", "城市轨道交通", "城市城市"):
            expected = {key: score(key, query) for key in texts if score(key, query)}
            found = baseline.search(query, 5)
            assert dict(found) == pytest.approx(expected)
            assert [key for key, _ in found] == sorted(expected, key=lambda key: -expected[key])

    def test_nothing_is_done_to_a_query(self, tmp_path):
        baseline = Baseline(tmp_path, [chunk(1, "工业和信息化部负责。"), chunk(2, "工信部印发通知。")])
        assert [key for key, _ in baseline.search("工信部", 5)] == [2]
        assert baseline.search("？！", 5) == []
        assert baseline.search("土豆", 5) == []

    def test_the_context_is_found_too_and_ties_go_to_the_smaller_id(self, tmp_path):
        chunks = [chunk(8, "土豆"), chunk(2, "。", context="土豆"), chunk(4, "土豆")]
        baseline = Baseline(tmp_path, chunks)
        assert [key for key, _ in baseline.search("土豆", 5)] == [2, 4, 8]
        assert len(baseline.search("土豆", 1)) == 1


class TestOverlap:
    def test_the_share_is_weighted_by_idf_and_of_the_best_passage(self):
        question = "光伏项目的工期是多少？"
        whole = idf("光伏") + idf("项目") + idf("工期")
        assert overlap(question, ["工期三年。", "光伏项目开工。"]) == pytest.approx(
            max(idf("工期"), idf("光伏") + idf("项目")) / whole
        )
        assert overlap(question, ["工期三年。"]) == pytest.approx(idf("工期") / whole)
        # 光 and 伏 apart are no 光伏, and what the question says twice counts once.
        assert overlap("光伏光伏，工期", ["光照三伏，工期"]) == pytest.approx(
            idf("工期") / (idf("光伏") + idf("工期"))
        )

    def test_both_sides_are_folded(self):
        assert overlap("國務院ＡＩ", ["国务院发布ai规划"]) == 1

    def test_where_there_is_nothing_to_share(self):
        assert overlap("光伏", []) == 0
        assert overlap("是什么呢？", ["是什么呢？"]) == 0

    def test_the_quarter_by_hand(self):
        assert least(np.array([0.5, 0.2, 0.9, 0.2, 0.1, 0.7, 0.2, 0.3])).tolist() == [4, 1]
        assert least(np.array([0.5, 0.2, 0.9, 0.2, 0.1])).tolist() == [4, 1]
        assert least(np.array([0.5])).tolist() == [0]

    @given(st.lists(st.sampled_from((0.0, 0.25, 0.5, 1.0)), min_size=1, max_size=30))
    def test_nothing_outside_the_quarter_has_less(self, overlaps):
        found = least(np.array(overlaps)).tolist()
        rest = [place for place in range(len(overlaps)) if place not in found]
        assert len(found) == math.ceil(len(overlaps) / 4)
        assert all((overlaps[a], a) < (overlaps[b], b) for a in found for b in rest)


# The characters of the tiny embedder: 土豆 is near 马铃薯, and 轨道交通 nearer to 医院门诊 than to where it stands.
VECTORS = {
    **dict.fromkeys("土豆马铃薯城市规划", (1, 0)),
    **dict.fromkeys("轨道交通医院门诊安排", (0, 1)),
}
ROWS = {
    "crud_questions/docs": [
        {"id": "d1", "date": None, "text": "马铃薯栽培要点。"},
        {"id": "d2", "date": None, "text": "城市轨道交通规划。"},
        {"id": "d3", "date": None, "text": "医院门诊安排。"},
    ],
    "crud_questions/questions": [
        {"id": "q1", "question": "轨道交通", "answer_in": ["d2"], "set": "q_1doc"},
        {"id": "q2", "question": "土豆怎么种？", "answer_in": ["d1"], "set": "q_1doc"},
    ],
    "govqa/pairs": [{"id": "g1", "title": "建议修路", "query": "…", "positive": "您好！已修路。"}],
}


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder with two tiny sets, and the tiny embedder set up."""
    for name, rows in ROWS.items():
        path = tmp_path / "data" / f"{name}.jsonl.xz"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_bytes(lzma.compress(text.encode()))
    folder = tmp_path / "embedder"
    folder.mkdir()
    vocabulary = {"[UNK]": 0} | {character: n for n, character in enumerate(VECTORS, start=1)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.array([(0, 0), *VECTORS.values()], dtype=np.float32)
    save_file({"embedding.weight": table}, folder / "model.safetensors")
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    monkeypatch.setenv("YINJU_EMBEDDER", str(folder))
    return tmp_path / "data"


def means(part):
    return {key: list(line["means"].values()) for key, line in part["lines"].items()}


def timeless(record):
    """Return the record without what a clock says."""
    if isinstance(record, dict):
        return {
            key: timeless(value)
            for key, value in record.items()
            if not key.endswith("_ms") and key not in ("seconds", "aims")
        }
    return [timeless(value) for value in record] if isinstance(record, list) else record


class TestCommand:
    SETS = ("--set", "crud_questions", "--set", "govqa", "--set", "govqa")

    def test_figures_by_hand(self, data, capsys):
        assert main(["retrieval", "--data", str(data), *self.SETS, "--json"]) == 0
        record = json.loads(capsys.readouterr().out)
        news, letters = record["sets"]
        assert [(one["name"], one["passages"], one["all"]["questions"]) for one in record["sets"]] == [
            ("crud_questions", 3, 2),
            ("govqa", 1, 1),
        ]
        # recall@1, @5, @10, MRR. BM25 finds nothing of 土豆; by the vectors d2 comes second for 轨道交通.
        assert means(news["all"]) == {
            "bm25": [1 / 2] * 4,
            "dense": [1 / 2, 1, 1, 3 / 4],
            "hybrid": [1, 1, 1, 1],
        }
        assert news["all"]["overlap"] == 1
        assert (news["hardest"]["questions"], news["hardest"]["overlap"]) == (1, 0)
        assert means(news["hardest"]) == {"bm25": [0] * 4, "dense": [1] * 4, "hybrid": [1] * 4}
        # The tiny embedder knows no character of the letter.
        assert means(letters["all"]) == {"bm25": [1] * 4, "dense": [0] * 4, "hybrid": [1] * 4}
        assert means(record["pooled"]["all"]) == {
            "bm25": [pytest.approx(2 / 3)] * 4,
            "dense": pytest.approx([1 / 3, 2 / 3, 2 / 3, 1 / 2]),
            "hybrid": [1] * 4,
        }
        assert means(record["pooled"]["hardest"]) == {
            "bm25": [1 / 2] * 4,
            "dense": [1 / 2] * 4,
            "hybrid": [1] * 4,
        }
        gains = {key: line["gains"] for key, line in news["all"]["lines"].items()}
        assert gains["bm25"] == {}
        assert gains["hybrid"]["recall@1"] == {"value": 0.5, "interval": [0, 1], "p": 1}
        assert (gains["dense"]["recall@1"]["value"], gains["dense"]["mrr@10"]["value"]) == (0, 0.25)
        assert record["encoding"]["passages"] == 4
        assert record["loading"]["torch"] is False
        assert [(one["stand"], one["reached"]) for one in record["aims"][:4]] == [
            ("没有高出的：govqa R@1、govqa MRR", False),
            ("R@1 +33.3（p = 1.0000），MRR +33.3（p = 1.0000）", False),
            ("显著低于的：无", True),
            ("+50.0", True),
        ]

    def test_the_table_for_people(self, data, capsys):
        assert main(["retrieval", "--data", str(data), *self.SETS]) == 0
        told = capsys.readouterr()
        assert "正在问 govqa" in told.err
        lines = [line.split() for line in told.out.splitlines()]
        # All questions, then the quarter: one of two.
        assert ["crud_questions", "BM25", "50.0", "50.0", "50.0", "50.0"] in [line[:6] for line in lines]
        assert ["2", "题", "稠密", "50.0", "100.0", "100.0", "75.0"] in [line[:7] for line in lines]
        assert ["重合至多", "0%", "混合", "100.0", "100.0", "100.0", "100.0", "+100.0"] in [
            line[:8] for line in lines
        ]
        assert "未达到　每一集都高于 BM25：没有高出的：govqa R@1、govqa MRR" in told.out
        assert "达到　　没有一集显著低于 BM25：显著低于的：无" in told.out

    def test_a_kept_index_gives_the_same_figures(self, data, tmp_path, capsys):
        arguments = [
            "retrieval",
            "--data",
            str(data),
            *self.SETS,
            "--index",
            str(tmp_path / "kept"),
            "--json",
        ]
        assert main(arguments) == 0
        first = timeless(json.loads(capsys.readouterr().out))
        manifest = tmp_path / "kept/crud_questions/index/manifest.json"
        before = manifest.stat().st_mtime_ns
        assert main(arguments) == 0
        assert timeless(json.loads(capsys.readouterr().out)) == first
        assert manifest.stat().st_mtime_ns == before

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["--set", "govqa"], "缺少 --data；用法见 python -m bench --help"),
            (["--data", "{data}", "--set", "rgb_zh"], "外部集 rgb_zh 没有 --mode retriever"),
            (["--data", "{data}", "--set", "xwlb"], "读不到数据文件"),
            (["--data", "{data}/none"], "没有这个数据文件夹"),
            (["--date", "{data}"], "没有选项 --date"),
        ],
    )
    def test_bad_usage_is_a_line_in_chinese(self, data, capsys, arguments, told):
        given = [argument.format(data=data) for argument in arguments]
        assert main(["retrieval", *given]) == 2
        assert told in capsys.readouterr().err


class TestSpeed:
    def test_encoding_counts_passages_with_their_context(self):
        found = encoding(load_embedder("builtin"), [chunk(1, "四个字的"), chunk(2, "三个字", context="题")])
        assert (found.passages, found.characters) == (2, 5 + 5)
        assert found.seconds > 0

    def test_encodings_are_summed(self):
        whole = together(
            [
                Encoding(passages=10, characters=100, seconds=0.5),
                Encoding(passages=20, characters=500, seconds=1.5),
            ]
        )
        assert whole == Encoding(passages=30, characters=600, seconds=2.0)
        assert (whole.per_second, whole.mean_characters) == (15, 20)

    def test_the_built_in_embedder_loads_without_torch(self):
        found = loading("builtin")
        assert 0 < found.seconds < 10
        assert not found.torch


def asked(name, before, now, overlaps=None):
    """A set with recall@1 and the other metrics alike; hybrid is `now`, dense is as the baseline."""

    def run(values):
        return Run(
            scores=dict.fromkeys(METRICS, np.array(values, dtype=float)),
            seconds=np.arange(1, len(values) + 1) / 1000,
        )

    places = np.arange(len(before), dtype=float) if overlaps is None else np.array(overlaps)
    return Asked(
        name=name,
        runs={"bm25": run(before), "dense": run(before), "hybrid": run(now)},
        overlaps=places,
        hardest=least(places),
        encoding=Encoding(passages=6000, characters=6000, seconds=2.0),
    )


def judged(*sets, encoded=None, seconds=0.3, torch=False):
    """Return which of the six aims are reached, and where we stand."""
    whole = pooled(sets)
    found = aims(
        [summary(one) for one in sets],
        summary(whole),
        encoded or whole.encoding,
        Loading(seconds=seconds, torch=torch),
    )
    reached, stands = zip(*((one.reached, one.stand) for one in found), strict=True)
    return reached, stands


class TestAims:
    def test_all_reached(self):
        # 8 of 100 gained, two of them among the 25 with the least overlap: 8 points, p = 2 / 2 ** 8.
        found, stands = judged(asked("甲", [0] * 100, [1] * 2 + [0] * 92 + [1] * 6))
        assert found == (True,) * 6
        assert stands[1] == "R@1 +8.0（p = 0.0078），MRR +8.0（p = 0.0078）"
        assert stands[3] == "+8.0"
        assert stands[4:] == ("3000 段，平均 1 字", "0.30 秒，没有载入 torch")

    def test_a_set_that_is_no_better_and_one_that_is_worse(self):
        gained = [0] * 40, [1] * 40
        lost = [1] * 20, [0] * 6 + [1] * 14
        found, stands = judged(asked("甲", *gained), asked("乙", *lost), asked("丙", [1, 0], [1, 0]))
        assert found[:4] == (False, True, False, True)
        assert stands[0] == "没有高出的：乙 R@1、乙 MRR、丙 R@1、丙 MRR"
        assert stands[2] == "显著低于的：乙 R@1、乙 MRR"
        # The quarters: 10 gained, 5 lost, 1 as before.
        assert stands[3] == f"{100 * 5 / 16:+.1f}"

    def test_one_question_lost_is_not_significantly_worse(self):
        found, _ = judged(asked("甲", [1] * 20, [0] + [1] * 19))
        assert found[:4] == (False, False, True, False)

    def test_few_gains_are_not_significant(self):
        # 7 of 7: p = 2 / 2 ** 7 > 0.01.
        found, stands = judged(asked("甲", [0] * 7, [1] * 7))
        assert found[:2] == (True, False)
        assert "p = 0.0156" in stands[1]

    @pytest.mark.parametrize(
        ("changed", "place"),
        [
            ({"encoded": Encoding(passages=2999, characters=1, seconds=1.0)}, 4),
            ({"seconds": 0.31}, 5),
            ({"seconds": 0.1, "torch": True}, 5),
        ],
    )
    def test_speeds(self, changed, place):
        better = asked("甲", [0] * 40, [1] * 40)
        assert judged(better)[0][place]
        assert not judged(better, **changed)[0][place]

    def test_times_are_percentiles_in_milliseconds(self):
        line = summary(asked("甲", [0] * 21, [1] * 21)).all.lines["hybrid"]
        assert (line.median_ms, line.p95_ms) == pytest.approx((11, 20))
