"""One answer against its gold: the values are written as the arithmetic."""

from dataclasses import replace

import pytest

from eval.dataset import Change, Passage, Question, Quote
from eval.metrics import METRICS, answers, failed, scores
from eval.metrics.case import Case
from eval.metrics.citations import citation_precision, citation_recall, meets, place_faults, pointer_faults
from eval.metrics.quotes import quote_faults
from eval.metrics.support import faithfulness, sentence_support, unsupported
from rag.datatypes import (
    Answer,
    Chunk,
    Citation,
    Difference,
    Hit,
    Place,
    QuoteMatch,
    QuoteReport,
    Refusal,
    Sentence,
    Span,
)

#      0         1         2
#      0123456789012345678901234567
RAW = "到2027年建设工厂。\n到2030年不超过500个。"
FIRST, SECOND = Span(start=0, end=11), Span(start=12, end=26)


def read(file: str) -> str:
    return {"a.txt": RAW, "b.txt": RAW}[file]


def place(*spans: tuple[int, int], file: str = "a.txt", quote: str | None = None) -> Place:
    found = tuple(Span(start=start, end=end) for start, end in spans)
    words = "".join(RAW[span.start : span.end] for span in found)
    return Place(file=file, article="", paragraph=1, spans=found, quote=words if quote is None else quote)


def answer(text: str, *places: Place, refusal: Refusal | None = None) -> Answer:
    return Answer(
        question="？",
        standalone_question="？",
        sentences=(Sentence(text=text, citations=tuple(range(1, len(places) + 1))),),
        citations=tuple(Citation(n=n, place=where) for n, where in enumerate(places, start=1)),
        refusal=refusal,
    )


def passage(span: Span, file: str = "a.txt") -> Passage:
    return Passage(file=file, quote=RAW[span.start : span.end], span=span)


def case(question: Question, given: Answer, *hits: Hit, seconds: float = 0.0) -> Case:
    return Case(question=question, answer=given, hits=hits, seconds=seconds, read=read)


QUESTION = Question(
    id="q",
    split="dev",
    type="time",
    question="？",
    answerable=True,
    facts=(("2030年",), ("500个", "五百个"), ("工厂",)),
    forbidden=("600个",),
    sources=((passage(SECOND),), (passage(FIRST), passage(FIRST, "b.txt"))),
    max_chars=20,
)
REFUSED = Refusal(reason="not_stated", message="文中没有。")
UNANSWERABLE = Question(
    id="u",
    split="dev",
    type="unanswerable",
    question="？",
    answerable=False,
    facts=(),
    forbidden=(),
    sources=(),
    reason="not_stated",
    max_chars=200,
)


def test_the_passages_of_these_tests_are_the_two_lines():
    assert RAW[FIRST.start : FIRST.end] == "到2027年建设工厂。"
    assert RAW[SECOND.start : SECOND.end] == "到2030年不超过500个。"


def test_fact_recall_is_stated_over_all_facts():
    assert answers.fact_recall(case(QUESTION, answer("到2030年不超过五百个。"))) == pytest.approx(2 / 3)
    assert answers.missing_facts(case(QUESTION, answer("到2030年不超过五百个。"))) == ("工厂",)
    assert answers.fact_recall(case(QUESTION, answer("工厂到2030年500个"))) == 1
    assert answers.fact_recall(case(QUESTION, answer("工厂到2030年500个", refusal=REFUSED))) == 0


@pytest.mark.parametrize(
    ("text", "refusal", "expected"),
    [
        ("工厂到2030年不超过500个", None, True),
        ("工厂到2030年不超过1500个", None, False),
        ("工厂到2030年从600个到500个", None, False),
        ("工厂到2030年不超过500个" + "长" * 5, None, True),
        ("工厂到2030年不超过500个" + "长" * 6, None, False),
        ("工厂到2030年不超过500个", REFUSED, False),
    ],
)
def test_an_answer_is_right_with_all_facts_nothing_forbidden_and_short_enough(text, refusal, expected):
    assert answers.right(case(QUESTION, answer(text, refusal=refusal))) == expected


def test_an_unanswerable_question_is_right_when_it_is_refused():
    assert answers.right(case(UNANSWERABLE, answer("文中没有。", refusal=REFUSED))) == 1
    assert answers.right(case(UNANSWERABLE, answer("有500个。"))) == 0


def test_characters_leave_out_markers_and_white_space():
    assert answers.characters(answer("甲 乙。\n丙", place((0, 3)))) == 4


def test_markers_are_not_read_as_facts():
    assert answers.missing_facts(case(QUESTION, answer("甲", place((0, 3))))) == ("2030年", "500个", "工厂")


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(12, 26)], True),
        ([(14, 18)], True),  # 4 of the 4 cited characters
        ([(0, 26)], True),  # all 14 of the gold
        ([(5, 18)], True),  # 6 of min(12, 14), the line break not counted
        ([(4, 18)], False),  # 6 of min(13, 14)
        ([(0, 11)], False),
        ([(0, 3), (19, 22)], True),  # 3 of 6
        ([(0, 4), (19, 22)], False),  # 3 of 7
    ],
)
def test_a_place_meets_a_passage_by_half_of_the_shorter(spans, expected):
    assert meets("a.txt", place(*spans).spans, passage(SECOND), read) is expected


def test_another_file_is_never_met():
    assert not meets("b.txt", place((12, 26)).spans, passage(SECOND), read)


def test_precision_and_recall_of_citations():
    wrong = place((12, 26), file="b.txt")
    half = answer("甲", place((12, 26)), wrong)
    assert citation_precision(case(QUESTION, half)) == 1 / 2
    assert citation_recall(case(QUESTION, half)) == 1 / 2
    elsewhere = answer("甲", place((12, 20)), place((18, 26)), place((0, 11), file="b.txt"), wrong)
    assert citation_precision(case(QUESTION, elsewhere)) == 3 / 4
    assert citation_recall(case(QUESTION, elsewhere)) == 2 / 2
    assert citation_precision(case(QUESTION, answer("甲"))) is None
    assert citation_recall(case(QUESTION, answer("甲"))) == 0


def test_a_sound_answer_has_no_fault_whatever_white_space_its_quote_has():
    sound = answer("甲。", place((0, 11), (12, 26), quote="到2027年建设工厂。 到2030年不超过500个。"))
    assert pointer_faults(case(QUESTION, sound)) == ()


def test_a_dangling_marker_an_unused_and_a_doubled_citation_are_faults():
    sentences = (Sentence(text="甲[7]", citations=(1, 3)),)
    places = (
        Citation(n=1, place=place((0, 11))),
        Citation(n=1, place=place((0, 11))),
        Citation(n=2, place=place((12, 26))),
    )
    broken = Answer(question="？", standalone_question="？", sentences=sentences, citations=places)
    assert pointer_faults(case(QUESTION, broken)) == (
        "标记 [3] 没有对应的引文",
        "标记 [7] 没有对应的引文",
        "引文 [2] 没有被用到",
        "引文编号 [1] 重复",
    )


def test_a_false_quote_is_a_fault_also_among_the_nearest_and_the_other_places():
    false = place((12, 26), quote="到2030年不超过600个。")
    assert len(pointer_faults(case(QUESTION, answer("甲", false)))) == 1
    sound = answer("甲", place((12, 26)))
    copied = replace(sound, citations=(replace(sound.citations[0], also=(place((0, 11)), false)),))
    assert len(pointer_faults(case(QUESTION, copied))) == 1
    refused = Answer(
        question="？", standalone_question="？", sentences=(), refusal=REFUSED, nearest=(false, place((0, 2)))
    )
    (fault,) = pointer_faults(case(QUESTION, refused))
    assert fault == "a.txt [(12, 26)] 处的原文不是“到2030年不超过600个。”"


@pytest.mark.parametrize(
    ("spans", "cut"),
    [([(0, 11)], False), ([(12, 26)], False), ([(1, 11)], True), ([(12, 25)], False), ([(12, 24)], True)],
)
def test_a_cited_place_that_stops_in_the_middle_of_words_is_a_fault(spans, cut):
    faults = pointer_faults(case(QUESTION, answer("甲", place(*spans))))
    assert [fault.startswith("引文停在字词中间") for fault in faults] == [True] * cut


@pytest.mark.parametrize(("text", "faults"), [("到2030年不超过500个。", 0), ("2030年不超过500个。", 1)])
def test_a_hit_whose_text_is_not_at_its_spans_is_a_fault(text, faults):
    chunk = Chunk(id=7, file="a.txt", article=0, paragraphs=(1, 1), text=text, spans=(SECOND,), context="")
    found = pointer_faults(case(QUESTION, answer("甲"), Hit(chunk=chunk, score=1.0, ranks={})))
    assert found == ("检索到的 a.txt 的片段 7与它所指的原文不同",)[:faults]


def test_a_place_without_spans_or_beyond_the_text_is_a_fault():
    assert len(place_faults([place(quote="")], read)) == 1
    assert len(place_faults([place((20, 99), quote="到2030年不超过500个。")], read)) == 1


QUOTE = Quote(
    id="c",
    split="dev",
    kind="number",
    quote="到2030年不超过600个。",
    verdict="altered",
    file="a.txt",
    changes=(Change(given="600", source="500"),),
)


def report(verdict: str, given: str, source: str, file: str = "a.txt") -> QuoteReport:
    difference = Difference(given=given, source=source, kind="number")
    match = QuoteMatch(place=place((12, 26), file=file), similarity=0.9, differences=(difference,))
    return QuoteReport(quote=QUOTE.quote, verdict=verdict, matches=(match,))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (report("altered", "600个", "500个"), ()),
        (report("altered", "６００", "500"), ()),
        (report("exact", "600", "500"), ("判为 exact，应为 altered",)),
        (report("altered", "600", "500", "b.txt"), ("没有指出出自 a.txt",)),
        (report("altered", "2030", "2035"), ("没有指出 600 应为 500，报的是：2030→2035（number）",)),
        (
            QuoteReport(quote="", verdict="not_found"),
            ("判为 not_found，应为 altered", "没有指出出自 a.txt", "没有指出 600 应为 500，报的是：无"),
        ),
    ],
)
def test_a_quote_report_is_right_in_verdict_file_and_difference(told, expected):
    faults = quote_faults(QUOTE, told)
    assert list(faults) == ["verdict", "place", "difference"]
    assert sum(faults.values(), ()) == expected


# --- whole answers as gold


def free(reference: str) -> Question:
    return Question(
        id="f",
        split="test",
        type="own",
        question="？",
        answerable=True,
        reference=reference,
        max_chars=300,
    )


@pytest.mark.parametrize(
    ("reference", "said", "expected"),
    [
        ("500个", "到2030年不超过500个。", 1),
        ("500个", "到2030年不超过1500个。", 0),
        ("到2030年累计创建认定示范区不超过500个。", "示范区的创建认定到2030年累计不超过500个。", 1),
        ("到2030年累计创建认定示范区不超过500个。", "示范区的创建认定到2030年累计不超过600个。", 0),
        (
            "到2030年累计创建认定示范区不超过500个。重点建设都市农业示范区。",
            "到2030年累计创建认定示范区不超过500个。",
            1 / 2,
        ),
    ],
)
def test_the_sentences_of_a_whole_answer_are_its_facts(reference, said, expected):
    assert answers.fact_recall(case(free(reference), answer(said))) == expected


# --- support


GROUND = "科技创新和技术改造再贷款规模增加至8000亿元。债券市场“科技板”正式推出。"


def grounded(*told: tuple[str, tuple[int, ...]], hits: tuple[Hit, ...] = (), quote: str = GROUND) -> Case:
    """An answer of sentences with their markers over two citations: 1 is GROUND, 2 is RAW."""
    whole = Place(file="g.txt", article="", paragraph=1, spans=(Span(start=0, end=len(GROUND)),), quote=quote)
    given = Answer(
        question="？",
        standalone_question="？",
        sentences=tuple(Sentence(text=text, citations=numbers) for text, numbers in told),
        citations=(Citation(n=1, place=whole), Citation(n=2, place=place((0, 11)))),
    )
    texts = {"g.txt": GROUND, "a.txt": RAW}
    return Case(question=QUESTION, answer=given, hits=hits, seconds=0.0, read=texts.__getitem__)


TRUE = "再贷款规模增加至8000亿元。"
FALSE = "再贷款规模增加至9000亿元。"


@pytest.mark.parametrize(
    ("told", "supported", "faithful"),
    [
        ([(TRUE, (1,))], 1, 1),
        (
            [(TRUE, (2,))],
            0,
            1,
        ),  # the wrong marker: faithful to what was found, not borne out by what it cites
        ([(TRUE, ())], 0, 1),
        ([(FALSE, (1,))], 0, 0),
        ([(TRUE, (1,)), (FALSE, (1,))], 1 / 2, 1 / 2),
        ([("主要有以下两点：", ()), (TRUE, (1,))], 1, 1),  # a lead-in states nothing
    ],
)
def test_support_goes_by_the_markers_faithfulness_by_what_was_found(told, supported, faithful):
    given = grounded(*told)
    assert sentence_support(given) == supported
    assert faithfulness(given) == faithful


def test_what_is_not_borne_out_is_named_with_what_is_missing():
    (words,) = unsupported(grounded((FALSE, (1,))))
    assert words == "“再贷款规模增加至9000亿元。”（9000亿元）"


def test_support_is_judged_by_the_raw_text_and_not_by_the_quote_of_the_answer():
    assert sentence_support(grounded((FALSE, (1,)), quote=GROUND.replace("8000", "9000"))) == 0


def test_hits_count_for_faithfulness():
    chunk = Chunk(
        id=1, file="a.txt", article=0, paragraphs=(1, 1), text=RAW[12:26], spans=(SECOND,), context=""
    )
    told = ("到2030年不超过500个。", (1,))
    assert faithfulness(grounded(told)) == 0
    assert faithfulness(grounded(told, hits=(Hit(chunk=chunk, score=1.0, ranks={}),))) == 1


def test_a_refusal_has_no_sentence_to_support():
    refused = answer("文中没有500个。", refusal=REFUSED)
    assert sentence_support(case(QUESTION, refused)) is None
    assert faithfulness(case(QUESTION, refused)) is None


# --- which metrics a case has


def test_the_scores_of_an_answer_of_a_refusal_and_of_a_failure():
    good = case(
        QUESTION,
        answer("到2027年建设工厂。到2030年不超过500个。", place((0, 11)), place((12, 26))),
        seconds=0.5,
    )
    found = scores(good)
    assert found["brevity"] == 11 + 14
    assert found["latency"] == 0.5
    assert {name: found[name] for name in ("fact_recall", "citation_recall", "over_refusal")} == {
        "fact_recall": 1,
        "citation_recall": 1,
        "over_refusal": 0,
    }
    assert not {"refusal_precision", "refusal_recall", "under_refusal"} & found.keys()
    refused = scores(case(UNANSWERABLE, answer("文中没有。", refusal=REFUSED)))
    expected = {
        "right": 1,
        "refusal_precision": 1,
        "refusal_recall": 1,
        "under_refusal": 0,
        "pointer_validity": 1,
    }
    assert {name: refused[name] for name in expected} == expected
    assert not {"brevity", "fact_recall", "recall@1", "sentence_support"} & refused.keys()
    over = scores(case(QUESTION, answer("文中没有。", refusal=REFUSED)))
    assert (over["refusal_precision"], over["over_refusal"], over["fact_recall"]) == (0, 1, 0)
    assert failed(QUESTION) == {"right": 0, "fact_recall": 0, "citation_recall": 0, "over_refusal": 0}
    assert failed(UNANSWERABLE) == {"right": 0, "refusal_recall": 0, "under_refusal": 0}


def test_every_metric_says_what_it_is():
    assert len({metric.title for metric in METRICS.values()}) == len(METRICS)
    assert all(
        " / " in metric.formula or metric.unit != "share" or "@" in metric.name for metric in METRICS.values()
    )
