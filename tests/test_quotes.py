"""The quote lookup, by worked examples and by properties over the documents of the corpus."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rag.datatypes import Article, Block, Difference, Document, Heading, Paragraph, Source, Span, cut
from rag.errors import UsageError
from rag.quotes import LONGEST, QuoteIndex
from rag.quoting.alignment import key
from rag.quoting.facts import Ground, compared
from rag.quoting.tokens import same_value, tokens
from rag.structure import parse
from rag.text import squeeze
from tests.opened import opened

CORPUS = Path(__file__).parent.parent / "docs_src"

POLICY = """\
新型工业化座谈会纪要

各地要加快制造业中试平台建设。目前,全国已建成中试平台1500个,覆盖六类重点产业,占比达到26.3%。平台不得随意更改用途。

## 资金安排

2025年12月29日,财政部部长王志远表示,将新增专项资金8000亿元,用于支持“十五五”时期的重大项目;资金分三年下达,由各省统筹使用。企业是创新的主体,
政府是创新的后盾。

各省应当在2026年3月底前报送实施方案。逾期不报的,视为放弃。方案由专家组逐项评审,评审结果向社会公开。
"""
NEWS = """\
高铁客流创新高

中国铁路集团2日发布消息,春运首日全国铁路发送旅客1200万人次,同比增长8%。广州南站连续三天位居全国第一。

记者李文在站台看到,志愿者正忙着为老人搬运行李,候车大厅里秩序井然。
"""


def document(file: str, text: str) -> Document:
    """Make a document of blank-line separated blocks: the first is the title, `##` ones are headings."""
    blocks = [(match.start(), match.end()) for match in re.finditer(r"(?s)\S.*?(?=\n\n|\n*\Z)", text)]
    spans = [Span(start=start, end=end) for start, end in blocks]
    title, *rest = spans
    headings = [span for span in rest if text.startswith("##", span.start)]
    bodies = [span for span in rest if span not in headings]
    paragraphs = []
    for number, span in enumerate(bodies, start=1):
        lines = tuple(
            Span(start=span.start + match.start(), end=span.start + match.end())
            for match in re.finditer(r"[^\n]+", text[span.start : span.end])
        )
        paragraphs.append(Paragraph(number=number, text=cut(text, lines), spans=lines, speaker="甲"))
    article = Article(
        span=Span(start=title.start, end=spans[-1].end),
        title=cut(text, [title]),
        date="2026-01-06",
        outlet="某报",
        headings=tuple(
            Heading(text=cut(text, [span])[3:], span=Span(start=span.start + 3, end=span.end))
            for span in headings
        ),
        paragraphs=tuple(paragraphs),
        metadata=(Block(kind="title", text=cut(text, [title]), span=title),),
    )
    return Document(source=Source(file=file, text=text, sha256=""), articles=(article,), noise=())


@cache
def index() -> QuoteIndex:
    return QuoteIndex(opened([document("policy.txt", POLICY), document("news.txt", NEWS)]))


@cache
def corpus() -> tuple[QuoteIndex, list[Document]]:
    documents = [
        parse(Source(file=path.name, text=path.read_text(encoding="utf-8"), sha256=""))
        for path in sorted(CORPUS.glob("*.txt"))
    ]
    return QuoteIndex(opened(documents)), documents


def differences(quote: str) -> list[tuple[str, str, str]]:
    report = index().lookup(quote)
    assert report.verdict == "altered", report
    return [(found.given, found.source, found.kind) for found in report.matches[0].differences]


@pytest.mark.parametrize(
    "quote",
    [
        "目前,全国已建成中试平台1500个",
        "目前，全国已建成中试平台１５００个。",
        "目 前,全国已\n建成中试平台 1500个",
        "「十五五」時期的重大項目；資金分三年下達",
        "财政部部长王志远表示,将新增专项资金8000亿元,用于支持''十五五''时期的重大项目",
        "平台不得随意更改用途",
        "逾期不报的,视为放弃。方案由专家组逐项评审",
    ],
)
def test_the_words_as_they_stand_are_exact(quote):
    report = index().lookup(quote)
    assert report.verdict == "exact"
    (match,) = report.matches
    assert match.similarity == 1.0 and match.differences == ()
    assert match.place.quote == cut(POLICY, match.place.spans)
    assert key(match.place.quote).text == key(quote).text


def test_a_place_says_where_it_is():
    quote = "企业是创新的主体,政府是创新的后盾。"
    (match,) = index().lookup(quote).matches
    start, wrap = POLICY.index("企业是创新的主体"), POLICY.index("政府是创新的后盾")
    assert match.place.spans == (Span(start=start, end=wrap - 1), Span(start=wrap, end=wrap + 9))
    assert match.place.quote == quote
    assert (match.place.file, match.place.article) == ("policy.txt", "新型工业化座谈会纪要")
    assert (match.place.paragraph, match.place.speaker) == (2, "甲")
    assert (match.place.date, match.place.outlet) == ("2026-01-06", "某报")


@pytest.mark.parametrize("quote", ["新型工业化座谈会纪要", "资金安排"])
def test_titles_and_headings_are_found_as_paragraph_0(quote):
    (match,) = index().lookup(quote).matches
    assert (match.place.paragraph, match.place.quote) == (0, quote)


@pytest.mark.parametrize(
    "quote",
    [
        "政府是创新的后盾。各省应当在2026年3月底前报送实施方案",
        "平台不得随意更改用途。2025年12月29日,财政部部长王志远表示",
        "平台不得随意更改用途。资金安排 2025年12月29日,财政部部长王志远表示",
    ],
)
def test_a_quote_over_the_end_of_a_paragraph_is_exact_with_or_without_the_heading(quote):
    report = index().lookup(quote)
    assert report.verdict == "exact"
    assert squeeze(report.matches[0].place.quote) == squeeze(quote)


def test_an_ellipsis_stands_for_words_left_out_within_a_paragraph():
    report = index().lookup("各地要加快制造业中试平台建设……占比达到26.3%。")
    assert report.verdict == "exact"
    assert [cut(POLICY, [span]) for span in report.matches[0].place.spans] == [
        "各地要加快制造业中试平台建设",
        "占比达到26.3%。",
    ]
    assert index().lookup("占比达到26.3%……各地要加快制造业中试平台建设").verdict != "exact"


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("全国已建成中试平台1600个,覆盖六类重点产业", ("1600个", "1500个", "number")),
        ("全国已建成中试平台150个,覆盖六类重点产业", ("150个", "1500个", "number")),
        ("覆盖六类重点产业,占比达到2.63%", ("2.63%", "26.3%", "number")),
        ("覆盖六类重点产业,占比达到26.3", ("26.3", "26.3%", "number")),
        ("覆盖七类重点产业,占比达到26.3%", ("七类", "六类", "number")),
        ("覆盖6类重点产业,占比达到26.3%", ("6类", "六类", "word")),
        ("将新增专项资金0.8万亿元,用于支持", ("0.8万亿元", "8000亿元", "word")),
        ("2024年12月29日,财政部部长王志远表示", ("2024年12月29日", "2025年12月29日", "date")),
        ("各省应当在2026年5月底前报送实施方案", ("2026年5月", "2026年3月", "date")),
        ("用于支持“十四五”时期的重大项目", ("十四五", "十五五", "date")),
        ("财政部部长王志强表示,将新增专项资金", ("王志强", "王志远", "name")),
        ("平台得随意更改用途", ("得", "不得", "negation")),
        ("各省不应当在2026年3月底前报送实施方案", ("不", "", "negation")),
        ("方案由专家组逐项审定,评审结果向社会公开", ("审定", "评审", "word")),
        ("资金分三年下达,使用。企业是创新的主体", ("", "由各省统筹", "omission")),
        ("资金分三年下达,由各省尽快统筹使用", ("尽快", "", "addition")),
    ],
)
def test_what_was_altered_is_named_whole_and_by_kind(quote, expected):
    assert differences(quote) == [expected]


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("500个,覆盖六类重点产业", ("500个", "1500个", "number")),
        ("目前,全国已建成中试平台150", ("150", "1500个", "number")),
        ("得随意更改用途", ("得", "不得", "negation")),
    ],
)
def test_a_number_cut_or_a_negation_left_outside_is_not_exact(quote, expected):
    assert differences(quote) == [expected]
    length = len(key(quote).text)
    (match,) = index().lookup(quote).matches
    assert match.similarity == 2 * length / (2 * length + len(expected[1]) - len(expected[0]))


def test_every_difference_of_a_quote_is_listed():
    quote = "2025年12月28日,财政部部长王志强表示,将新增专项资金6000亿元"
    assert differences(quote) == [
        ("2025年12月28日", "2025年12月29日", "date"),
        ("王志强", "王志远", "name"),
        ("6000亿元", "8000亿元", "number"),
    ]


@pytest.mark.parametrize(
    ("quote", "places"),
    [
        (
            "目前,全国已建成中试平台1500个,广州南站连续三天位居全国第一。",
            {("policy.txt", 1), ("news.txt", 1)},
        ),
        ("各地要加快制造业中试平台建设。评审结果向社会公开。", {("policy.txt", 1), ("policy.txt", 3)}),
        ("评审结果向社会公开,各地要加快制造业中试平台建设。", {("policy.txt", 1), ("policy.txt", 3)}),
    ],
)
def test_what_was_joined_from_places_apart_is_spliced(quote, places):
    report = index().lookup(quote)
    assert report.verdict == "spliced"
    assert {(match.place.file, match.place.paragraph) for match in report.matches} == places
    assert all(match.similarity == 1.0 for match in report.matches)


def test_a_spliced_quote_names_what_is_altered_in_its_parts():
    report = index().lookup("目前,全国已建成中试平台1600个,广州南站连续三天位居全国第一。")
    assert report.verdict == "spliced"
    found = [difference for match in report.matches for difference in match.differences]
    at = (POLICY.index("1500个"), POLICY.index("1500个") + 5)
    assert found == [
        Difference(given="1600个", source="1500个", kind="number", given_at=(12, 17), source_at=at)
    ]


@pytest.mark.parametrize(
    ("quote", "verdict"),
    [
        ("占比已达26.3%的中试平台,覆盖的重点产业有六类,全国建成了1500个", "paraphrase"),
        ("占比已达26.3%的中试平台,覆盖的重点产业有六类,全国建成了1600个", "altered"),
        ("春运首日,同比增长8%,全国铁路旅客发送为1200万人次", "paraphrase"),
        ("春运首日,同比增长8%,全国铁路旅客发送为1300万人次", "altered"),
        ("逐项评审方案的专家组,会把评审结果公开给社会", "paraphrase"),
        ("逐项评审方案的专家组,不会把评审结果公开给社会", "altered"),
    ],
)
def test_a_restatement_must_agree_in_its_facts(quote, verdict):
    assert index().lookup(quote).verdict == verdict


@pytest.mark.parametrize(
    ("quote", "source", "kinds"),
    [
        ("六成平台由李文管理", "平台的60%由李文负责", []),
        ("七成平台由李文管理", "平台的60%由李文负责", ["number"]),
        ("广州居第一位", "广州南站位居全国第一", []),
        ("广州居第二位", "广州南站位居全国第一", ["number"]),
        ("“十四五”时期的项目", "“十五五”时期的项目", ["date"]),
        ("中国的平台", "我国的平台", []),
        ("王志远负责平台", "李文负责平台", ["name"]),
        ("企业应当公开结果", "结果不应由企业公开", ["negation"]),
        ("企业不应公开结果", "结果应由企业公开", ["negation"]),
        ("企业不应公开结果", "结果不应由企业公开", []),
    ],
)
def test_facts_of_a_restatement_are_held_against_its_source(quote, source, kinds):
    _, disputed = compared(quote, Ground(text=source, near=source))
    assert [found.kind for found in disputed] == kinds


def test_who_speaks_need_not_stand_in_the_sentence():
    ground = Ground(text="平台由我负责", near="平台由我负责", known=("王志远",))
    assert compared("王志远负责平台", ground) == ([], [])


def test_a_restatement_with_a_wrong_number_names_both():
    found = differences("春运首日,同比增长8%,全国铁路旅客发送为1300万人次")
    assert any("1300万" in given and "1200万" in source and kind == "number" for given, source, kind in found)


@pytest.mark.parametrize(
    "quote",
    ["月球背面首次发现大量液态水,科学家表示震惊。", "人工智能将取代所有教师", "月球", "全国各地都在放假过年"],
)
def test_what_no_source_says_is_not_found(quote):
    report = index().lookup(quote)
    assert (report.verdict, report.matches) == ("not_found", ())


def test_a_very_short_quote_must_stand_verbatim():
    assert index().lookup("中试平台").verdict == "exact"
    assert index().lookup("中试平合").verdict == "not_found"


def test_the_same_words_in_several_places_are_all_found():
    report = index().lookup("中试平台")
    assert [match.place.spans[0].start for match in report.matches] == [
        match.start() for match in re.finditer("中试平台", POLICY)
    ]


@pytest.mark.parametrize("quote", ["", " \n", "……", "，。！？“”"])
def test_a_quote_without_words_is_refused(quote):
    with pytest.raises(UsageError, match="请贴出要核对的句子"):
        index().lookup(quote)


def test_a_quote_that_is_too_long_is_refused():
    with pytest.raises(UsageError, match=r"5001个字符.*cite --manuscript"):
        index().lookup("字" * (LONGEST + 1))
    assert index().lookup("字" * LONGEST).verdict == "not_found"


def test_an_index_without_documents_finds_nothing():
    assert QuoteIndex(opened([])).lookup("各地要加快中试平台建设").verdict == "not_found"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("六类", "6类", True),
        ("8000亿元", "0.8万亿元", True),
        ("百分之十八", "18%", True),
        ("2026年1月12日", "2026-01-12", True),
        ("第三届", "第3届", True),
        ("18%", "18", False),
        ("3月", "3日", False),
        ("十五五", "十四五", False),
    ],
)
def test_values_are_compared_across_scripts(left, right, same):
    assert same_value(left, right) is same


def test_tokens_keep_dates_numbers_and_names_whole():
    text = "2025年12月25-26日,王文涛说,5G基站超过570多万个,占18.3%,不得停建。"
    found = tokens(text)
    assert "".join(text[token.start : token.end] for token in found) == text
    assert [(text[token.start : token.end], token.kind) for token in found if token.kind != "word"] == [
        ("2025年12月25-26日", "date"),
        ("王文涛", "name"),
        ("5G", "number"),
        ("超过", "modality"),
        ("570多万个", "number"),
        ("18.3%", "number"),
        ("不得", "negation"),
    ]


# Properties over the corpus. What a substring must not begin or end in: numerals, negations, their units.
EDGES = set("0123456789.,%〇零一二三四五六七八九十百千万亿两多余不没未非无勿莫否禁严并绝决从避免防拒反")


@cache
def anchors(around):
    _, documents = corpus()
    return [
        (document, paragraph, match.start())
        for document in documents
        for article in document.articles
        for paragraph in article.paragraphs
        for match in re.finditer(around, paragraph.text)
        if len(paragraph.text) >= 40
    ]


@st.composite
def passages(draw, least=12, around="."):
    """A stretch of a corpus paragraph about a match of `around` that cuts neither a number nor a negation."""
    document, paragraph, anchor = draw(st.sampled_from(anchors(around)))
    text = paragraph.text
    ends = [i for i in range(len(text) + 1) if not EDGES & set(text[max(0, i - 3) : i + 1])]
    start = draw(st.sampled_from([0, *(i for i in ends if anchor - 60 < i <= anchor)]))
    end = draw(st.sampled_from([len(text), *(i for i in ends if anchor < i < anchor + 80)]))
    assume(len(key(text[start:end]).text) >= least)
    return document, paragraph, text[start:end]


def first_place(report):
    return report.matches[0].place


@settings(max_examples=150, deadline=None)
@given(passages(), st.randoms(use_true_random=False))
def test_any_stretch_of_a_paragraph_is_exact_however_it_is_set(passage, rng: random.Random):
    document, paragraph, words = passage
    marks = str.maketrans({"“": "「", "”": "」", "‘": '"', "’": '"', ",": "，", ":": "："})
    quote = "".join(
        character + rng.choice(["", "", "", "", "\n", " "]) for character in words.translate(marks)
    )
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in quote)
    report = corpus()[0].lookup(wide)
    assert report.verdict == "exact"
    for match in report.matches:
        source = next(d.source for d in corpus()[1] if d.source.file == match.place.file)
        assert key(cut(source.text, match.place.spans)).text == key(words).text
        assert match.place.quote == cut(source.text, match.place.spans)
    assert (document.source.file, paragraph.number) in {
        (match.place.file, match.place.paragraph) for match in report.matches
    }


@settings(max_examples=100, deadline=None)
@given(passages(least=20, around=r"\d"), st.randoms(use_true_random=False))
def test_any_digit_changed_is_a_difference_of_number_or_date(passage, rng: random.Random):
    document, _, words = passage
    digits = [match.start() for match in re.finditer(r"\d", words)]
    at = rng.choice(digits)
    new = rng.choice([digit for digit in "123456789" if digit != words[at]])
    report = corpus()[0].lookup(words[:at] + new + words[at + 1 :])
    assert report.verdict == "altered"
    assert first_place(report).file == document.source.file
    low = next(i for i in range(at, -1, -1) if i == 0 or not words[i - 1].isdigit())
    old = re.match(r"\d+", words[low:]).group()
    changed = old[: at - low] + new + old[at - low + 1 :]
    found = [d for d in report.matches[0].differences if d.kind in ("number", "date")]
    assert [(changed in d.given, old in d.source) for d in found] == [(True, True)]


@settings(max_examples=100, deadline=None)
@given(passages(least=20), st.randoms(use_true_random=False))
def test_one_character_in_ten_wrong_is_still_found_first(passage, rng: random.Random):
    _, _, words = passage
    pool = "的一是在人有我他这中大来上国和说们为子你地出道也时年得就那要下以生会自着去之过家学"
    wrong = set(rng.sample(range(len(words)), len(words) // 10))
    quote = "".join(rng.choice(pool) if i in wrong else c for i, c in enumerate(words))
    assume(key(quote).text != key(words).text)
    report = corpus()[0].lookup(quote)
    assert report.verdict == "altered"
    exact = {match.place.file for match in corpus()[0].lookup(words).matches}
    assert first_place(report).file in exact
    shared = set(key(first_place(report).quote).text) & set(key(words).text)
    assert len(shared) >= 0.8 * len(set(key(words).text))


@settings(max_examples=100, deadline=None)
@given(passages(least=16), st.randoms(use_true_random=False))
def test_a_negation_put_in_is_found(passage, rng: random.Random):
    _, _, words = passage
    places = [i for i in range(1, len(words) - 1) if words[i - 1].isalpha() and words[i].isalpha()]
    assume(places)
    at = rng.choice(places)
    report = corpus()[0].lookup(words[:at] + "不" + words[at:])
    assert report.verdict == "altered"
    assert "negation" in {difference.kind for difference in report.matches[0].differences}


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="科技创新产业发展1235%不,。…“\n 的第十五年月", min_size=1, max_size=60))
def test_any_text_gets_a_report_whose_places_stand(quote):
    assume(key(quote).text)
    report = corpus()[0].lookup(quote)
    assert bool(report.matches) == (report.verdict != "not_found")
    for match in report.matches:
        source = next(d.source for d in corpus()[1] if d.source.file == match.place.file)
        assert match.place.quote == cut(source.text, match.place.spans)
        assert 0.0 <= match.similarity <= 1.0
        assert (match.differences == ()) or report.verdict in ("altered", "spliced")


def test_a_quote_of_what_stands_outside_the_text_is_found_there(tmp_path):
    page = (
        "某报\n2026年1月6日 星期二\n\n会议部署重点工作\n\n会议强调，要抓好落实，确保取得实效。\n\n"
        "相关推荐\n\n我国首条氢能货运走廊建成开通\n"
    )
    document = parse(Source(file="page.txt", text=page, sha256=""))
    report = QuoteIndex(opened([document])).lookup("我国首条氢能货运走廊建成开通")
    assert report.verdict == "exact"
    (match,) = report.matches
    assert (match.place.article, match.place.paragraph) == ("（正文以外）", 0)
    assert cut(page, match.place.spans) == "我国首条氢能货运走廊建成开通"
    assert document.article_at(match.place.spans[0].start).metadata[0].kind == "related"
