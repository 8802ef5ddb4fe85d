"""Quotes made by rule: what the rules make, that what they claim is so, and that the oracle knows where words stand."""

import json
import lzma
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.altering import figures, names, restating, wording
from eval.altering.sentence import Given
from eval.dataset import Change, Passage, Quote
from eval.matching import RawTexts
from eval.metrics.quotes import quote_faults
from eval.quoting import altered, measuring, standing
from eval.quoting.corpus import Corpus, comparable
from eval.quoting.drawing import draw_quotes
from eval.quoting.kind import changed
from eval.quoting.kinds import KINDS
from eval.quoting.measuring import run_drawn, run_made
from rag.datatypes import Difference, Place, QuoteMatch, QuoteReport, Source, Span
from rag.reading import read
from rag.structure import parse

DOCS = Path(__file__).parent.parent / "docs_src"
CORPUS = Corpus([parse(source) for path in sorted(DOCS.glob("*.txt")) for source in read(path, DOCS)])
DATASHEET = (DOCS.parent / "eval" / "README.md").read_text(encoding="utf-8")
QUOTES = draw_quotes(CORPUS, ("dev", "test"), 6)


def corpus(*texts, outside=()):
    return Corpus([parse(Source(file=f"{i}.txt", text=t, sha256="")) for i, t in enumerate(texts)], outside)


# --- the oracle


def test_the_oracle_finds_every_place_over_breaks_widths_and_marks():
    text = "办法于2026年\n\n4月1日起实施,不超过500个。办法好。\n\n「办法」好,不超过1500个。"
    found = corpus(text).places("办法，好")
    assert [text[p.span.start : p.span.end] for p in found] == ["办法好", "办法」好"]
    assert [p.quote for p in corpus(text).places("２０２６年4月1日")] == ["2026年\n\n4月1日"]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("500个", 1),
        ("超过1500个", 1),
        ("超过150", 0),
        ("2.6万", 0),
        ("52.6万", 1),
        ("万亿", 1),
        ("", 0),
        ("，", 0),
    ],
)
def test_words_do_not_stand_in_part_of_a_number(words, count):
    text = "第一次不超过500个。第二次不超过1500个。总额为52.6万亿元。"
    assert len(corpus(text).places(words)) == count


def test_a_line_ends_a_number():
    found = corpus("人数共计5\n2026年增长了5\n5月开始。\n")
    assert [one.text for one in found.sentences if len(found.places(one.text)) != 1] == []


@given(st.text("甲乙1.,。“ \n", max_size=30), st.text("甲乙1.,。 ", min_size=1, max_size=4))
def test_a_place_has_the_words_that_were_sought(text, words):
    for place in corpus(text).places(words):
        assert comparable(place.quote) == comparable(words)
        assert place.quote == text[place.span.start : place.span.end]


@given(st.text("甲乙丙丁", min_size=1, max_size=40), st.text("甲乙丙丁", min_size=1, max_size=3))
def test_the_places_are_those_that_a_search_from_every_character_finds(text, words):
    expected = [i for i in range(len(text)) if text.startswith(words, i)]
    assert [place.span.start for place in corpus(text).places(words)] == expected


def test_every_sentence_and_heading_of_the_documents_stands_where_it_was_taken_from():
    assert len(CORPUS.sentences) > 400
    for one in (*CORPUS.sentences, *CORPUS.headings):
        places = CORPUS.places(one.text)
        assert one.file in {place.file for place in places}
        # A photo credit can stand in the middle of what is found.
        for characters in (iter(comparable(place.quote)) for place in places):
            assert all(character in characters for character in comparable(one.text))


def test_sentences_from_outside_that_echo_the_documents_are_not_drawn():
    outside = [
        "完全是别处的另一句话，谁也没有说过。",
        "他说：各地区要坚持因地制宜分类指导，不搞一刀切。",
        "坚持因地制宜分类指导很要紧。",
    ]
    where = corpus("各地区要坚持因地制宜分类指导。", outside=outside)
    assert [quote.quote for quote in draw_quotes(where, ("dev", "test"), None, kinds=[KINDS[-1]])] == outside[
        :1
    ]


# --- the rules


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("增长26.3%。", "增长26.4%。", ("26.4", "26.3")),
        ("到2026年。", "到2027年。", ("2027", "2026")),
        ("企业可以申请。", "企业必须申请。", ("必须", "可以")),
        ("不得拖欠。", "得拖欠。", ("", "不")),
        ("积极支持。", "积极不支持。", ("不", "")),
        ("投资8000亿元。", "投资0.8万亿元。", ("0.8万", "8000")),
        ("北京的高等院校和北京的企业。", "上海的高等院校和上海的企业。", None),
    ],
)  # fmt: skip
def test_what_two_texts_differ_in_is_told_in_whole_figures(before, after, expected):
    found = changed(before, after, ["word"])
    assert (found and (found.given, found.source)) == expected


def outcomes(rule, sentence):
    return {rule(Given(sentence=sentence), random.Random(seed)) for seed in range(60)}


@pytest.mark.parametrize(
    ("rule", "sentence", "expected"),
    [
        (figures.year, "到2030年建成。", {f"到{n}年建成。" for n in (2028, 2029, 2031, 2032)}),
        (figures.day, "3月1日施行。", {f"{m}月1日施行。" for m in (1, 2, 4, 5)} | {f"3月{d}日施行。" for d in (2, 3)}),
        (figures.digit, "到2030年有7家。", {f"到2030年有{n}家。" for n in "12345689"}),
        (figures.digit, "3月1日8:30开会，5G。", {None}),
        (figures.magnitude, "投资26.3亿元。", {"投资2.63亿元。", "投资262.3亿元。", "投资263亿元。", "投资26.3万元。", "投资26.3万亿元。"} - {"投资262.3亿元。"}),
        (figures.magnitude, "从0到1。", {"从0到10。"}),
        (names.place_name, "丰收村在村口。", {None}),
        (wording.modal, "各地必须落实。", {"各地可以落实。"}),
        (wording.modal, "不可以落实，是主要任务。", {None}),
        (wording.negator_dropped, "各地不得拖欠，没有例外。", {"各地得拖欠，没有例外。", "各地不得拖欠，有例外。"}),
        (wording.negator_dropped, "能不能成，是不是行，不断提高。", {None}),
        (wording.verb_denied, "我们支持创新。", {"我们不支持创新。", "我们支持不创新。"}),
        (restating.synonym, "目前仍然有效。", {"当前仍然有效。"}),
        (restating.turned, "目前总量偏少，任务较重。", {None}),
        (restating.turned, "一类是甲，二类是乙，三类是丙。", {"三类是丙，二类是乙，一类是甲。"}),
    ],
)  # fmt: skip
def test_rules_worked_by_hand(rule, sentence, expected):
    assert outcomes(rule, sentence) == expected


SMALL = corpus(
    "# 甲文\n\n办法自2026年4月1日起施行，各地要抓好落实，不得拖欠工资。会议强调要支持创新。\n\n"
    "总额达到1500个，增长率为26.3%，在全国排名第一。企业家们纷纷表示满意，说这个办法很好，应当长期坚持下去。\n"
)


@pytest.mark.parametrize(
    ("maker", "number", "expected"),
    [
        (standing.two_sentences, 0, "办法自2026年4月1日起施行，各地要抓好落实，不得拖欠工资。会议强调要支持创新。"),
        (standing.two_sentences, 1, None),
        (standing.over_the_end, 1, "会议强调要支持创新。\n总额达到1500个，增长率为26.3%，在全国排名第一。"),
        (standing.over_the_end, 0, None),
        (standing.with_ellipsis, 0, "办法自2026年4月1日起施行，……不得拖欠工资。"),
        (standing.with_ellipsis, 1, None),
        (altered.clause_left_out, 2, "总额达到1500个，在全国排名第一。"),
        (standing.paragraph, 0, "办法自2026年4月1日起施行，各地要抓好落实，不得拖欠工资。会议强调要支持创新。"),
        (standing.paragraph, 1, None),
    ],
)  # fmt: skip
def test_makers_worked_by_hand(maker, number, expected):
    made = maker(SMALL.sentences[number], SMALL, random.Random(0))
    assert (made and made.quote) == expected


def test_a_cut_in_a_number_says_what_the_whole_number_is():
    cuts = [altered.cut_in_a_number(SMALL.sentences[0], SMALL, random.Random(n)) for n in range(20)]
    assert {(cut.changes[0].given, cut.changes[0].source) for cut in cuts} == {
        (n, "2026") for n in ("026", "26", "6")
    }
    assert all(SMALL.places(cut.parts[0]) and not SMALL.places(cut.quote) for cut in cuts)


WORDS = corpus(
    "# 甲\n\n各地要坚决鼓励企业，“大胆创新（试行）”，财政部大力扶持研发。\n", "# 乙\n\n大家鼓励创新工作。\n"
)


@pytest.mark.parametrize(
    ("maker", "expected"),
    [
        (altered.words_left_out, {("", "鼓励"): ("omission", "modality"), ("", "企业"): ("omission",)}),
        (altered.clause_left_out, {("", "大胆创新（试行"): ("omission",)}),
    ],
)
def test_words_left_out_are_told_as_what_they_are(maker, expected):
    drafts = [maker(WORDS.sentences[0], WORDS, random.Random(seed)) for seed in range(60)]
    made = {(change.given, change.source): change.kinds for draft in drafts for change in draft.changes}
    assert expected.items() <= made.items()


def test_part_of_a_ministry_is_a_body():
    text = "由农业农村部和财政部门印发"
    assert [names.in_body(text, at, at + 2) for at in (1, 3, 7)] == [True, True, False]


def test_a_clause_brought_in_says_where_it_stands():
    made = [altered.clause_brought_in(one, CORPUS, random.Random(1)) for one in CORPUS.sentences[:40]]
    changes = [draft.changes[0] for draft in made if draft]
    assert changes
    assert all(change.places == CORPUS.places(change.given) != () for change in changes)


@given(st.integers(0, 200), st.sampled_from((0.05, 0.1, 0.2)))
@settings(max_examples=30)
def test_noise_replaces_that_share_of_the_characters(number, share):
    one = CORPUS.sentences[number]
    made = altered.noise(share)(one, CORPUS, random.Random(number))
    if made:
        wrong = sum(a != b for a, b in zip(one.text, made.quote, strict=True))
        assert wrong == max(1, round(share * len(one.text)))


# --- what is drawn


def test_every_kind_is_drawn_that_the_documents_have_something_for():
    assert {kind.name for kind in KINDS} - {quote.kind for quote in QUOTES} == {"foreign"}


def test_the_datasheet_has_every_kind_beside_its_verdicts():
    rows = [line.split(" | ") for line in DATASHEET.splitlines() if line.startswith("| ")]
    for kind in KINDS:
        verdicts = "、".join((kind.verdict, *kind.also))
        assert any(kind.name in row[0].lstrip("| ").split("、") and row[1] == verdicts for row in rows), (
            kind.name
        )


def test_drawing_is_repeatable_and_the_halves_have_no_sentence_in_common():
    assert draw_quotes(CORPUS, ("dev", "test"), 6) == QUOTES
    assert len({quote.id for quote in QUOTES}) == len(QUOTES)
    for quote in QUOTES:
        assert int(quote.id.rpartition(" ")[2]) % 2 == (quote.split == "test")
    assert draw_quotes(CORPUS, ("dev",), 6) == tuple(quote for quote in QUOTES if quote.split == "dev")


@pytest.mark.parametrize("quote", QUOTES, ids=lambda quote: quote.id)
def test_what_the_gold_claims_is_so(quote):
    whole = comparable(quote.quote)
    if quote.verdict != "exact":
        assert not CORPUS.places(quote.quote)
    elif quote.kind not in ("ellipsis", "bracketed note"):
        assert whole in {comparable(place.quote) for places in quote.places for place in places}
    for change in quote.changes:
        assert change.given in quote.quote
        assert change.given != change.source
    if len(quote.changes) == 1 and quote.changes[0].given and not quote.kind.startswith(("restated", "cut")):
        change = quote.changes[0]
        mended = [
            quote.quote[: m.start()] + change.source + quote.quote[m.end() :]
            for m in re.finditer(re.escape(change.given), quote.quote)
        ]
        if change.source == "":
            mended += [text.replace("，，", "，") for text in mended]
        assert any(CORPUS.places(text) for text in mended)
    if quote.verdict == "not_found":
        assert not CORPUS.echoes(quote.quote, 12)


# --- the judge

HERE = Passage(file="a.txt", quote="", span=Span(start=10, end=30))
TWICE = Passage(file="b.txt", quote="", span=Span(start=0, end=20))


def shown(*places, verdict="altered", differences=(), count=0):
    matches = tuple(
        QuoteMatch(
            place=Place(file=file, article="", paragraph=1, spans=(Span(start=s, end=e),), quote=""),
            similarity=0.9,
            differences=differences,
        )
        for file, s, e in places
    )
    return QuoteReport(quote="", verdict=verdict, matches=matches, places=count)


def wanted(**more):
    return Quote(
        id="q", split="dev", kind="k", quote="", verdict="altered", **{"file": "a.txt", "places": ((HERE, TWICE),), **more}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("report", "right"),
    [
        (shown(("a.txt", 10, 30)), True),
        (shown(("a.txt", 0, 30)), True),
        (shown(("b.txt", 0, 20), ("a.txt", 0, 5)), True),
        (shown(("a.txt", 0, 50)), False),
        (shown(("a.txt", 10, 19)), False),
        (shown(("c.txt", 10, 30), ("a.txt", 10, 30)), False),
        (shown(), False),
    ],
)
def test_the_best_match_stands_in_a_right_place(report, right):
    assert (not quote_faults(wanted(), report)["place"]) is right


def test_every_part_has_its_match_and_the_places_are_counted():
    gold = wanted(places=((HERE,), (TWICE,)), count=2)
    both = (("b.txt", 0, 20), ("a.txt", 10, 30))
    assert quote_faults(gold, shown(*both, count=2))["place"] == ()
    assert quote_faults(gold, shown(*both, count=3))["place"] == ("报 3 处，应为 2 处",)
    assert quote_faults(gold, shown(both[0], count=2))["place"] == ("没有指出出自 a.txt [10, 30)",)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ((Difference(given="600个", source="500个", kind="number"),), None),
        ((Difference(given="600个", source="500个", kind="word"),), "没有指出 600 应为 500（number）"),
        ((Difference(given="600个", source="400个", kind="number"),), "没有指出 600 应为 500（number）"),
        ((Difference(given="600", source="500", kind="number"), Difference(given="甲", source="乙", kind="name")), "不该报 name：甲 应为 乙"),
    ],
)  # fmt: skip
def test_a_change_is_named_by_its_words_and_its_kind_and_nothing_barred_is_told(told, fault):
    gold = wanted(changes=(Change(given="600", source="500", kinds=("number",)),), barred=("name",))
    found = quote_faults(gold, shown(("a.txt", 10, 30), differences=told))["difference"]
    assert [one.partition("，报的是")[0] for one in found] == ([fault] if fault else [])


def test_any_of_the_right_verdicts_is_right():
    gold = wanted(also=("paraphrase",))
    assert quote_faults(gold, shown(verdict="paraphrase"))["verdict"] == ()
    assert quote_faults(gold, shown(verdict="exact"))["verdict"] == ("判为 exact，应为 altered或 paraphrase",)


def split(given, source, kind, at, there):
    return Difference(
        given=given,
        source=source,
        kind=kind,
        given_at=(at, at + len(given)),
        source_at=(there, there + len(source)),
    )


@pytest.mark.parametrize(
    ("change", "told", "right"),
    [
        # 支持所有地方 out of 支持有条件的地方: two differences that touch give it.
        (("所有", "有条件的", "word"), [split("", "有", "omission", 2, 12), split("所有", "条件的", "word", 2, 13)], True),
        (("所有", "有条件的", "word"), [split("", "有", "omission", 2, 12), split("所有", "条件的", "word", 2, 14)], False),
        (("所有", "有条件的", "word"), [split("", "有", "omission", 2, 12), split("所有", "条件的", "name", 2, 13)], False),
        (("所有", "有条件的", "modality"), [split("", "有", "omission", 2, 12), split("所有", "条件的", "word", 2, 13)], False),
        (("", "行业", "omission"), [split("各要", "各行业要", "word", 2, 12)], True),
        (("", "行业", "omission"), [split("各要", "各行业应", "word", 2, 12)], False),
        (("", "行业", "omission"), [split("各要", "各行业要", "name", 2, 12)], False),
        (("强调", "", "addition"), [split("统一强", "统一", "number", 2, 12), split("调", "", "addition", 5, 14)], False),
    ],
)  # fmt: skip
def test_a_change_may_be_told_in_two_that_touch_and_a_word_put_in_as_a_longer_word(change, told, right):
    given, source, kind = change
    gold = wanted(changes=(Change(given=given, source=source, kinds=(kind,)),))
    report = shown(("a.txt", 10, 30), differences=tuple(told))
    assert (not quote_faults(gold, report)["difference"]) is right


AT_HOME = Passage(file="b.txt", quote="", span=Span(start=50, end=60))


@pytest.mark.parametrize(
    ("verdict", "places", "wrong"),
    [
        ("spliced", [("a.txt", 10, 15), ("b.txt", 50, 60), ("a.txt", 16, 30)], set()),
        ("spliced", [("b.txt", 50, 60), ("a.txt", 10, 15), ("a.txt", 16, 19)], {"place"}),
        ("spliced", [("a.txt", 10, 15), ("a.txt", 16, 30)], {"difference"}),
        ("spliced", [("a.txt", 10, 15), ("b.txt", 50, 90), ("a.txt", 16, 30)], {"difference"}),
        ("altered", [("a.txt", 10, 15), ("b.txt", 50, 60), ("a.txt", 16, 30)], {"place", "difference"}),
        ("altered", [("a.txt", 10, 30)], {"difference"}),
    ],
)
def test_a_clause_brought_in_is_told_by_its_place_and_what_it_cuts_in_two_by_both_pieces(
    verdict, places, wrong
):
    change = Change(given="别处的话", source="", kinds=("addition",), places=(AT_HOME,))
    gold = wanted(places=((HERE,),), also=("spliced",), changes=(change,))
    faults = quote_faults(gold, shown(*places, verdict=verdict))
    assert {aspect for aspect, told in faults.items() if told} == wrong


# --- put to the program


def test_what_stands_in_the_documents_is_reported_as_exact_and_in_its_place(assistant):
    rows = run_made(assistant, RawTexts(DOCS), ("dev",), 3)
    exact = [
        row
        for row in rows
        if row.expected == "exact" and row.kind in ("as it stands", "traditional", "clause")
    ]
    assert len(exact) == 9
    assert all(row.scores == {"verdict": 1, "place": 1} and not row.faults for row in exact)
    assert not [row.error for row in rows if row.error]


def test_half_of_a_data_folder_is_indexed_and_the_other_half_is_foreign(tmp_path, monkeypatch):
    texts = [f"第{n}号通知要求各地认真做好第{n}项工作。{word}部门负责{word}事务的日常管理工作，每年检查{n}次。" for n, word in enumerate("甲乙丙丁戊己", start=3)]  # fmt: skip
    rows = "".join(json.dumps({"id": f"x{i}", "text": text}) + "\n" for i, text in enumerate(texts))
    (tmp_path / "xwlb").mkdir()
    (tmp_path / "xwlb" / "docs.jsonl.xz").write_bytes(lzma.compress(rows.encode()))
    monkeypatch.setattr(measuring, "OF_SET", 6)
    rows = run_drawn(tmp_path, ("dev", "test"), None)
    assert {row.kind for row in rows} >= {"as it stands", "digit"}
    assert all(row.right for row in rows if row.kind == "as it stands")
    assert len([row for row in rows if row.kind == "as it stands"]) == 6
