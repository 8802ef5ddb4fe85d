"""The quote lookup over windows on disk: what it finds, held against a plain search through all keys."""

from __future__ import annotations

import random
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.datatypes import Article, Block, Document, Heading, Paragraph, Source, Span
from rag.quotes import MOST_PLACES, QuoteIndex
from rag.quoting.alignment import comparable, key
from rag.quoting.candidates import candidates, stretches
from rag.quoting.layout import OVERLAP, STRIDE, laid_out, windows
from rag.quoting.verbatim import standing
from tests.opened import opened


def document(file, *articles, date=None, heading=None):
    """Make a document of articles, each a sequence of paragraphs; `heading` begins the first one."""
    made, text = [], ""
    for paragraphs in articles:
        begin = len(text)
        headings = ()
        if heading and not made:
            headings = (Heading(text=heading, span=Span(start=0, end=len(heading))),)
            text += heading + "\n"
        found = []
        for number, words in enumerate(paragraphs, start=1):
            span = Span(start=len(text), end=len(text) + len(words))
            found.append(Paragraph(number=number, text=words, spans=(span,)))
            text += words + "\n"
        span = Span(start=begin, end=len(text) - 1)
        made.append(Article(span=span, date=date, headings=headings, paragraphs=tuple(found)))
    return Document(source=Source(file=file, text=text, sha256=""), articles=tuple(made), noise=())


def keys(documents):
    """Return the comparable characters of every article by file and number."""
    return {
        (document.source.file, number): "".join(
            comparable(text) for _, text, _, _ in laid_out(document.source, article)
        )
        for document in documents
        for number, article in enumerate(document.pieces)
    }


def places(text, words):
    return [at for at in range(len(text)) if text.startswith(words, at)]


@cache
def small_alphabet():
    """Return documents of few different characters, with articles from one character to several windows."""
    draw = random.Random(0)
    documents = [document("one.txt", ["科"], ["技科"], ["科技创"])]
    for number, length in enumerate((1, 2, 3, 31, 32, 33, 223, 224, 225, 255, 256, 257, 480, 481, 1500)):
        words = "".join(draw.choice("科技创新1,。") for _ in range(length)) + "科"
        cuts = sorted(draw.sample(range(length), min(3, length)))
        paragraphs = [words[a:b] for a, b in pairwise([0, *cuts, len(words)]) if a < b]
        documents.append(document(f"{number}.txt", paragraphs, [words[::-1]]))
    return documents, opened(documents)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 8, 31, 32, 33, 64, 255, 256, 257, 700])
def test_words_are_found_wherever_a_plain_search_finds_them(length):
    documents, index = small_alphabet()
    texts = keys(documents)
    draw = random.Random(length)
    long = [text for text in texts.values() if len(text) >= length]
    for _ in range(40):
        text = draw.choice(long)
        at = draw.choice([0, len(text) - length, draw.randrange(len(text) - length + 1)])
        words = text[at : at + length]
        found = [(one.window.file, one.window.article, one.start) for one in standing(index, words)]
        assert sorted(found) == sorted(
            (*place, start) for place, other in texts.items() for start in places(other, words)
        )
        assert standing(index, words + "无") == []


@settings(max_examples=60)
@given(st.lists(st.text(alphabet="科1,。\n 新", min_size=1, max_size=400), min_size=1, max_size=3))
def test_windows_overlap_and_make_up_the_key_of_their_article(paragraphs):
    one = document("a.txt", [words for words in paragraphs if words.strip()] or ["科"])
    (text,) = keys([one]).values()
    found = windows(one, 7)
    assert [window.id for window in found] == list(range(7, 7 + len(found)))
    assert bool(found) == bool(text)
    pieces = laid_out(one.source, one.articles[0])
    lengths = [len(comparable(words)) for _, words, _, _ in pieces]
    for number, window in enumerate(found):
        assert window.start == number * STRIDE
        assert window.text == text[window.start : window.start + STRIDE + OVERLAP]
        assert window.piece_start == sum(lengths[: window.piece])
        assert window.piece_start <= window.start < window.piece_start + lengths[window.piece]
    assert not found or found[-1].end == len(text)


@given(st.text(alphabet="科1,.:~-、 \n　１①．\u200b年%a_", max_size=30))
def test_comparable_characters_are_those_of_the_key(text):
    assert comparable(text) == key(text).text


def test_stretches_keep_to_their_article():
    documents, index = small_alphabet()
    texts = keys(documents)
    for identifier, window in index.documents.windows(range(index.documents.count_windows())).items():
        (stretch,) = stretches(index, [identifier], 500)
        text = texts[window.file, window.article]
        assert stretch.article == (window.file, window.article)
        assert stretch.text == text[stretch.start : stretch.start + len(stretch.text)]
        assert stretch.start <= max(0, window.start - 500)
        assert stretch.start + len(stretch.text) >= min(len(text), window.end + 500)


LONG = "".join(f"第{n}项任务由{n * 7}个部门在{n % 12 + 1}月底前完成。" for n in range(1, 90))


@pytest.mark.parametrize("paragraphs", [[LONG], [LONG[i : i + 90] for i in range(0, len(LONG), 90)]])
def test_a_quote_longer_than_a_window_is_found_and_its_one_wrong_digit_named(paragraphs):
    index = QuoteIndex(opened([document("a.txt", ["无关的一段话。"], paragraphs)]))
    quote = LONG[100:900]
    (match,) = index.lookup(quote).matches
    assert comparable(match.place.quote) == comparable(quote)
    report = index.lookup(quote.replace("由147个", "由148个"))
    assert report.verdict == "altered"
    assert [(found.given, found.source) for found in report.matches[0].differences] == [("148个", "147个")]


def test_every_place_is_counted_and_the_first_to_be_dated_stands_first():
    documents = [
        document(f"{n}.txt", ["各地要抓好落实工作。"], date=f"20{n:02}-01-01")
        for n in range(99, 99 - MOST_PLACES - 20, -1)
        if n >= 10
    ]
    documents += [document(f"undated{n}.txt", ["各地要抓好落实工作。"]) for n in range(40)]
    documents.append(document("heading.txt", ["另一段话。"], date="1999-01-01", heading="各地要抓好落实工作"))
    report = QuoteIndex(opened(documents)).lookup("要抓好落实工作")
    assert (report.verdict, report.places, len(report.matches)) == ("exact", len(documents), MOST_PLACES)
    assert [match.place.date for match in report.matches[:3]] == ["2010-01-01", "2011-01-01", "2012-01-01"]
    found = QuoteIndex(opened(documents[-3:])).lookup("要抓好落实工作").matches
    assert [match.place.file for match in found] == ["undated38.txt", "undated39.txt", "heading.txt"]


def test_a_place_where_the_number_is_whole_is_not_missed_among_many_where_it_is_cut():
    documents = [
        document(f"{n}.txt", ["建成平台1500个。"], date="2020-01-01") for n in range(MOST_PLACES + 20)
    ]
    index = QuoteIndex(opened([*documents, document("whole.txt", ["共有500个。"], date="2026-01-01")]))
    report = index.lookup("500个")
    assert (report.verdict, report.places) == ("exact", 1)
    assert [match.place.file for match in report.matches] == ["whole.txt"]
    report = QuoteIndex(opened(documents)).lookup("建成平台150")
    assert (report.verdict, report.places) == ("altered", len(documents))


def test_a_short_part_of_a_spliced_quote_is_found_beside_one_that_stands_in_many_places():
    formula = "坚持稳中求进工作总基调,完整准确全面贯彻新发展理念"
    documents = [document(f"{n}.txt", [f"会议第{n}次提出,{formula}。"]) for n in range(40)]
    documents.append(document("other.txt", ["无关的话。" * 60 + "记者在码头看到吊机繁忙。"]))
    report = QuoteIndex(opened(documents)).lookup(f"{formula},码头看到吊机繁忙")
    assert report.verdict == "spliced"
    assert "other.txt" in {match.place.file for match in report.matches}


def test_a_part_that_stands_almost_so_beside_the_first_part_is_found_where_it_stands_so():
    first = "要落实企业主体地位,打通从科技强到产业强的通道"
    near = f"{first},推动科技创新和产业创新互融共促。"
    heading = "怎样形成科技创新和产业创新互融共促新格局"
    documents = [document("near.txt", [near]), document("other.txt", ["无关的话。" * 60, f"{heading}?"])]
    report = QuoteIndex(opened(documents)).lookup(f"{first}。{heading}?")
    assert report.verdict == "spliced"
    assert [match.place.file for match in report.matches] == ["near.txt", "other.txt"]


def test_windows_in_one_long_paragraph_show_it_once():
    first, second = "记者在码头看到吊机繁忙", "专家组逐项评审申报方案"
    index = opened([document("a.txt", [f"{first}。{LONG}{LONG}{second}。"])])
    assert len(candidates(index, comparable(first + second))) == 2
    report = QuoteIndex(index).lookup(first + "。" + second)
    assert report.verdict == "spliced"
    assert [match.place.quote.rstrip("。") for match in report.matches] == [first, second]


def test_a_short_quote_with_its_middle_character_wrong_is_found():
    index = QuoteIndex(
        opened([document("a.txt", ["加快中试平台建设。"]), document("b.txt", ["另一篇文章。"])])
    )
    report = index.lookup("中试乎台建")
    assert (report.verdict, report.matches[0].place.file) == ("altered", "a.txt")


def test_an_aside_comes_after_a_text_of_a_later_day():
    aside = Article(
        span=Span(start=0, end=6),
        title="（正文以外）",
        date="2020-01-01",
        metadata=(Block(kind="related", text="我国首条走廊", span=Span(start=0, end=6)),),
    )
    noisy = Document(
        source=Source(file="a.txt", text="我国首条走廊", sha256=""), articles=(), noise=(), asides=(aside,)
    )
    text = document("b.txt", ["我国首条走廊建成。"], date="2026-01-01")
    report = QuoteIndex(opened([noisy, text])).lookup("我国首条走廊")
    assert [match.place.file for match in report.matches] == ["b.txt", "a.txt"]
