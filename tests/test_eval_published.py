"""The published metrics: by worked arithmetic, and against slow computations of the same."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.dataset import Question
from eval.metrics import KNOWN, METRICS, PUBLISHED, failed, scores
from eval.metrics.case import Case
from eval.metrics.overlap import bag_f1, bare, run_f1, segments
from eval.metrics.published import (
    exact_match,
    quest_f1,
    quest_recall,
    rgb_accuracy,
    rgb_correction,
    rgb_detection,
    rgb_rejection,
    rouge_l,
    span_f1,
)
from rag.datatypes import Answer, Chunk, Citation, Conflict, Hit, Place, Refusal, Sentence, Span


def asked(**fields) -> Question:
    given = {"id": "q", "split": "test", "type": "t", "question": "？", "answerable": True, "max_chars": 180}
    return Question(**(given | fields))


def said(*sentences: str, refused: bool = False, conflicts: int = 0, **fields) -> Case:
    """A case whose answer says these sentences, each with a marker."""
    place = Place(file="passages#0", article="", paragraph=1, spans=(Span(start=0, end=1),), quote="")
    answer = Answer(
        question="？",
        standalone_question="？",
        sentences=tuple(Sentence(text=text, citations=(1,)) for text in sentences),
        citations=(Citation(n=1, place=place),),
        refusal=Refusal(reason="not_stated", message="没有说明。") if refused else None,
        conflicts=(Conflict(citations=(1,), message="不一致"),) * conflicts,
    )
    return Case(question=asked(**fields), answer=answer, hits=[], seconds=0.0, read=lambda _: "")


class TestRgb:
    def test_accuracy_is_every_answer_in_one_of_its_forms(self):
        facts = (("SE 3", "SE3"), ("3月9日",))
        assert rgb_accuracy(said("新款 iPhone se 3", "3 月 9 日发布", facts=facts)) == 1
        assert rgb_accuracy(said("iPhone SE3", facts=facts)) == 0
        assert rgb_accuracy(said("SE3，3月9日", facts=facts, refused=True)) == 0
        assert (
            rgb_accuracy(said("共13月9日个，SE3", facts=facts)) == 1
        )  # substrings, whatever they are part of

    def test_rejection_detection_and_correction(self):
        assert [rgb_rejection(said(refused=one, answerable=False)) for one in (True, False)] == [1, 0]
        true = {"facts": (("武汉",),), "type": "fact"}
        assert (rgb_detection(said("在成都。", **true)), rgb_correction(said("在成都。", **true))) == (
            0,
            None,
        )
        found = said("文档存在事实性错误。", "应为武汉。", **true)
        assert (rgb_detection(found), rgb_correction(found)) == (1, 1)
        found = said("在成都。", conflicts=1, **true)
        assert (rgb_detection(found), rgb_correction(found)) == (1, 0)

    def test_each_figure_is_over_its_own_questions(self):
        kinds = {
            "noise": said("x", facts=(("x",),), type="noise 0.4"),
            "reject": said(refused=True, type="noise 1", answerable=False),
            "fact": said("x", facts=(("y",),), type="fact"),
        }
        metrics = {name: metric for name, metric in PUBLISHED.items() if name.startswith("rgb")}
        assert {kind: scores(case, metrics) for kind, case in kinds.items()} == {
            "noise": {"rgb_accuracy": 1.0},
            "reject": {"rgb_rejection": 1.0},
            "fact": {"rgb_accuracy": 0.0, "rgb_detection": 0.0},
        }


def longest_run(left: list[str], right: list[str]) -> int:
    """Return the length of the longest run that two lists share, by trying them all."""
    runs_of_right = {
        tuple(right[start:end]) for start in range(len(right)) for end in range(start + 1, len(right) + 1)
    }
    return max(
        (
            end - start
            for start in range(len(left))
            for end in range(start + 1, len(left) + 1)
            if tuple(left[start:end]) in runs_of_right
        ),
        default=0,
    )


def longest_subsequence(left: str, right: str) -> int:
    """Return the length of the longest common subsequence, by its recurrence."""
    lengths = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i, one in enumerate(left, start=1):
        for j, other in enumerate(right, start=1):
            lengths[i][j] = (
                lengths[i - 1][j - 1] + 1 if one == other else max(lengths[i - 1][j], lengths[i][j - 1])
            )
    return lengths[-1][-1]


class TestOverlap:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("悉尼", ["悉", "尼"]),
            ("2022年11月30日，ChatGPT发布", ["2022", "年", "11", "月", "30", "日", "chatgpt", "发", "布"]),
            ("增长6.4%！", ["增", "长", "6.4", "%"]),
            ("“GPT-4”（1,000 个）", ["gpt", "4", "1,000", "个"]),
            ("J.K.罗琳", ["j.k", ".", "罗", "琳"]),
            ("  ，。", []),
        ],
    )
    def test_a_han_character_is_a_token_and_so_is_a_number(self, text, expected):
        assert segments(text) == expected

    def test_exact_match_leaves_out_marks_and_case(self):
        assert bare(" 《GPT-4》。") == "gpt4"
        assert bare("1.5 亿") == "1.5 亿"

    tokens = st.lists(st.sampled_from("天地人"), max_size=9)

    @given(tokens, tokens)
    def test_run_f1_by_trying_all_runs(self, left, right):
        shared = longest_run(left, right)
        expected = 0.0
        if shared:
            precision, recall = shared / len(left), shared / len(right)
            expected = 2 * precision * recall / (precision + recall)
        assert run_f1(left, right) == pytest.approx(expected)

    @given(tokens, tokens)
    def test_bag_f1_by_counting(self, left, right):
        shared = sum(min(left.count(token), right.count(token)) for token in set(left))
        expected = 2 / (len(left) / shared + len(right) / shared) if shared else 0.0
        assert bag_f1(left, right) == pytest.approx(expected)


class TestPublished:
    def test_exact_match(self):
        facts = (("悉尼", "Sydney"),)
        assert exact_match(said("sydney。", facts=facts)) == 1
        assert exact_match(said("悉尼市", facts=facts)) == 0
        assert exact_match(said("悉尼", facts=facts, refused=True)) == 0

    def test_without_an_answer_only_silence_is_right(self):
        refused, answered = said(refused=True, answerable=False), said("悉尼。", answerable=False)
        assert [metric(case) for metric in (exact_match, span_f1) for case in (refused, answered)] == [
            1,
            0,
            1,
            0,
        ]

    def test_span_f1_takes_the_best_answer(self):
        # 悉尼是大城市: 6 tokens; the run 大城市 has 3 of the 5 of 最大的城市? only 城市, 2; of 大城市, 3 of 3.
        assert span_f1(said("悉尼是大城市。", facts=(("最大的城市", "大城市"),))) == pytest.approx(
            2 * (3 / 6) * (3 / 3) / (3 / 6 + 3 / 3)
        )
        assert span_f1(said("悉尼", facts=(("堪培拉",),))) == 0
        assert span_f1(said("悉尼", facts=(("悉尼",),), refused=True)) == 0

    def test_rouge_l_takes_the_best_precision_and_the_best_recall(self):
        # 每天都测体温 (6 characters): lcs with 每天测体温 is 5 of 5, with 天天都要测体温 (7) it is 天都测体温, 5.
        case = said("每天都测 体温", reference="天天都要测体温", alternatives=("每天测体温",))
        precision, recall = 5 / 6, 5 / 5
        assert rouge_l(case) == pytest.approx((1 + 1.44) * precision * recall / (recall + 1.44 * precision))

    def test_rouge_l_is_nothing_for_a_refusal_or_without_a_common_character(self):
        assert rouge_l(said("每天", reference="每天", refused=True)) == 0
        assert rouge_l(said("甲乙", reference="丙丁")) == 0

    @given(st.text("天地人和", min_size=1, max_size=12), st.text("天地人和", min_size=1, max_size=12))
    def test_rouge_l_by_the_recurrence(self, answer, gold):
        shared = longest_subsequence(answer, gold)
        precision, recall = shared / len(answer), shared / len(gold)
        expected = 2.44 * precision * recall / (recall + 1.44 * precision) if shared else 0.0
        assert rouge_l(said(answer, reference=gold)) == pytest.approx(expected)

    def test_quest_f1_is_over_words(self):
        # 西安市 发放 消费 券 / 西安市: a word of four, and all of one.
        case = said("西安市发放消费券", facts=(("西安市",),))
        assert quest_f1(case) == pytest.approx(2 * (1 / 4) * 1 / (1 / 4 + 1))
        assert quest_f1(said("西安市", facts=(("西安市",),), refused=True)) is None
        assert [quest_recall(case), quest_recall(said(refused=True, facts=(("x",),)))] == [1, 0]

    @pytest.mark.parametrize(
        ("files", "expected"),
        [
            (["x", "a", "b"], {"success@1": 0.0, "success@10": 1.0, "success@50": 1.0, "recall@50": 2 / 2}),
            (["a", "a", "x"], {"success@1": 1.0, "success@10": 1.0, "success@50": 1.0, "recall@50": 1 / 2}),
            (
                [f"x{n}" for n in range(10)] + ["b"],
                {"success@1": 0.0, "success@10": 0.0, "success@50": 1.0, "recall@50": 1 / 2},
            ),
            ([], {"success@1": 0.0, "success@10": 0.0, "success@50": 0.0, "recall@50": 0.0}),
        ],
    )
    def test_success_is_any_and_recall_is_how_many(self, files, expected):
        hits = [
            Hit(
                chunk=Chunk(
                    id=n,
                    file=file,
                    article=0,
                    paragraphs=(0, 1),
                    spans=(Span(start=0, end=1),),
                    text="字",
                    context="",
                ),
                score=1.0,
                ranks={},
            )
            for n, file in enumerate(files)
        ]
        case = replace(said(documents=("a", "b")), hits=hits)
        metrics = {name: PUBLISHED[name] for name in expected}
        assert scores(case, metrics) == pytest.approx(expected)

    def test_an_error_counts_as_nothing_said(self):
        metrics = {name: PUBLISHED[name] for name in ("exact_match", "span_f1", "rouge_l", "rgb_accuracy")}
        assert failed(asked(facts=(("x",),)), metrics) == dict.fromkeys(metrics, 0.0)

    def test_a_published_metric_takes_no_name_of_ours(self):
        assert not METRICS.keys() & PUBLISHED.keys()
        assert list(KNOWN) == [*METRICS, *PUBLISHED]
