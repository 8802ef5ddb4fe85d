"""How a quote departs from its source: where, of what kind, and what it owns up to."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rag.datatypes import QuoteReport
from rag.quotes import QuoteIndex
from rag.text import squeeze
from tests.test_quotes import POLICY, corpus, document, index, passages


def told(quote: str) -> list[tuple[str, str, str]]:
    """Return the differences of an altered quote's best match."""
    report = index().lookup(quote)
    assert report.verdict == "altered", report
    return [(found.given, found.source, found.kind) for found in report.matches[0].differences]


def placed(report: QuoteReport) -> list[tuple[str, str, str]]:
    """Return what stands in quote and source where the differences of the best match are said to be."""
    match = report.matches[0]
    raw = {"policy.txt": POLICY} | {one.source.file: one.source.text for one in corpus()[1]}
    return [
        (
            squeeze(report.quote[slice(*found.given_at)]),
            squeeze(raw[match.place.file][slice(*found.source_at)]),
            found.kind,
        )
        for found in match.differences
    ]


def before(report: QuoteReport) -> list[tuple[str, str]]:
    """Return the two characters before each difference, in quote and source."""
    match = report.matches[0]
    return [
        (report.quote[: found.given_at[0]][-2:], POLICY[: found.source_at[0]][-2:])
        for found in match.differences
    ]


@pytest.mark.parametrize(
    "quote",
    [
        "全国已建成中试平台1600个,覆盖七类重点产业",
        "２０２４年１２月２９日，财政部部长王志强表示,将新增专项资金",
        "资金分三年下达,使用。企业是创新的主体",
        "资金分三年下达,由各省尽快统筹使用",
        "500个,覆盖六类重点产业",
        "目前,全国已建成中试平台150",
        "得随意更改用途",
        "各省不应当在2026年3月底前报送实施方案",
        "企业是创新的主力,\n政府是创新的后盾",
    ],
)
def test_a_difference_is_placed_in_both_texts(quote):
    report = index().lookup(quote)
    assert placed(report) == told(quote)


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("资金分三年下达,使用。企业是创新的主体", [("达,", "达,")]),
        ("资金分三年下达,由各省尽快统筹使用", [("各省", "各省")]),
        ("各省不应当在2026年3月底前报送实施方案", [("各省", "各省")]),
    ],
)
def test_what_stands_on_one_side_alone_has_its_point_on_the_other(quote, expected):
    assert before(index().lookup(quote)) == expected


def test_the_parts_of_a_spliced_quote_tile_it():
    quote = "目前,全国已建成中试平台1500个,广州南站连续三天位居全国第一。"
    parts = sorted(match.given_at for match in index().lookup(quote).matches)
    assert [quote[slice(*part)] for part in parts] == [
        "目前,全国已建成中试平台1500个,",
        "广州南站连续三天位居全国第一。",
    ]
    (match,) = index().lookup("  平台不得随意更改用途。").matches
    assert match.given_at == (0, 13)


@settings(max_examples=150, deadline=None)
@given(passages(least=20), st.randoms(use_true_random=False))
def test_differences_of_any_alteration_are_placed_where_they_stand(passage, rng: random.Random):
    _, _, words = passage
    quote = words
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(quote) - 6)
        new = rng.choice(["", "不", "将", "北京", "3", "尽快推进", "甲"])
        quote = quote[:at] + new + quote[at + rng.randint(0, 6) :]
    report = corpus()[0].lookup(quote)
    assume(report.verdict in ("altered", "spliced"))
    raw = {one.source.file: one.source.text for one in corpus()[1]}
    for match in report.matches:
        text = raw[match.place.file]
        for found in match.differences:
            (low, high), (start, end) = found.given_at, found.source_at
            if not any((low, high, start, end)):
                continue
            assert squeeze(quote[low:high]) == found.given
            assert match.given_at[0] <= low <= high <= match.given_at[1]
            assert 0 <= start <= end <= len(text)
            if "\n" not in text[start:end]:
                assert squeeze(text[start:end]) == found.source


def test_an_end_that_stands_far_off_was_exchanged_and_not_cut_out():
    text = (
        "地方探索金融实践\n\n各地紧扣禀赋,比如广东提出“加快建设金融强省”,将科技金融与绿色金融、数字金融协同推进,"
        "重点支持新能源、低空经济等战略性新兴产业集群;北京大力支持北交所深化改革,提升企业融资效率。\n"
    )
    report = QuoteIndex([document("news.txt", text)]).lookup("广东大力支持北交所深化改革,提升企业融资效率")
    assert [(found.given, found.source, found.kind) for found in report.matches[0].differences] == [
        ("广东", "北京", "name")
    ]
