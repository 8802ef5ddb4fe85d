"""What the page shows, as values: answers, sources and quote reports turned into HTML."""

from __future__ import annotations

import html
import json
import re
import socket
import subprocess
import sys
from dataclasses import replace

import pytest
from fake_assistant import HOSTILE, LOAN, LOAN_QUOTE, TRAP, FakeAssistant, document, place
from hypothesis import given
from hypothesis import strategies as st
from web_server import ROOT

from rag.datatypes import (
    Answer,
    Citation,
    Conflict,
    Counterpart,
    Fact,
    QuoteMatch,
    QuoteReport,
    Refusal,
    Sentence,
    Span,
    Turn,
    locate,
)
from rag.errors import UsageError
from rag.web.conversation import Exchange, find_places, history, messages
from rag.web.desk import status_html
from rag.web.found import Found
from rag.web.html import answer_html, escape, link, marker, question_html, where
from rag.web.report import find_match, report_html
from rag.web.saved import conversation_from_json, conversation_json
from rag.web.server import listen
from rag.web.source import RAW_CHARACTERS, mark, marked_ranges, raw_html, source_html
from rag.web.welcome import EXAMPLES, welcome_html

CITATION = Citation(n=1, place=place(LOAN, 7, LOAN_QUOTE))
TIP = f"“{LOAN_QUOTE}” —— 再贷款政策加力支持科技创新 · 示例日报 · 2026-01-20 · 第7段"
CHECKED = (
    '<span class="yj-ok" title="已核对：这句话有所引的原文为据">✓<span class="yj-unseen">已核对</span></span>'
)
ANSWER = Answer(
    question="增加到多少？",
    standalone_question="增加到多少？",
    sentences=(Sentence(text="增加到1.2万亿元。", citations=(1,)),),
    citations=(CITATION,),
)


def shown(markup: str) -> str:
    """The text that a browser shows of `markup`."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def marks(markup: str) -> list[str]:
    return [shown(found) for found in re.findall(r"<mark>(.*?)</mark>", markup)]


def test_text_is_shown_as_it_is() -> None:
    assert escape("<script>alert('1')</script>") == "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;"
    assert question_html("一\n\n<b>二") == '<div class="yj-question">一<br><br>&lt;b&gt;二</div>'


def test_marker_is_a_link_that_carries_turn_and_number_and_shows_the_quote() -> None:
    expected = f'<a class="yj-link yj-cite" href="#src-3-1" title="{TIP}">[1]</a>'
    assert marker(3, CITATION) == expected


def test_tip_is_one_line_and_ends_where_a_quote_is_long() -> None:
    long = replace(CITATION.place, quote='"' + "长" * 200)
    markup = link("src-1-1", "[1]", long, "yj-cite")
    assert f'title="“&quot;{"长" * 119}…” —— ' in markup


def test_answer_has_its_sentences_markers_and_sources() -> None:
    assert answer_html(ANSWER, 3) == (
        '<div class="yj-answer">'
        '<p class="yj-text">增加到1.2万亿元。'
        f'<a class="yj-link yj-cite" href="#src-3-1" title="{TIP}">[1]</a>{CHECKED}</p>'
        '<p class="yj-heading">出处</p><ul class="yj-rows"><li>'
        "<span>再贷款政策加力支持科技创新 · 示例日报 · 2026-01-20</span>"
        f'<a class="yj-link yj-chip" href="#src-3-1" title="{TIP}"><b>[1]</b> 第7段</a>'
        '</li></ul><p class="yj-summary">✓ 已核对 1 句、1 处出处 · 摘录原文</p></div>'
    )


def test_sources_are_grouped_by_article() -> None:
    other = Citation(n=2, place=place(TRAP, 1, "前一段。"))
    third = Citation(n=3, place=place(LOAN, 2, "第二节。"))
    sentence = Sentence(text="一。", citations=(1, 2, 3))
    markup = answer_html(replace(ANSWER, sentences=(sentence,), citations=(CITATION, other, third)), 1)
    rows = [shown(row) for row in re.findall(r"<li>(.*?)</li>", markup)]
    assert rows == [
        "再贷款政策加力支持科技创新 · 示例日报 · 2026-01-20[1] 第7段[3] 第2段",
        "<script>title</script> · <img src=x onerror=alert(1)>[2] 第1段",
    ]


def test_listing_puts_each_item_on_its_line_under_the_lead_in() -> None:
    sentences = (
        Sentence(text="共有两条："),
        Sentence(text="甲", citations=(1,)),
        Sentence(text="乙", citations=(1,)),
    )
    markup = answer_html(replace(ANSWER, sentences=sentences, listing=True), 1)
    assert '<p class="yj-text">共有两条：</p><ul class="yj-items"><li>甲<a ' in markup
    assert [shown(item) for item in re.findall(r"<li>(.*?)</li>", markup)][:2] == [
        "甲[1]✓已核对",
        "乙[1]✓已核对",
    ]


def test_a_list_in_one_sentence_is_running_text() -> None:
    assert answer_html(replace(ANSWER, listing=True), 1) == answer_html(ANSWER, 1)


def test_standalone_question_is_shown_only_where_it_differs() -> None:
    assert "理解为" not in answer_html(ANSWER, 1)
    standalone = replace(ANSWER, standalone_question="再贷款<增加到>多少？")
    assert '<p class="yj-standalone">理解为：再贷款&lt;增加到&gt;多少？</p>' in answer_html(standalone, 1)


def test_refusal_shows_reason_message_and_nearest_passages() -> None:
    refusal = Refusal(reason="not_in_documents", message="文档里没有<这个>。")
    refused = replace(
        ANSWER, sentences=(), citations=(), refusal=refusal, nearest=(place(LOAN, 2, "第二节。"),)
    )
    markup = answer_html(refused, 2)
    assert '<p class="yj-refusal"><strong>文档中没有</strong>文档里没有&lt;这个&gt;。</p>' in markup
    assert 'href="#near-2-1"' in markup
    assert '">第二节。<i>再贷款政策加力支持科技创新 · 示例日报 · 2026-01-20 · 第2段</i></a>' in markup


def test_conflict_notice_and_unsupported_sentence_are_shown() -> None:
    markup = answer_html(
        replace(
            ANSWER,
            sentences=(*ANSWER.sentences, Sentence(text="凭空一句。", verdict="unsupported")),
            conflicts=(Conflict(citations=(1,), message="两处不同。"),),
            notice="模型没有应答。",
        ),
        1,
    )
    assert '<p class="yj-conflict"><strong>说法不一</strong>两处不同。<a class="yj-link yj-cite"' in markup
    assert '<p class="yj-notice">模型没有应答。</p>' in markup
    assert '<s>凭空一句。</s><span class="yj-no" title="文档不支持这句话">✗ 没有依据</span>' in markup
    assert "✓ 已核对 1 句、1 处出处" in markup


def test_no_source_text_becomes_markup_in_an_answer() -> None:
    cited = Citation(n=1, place=place(TRAP, 2, HOSTILE))
    hostile = replace(ANSWER, sentences=(Sentence(text=HOSTILE, citations=(1,)),), citations=(cited,))
    markup = answer_html(hostile, 1)
    tags = {tag.split()[0] for tag in re.findall(r"<([^>]+)>", markup)}
    assert tags == {"div", "/div", "p", "/p", "a", "/a", "ul", "/ul", "li", "/li", "span", "/span", "b", "/b"}
    assert "\n" not in markup
    assert HOSTILE in shown(markup)


def test_mark_across_a_line_break_is_one_mark() -> None:
    paragraph = LOAN.articles[0].paragraphs[6]
    assert len(paragraph.spans) == 2 and len(CITATION.place.spans) == 2
    assert LOAN.source.text[CITATION.place.spans[0].end : CITATION.place.spans[1].start] == "\n\n"
    ranges = marked_ranges(paragraph.spans, CITATION.place.spans)
    start = paragraph.text.index(LOAN_QUOTE)
    assert ranges == [(start, start + len(LOAN_QUOTE))]
    assert marks(mark(paragraph.text, ranges)) == [LOAN_QUOTE]


def test_marks_apart_stay_apart_and_what_is_outside_is_not_marked() -> None:
    pieces = (Span(start=10, end=14), Span(start=20, end=24))
    cited = (Span(start=2, end=5), Span(start=8, end=11), Span(start=13, end=15), Span(start=22, end=23))
    assert marked_ranges(pieces, cited) == [(0, 1), (3, 4), (6, 7)]
    assert mark("<b>&4567", [(0, 1), (3, 4)]) == "<mark>&lt;</mark>b&gt;<mark>&amp;</mark>4567"


@given(st.data())
def test_any_part_of_a_paragraph_is_marked_exactly(data: st.DataObject) -> None:
    paragraph = LOAN.articles[0].paragraphs[6]
    start = data.draw(st.integers(0, len(paragraph.text) - 1))
    end = data.draw(st.integers(start + 1, len(paragraph.text)))
    ranges = marked_ranges(paragraph.spans, locate(paragraph.spans, start, end))
    assert ranges == [(start, end)]
    assert shown(mark(paragraph.text, ranges)) == paragraph.text


def test_source_shows_the_whole_article_with_only_the_cited_words_marked() -> None:
    markup = source_html(LOAN, Found(place=CITATION.place), "src-1-1")
    assert 'data-reference="src-1-1"' in markup
    assert marks(markup) == [LOAN_QUOTE]
    text = shown(markup)
    for expected in (
        "再贷款政策加力支持科技创新",
        "媒体示例日报",
        "日期2026-01-20",
        "作者甲乙",
        "位置第7段",
        "文件loan.txt",
    ):
        assert expected in text
    for paragraph in LOAN.articles[0].paragraphs:
        assert f"{paragraph.number}{paragraph.text}" in text
    assert '<p class="yj-section">加大金融支持</p>' in markup


def test_a_cited_byline_or_heading_is_marked() -> None:
    byline = LOAN.articles[0].metadata[1]
    cited = replace(CITATION.place, paragraph=0, spans=(byline.span,), quote=byline.text)
    assert marks(source_html(LOAN, Found(place=cited), "src-1-1")) == [byline.text]
    heading = LOAN.articles[0].headings[0]
    span = Span(start=heading.span.start + 3, end=heading.span.end)
    cited = replace(CITATION.place, paragraph=0, spans=(span,), quote="加大金融支持")
    assert marks(source_html(LOAN, Found(place=cited), "src-1-1")) == ["加大金融支持"]
    title = LOAN.articles[0].metadata[0]
    span = Span(start=title.span.start + 2, end=title.span.end)
    cited = replace(CITATION.place, paragraph=0, spans=(span,), quote="再贷款政策加力支持科技创新")
    assert marks(source_html(LOAN, Found(place=cited), "src-1-1")) == ["再贷款政策加力支持科技创新"]


def test_a_source_that_has_changed_is_not_marked() -> None:
    changed = replace(LOAN, source=replace(LOAN.source, text=LOAN.source.text.replace("1.2万亿", "1.5万亿")))
    markup = source_html(changed, Found(place=CITATION.place), "src-1-1")
    assert marks(markup) == []
    assert "文件在作答之后有改动" in markup and LOAN_QUOTE in shown(markup)


def test_a_document_with_scripts_shows_as_text() -> None:
    markup = source_html(TRAP, Found(place=place(TRAP, 2, HOSTILE)), "src-1-1")
    assert "<script" not in markup and "<img" not in markup
    assert marks(markup) == [HOSTILE]


def test_the_panel_says_on_which_page_or_line_a_place_is() -> None:
    text = LOAN.source.text
    assert text[: CITATION.place.spans[0].start].count("\n") == 18
    assert "位置第7段 文件第19行文件loan.txt" in shown(
        source_html(LOAN, Found(place=CITATION.place), "src-1-1")
    )
    half = CITATION.place.spans[0].start - 1
    pages = (Span(start=0, end=half), Span(start=half, end=len(text)))
    paged = replace(LOAN, source=replace(LOAN.source, pages=pages))
    assert paged.source.page_of(half - 1) == 1
    printed = replace(CITATION.place, file="loan.pdf", page=paged.source.page_of(half))
    assert "位置第2页第7段文件loan.pdf" in shown(source_html(paged, Found(place=printed), "src-1-1"))


def test_the_panel_names_issuer_number_and_posts() -> None:
    (article,) = LOAN.articles
    post = Fact(kind="post", value="示例大学教授", span=article.metadata[-1].span, of="甲乙")
    official = replace(article, issuer="某部", number="某部〔2026〕1号", facts=(post,))
    panel = shown(source_html(replace(LOAN, articles=(official,)), Found(place=CITATION.place), "src-1-1"))
    assert "发文机关某部文号某部〔2026〕1号日期2026-01-20作者甲乙（示例大学教授）" in panel


def test_a_continuation_says_so() -> None:
    fragment = document("f.txt", [("paragraph", "半句。")], fragment=True)
    assert "承接别处" in source_html(fragment, Found(place=place(fragment, 1, "半句。")), "src-1-1")


def test_quote_report_shows_verdict_place_and_differences() -> None:
    markup = report_html(FakeAssistant().cite("再贷款增加到1.5万亿元"))
    assert '<p class="yj-verdict yj-altered"><strong>有改动</strong>' in markup
    assert 'href="#match-1"' in markup
    assert "第7段 · loan.txt · 相似度 93%" in markup
    assert "<tr><td>1.5万亿元</td><td>1.2万亿元</td><td>数字</td></tr>" in markup
    assert "<tr><td>（无）</td><td>和技术改造</td><td>漏字</td></tr>" in markup


def test_quote_report_marks_both_texts() -> None:
    markup = report_html(FakeAssistant().cite("科技创新再贷款增加到1.5万亿元"))
    given = re.search(r'<p class="yj-given">(.*?)</p>', markup)
    assert given and shown(given[1]) == "科技创新‸再贷款增加到1.5万亿元"
    assert re.findall(r"<(del|ins)[^>]*>([^<]+)</", markup) == [
        ("del", "‸"),
        ("del", "1.5万亿元"),
        ("ins", "和技术改造"),
        ("ins", "1.2万亿元"),
    ]


def test_quote_report_tells_facts_what_it_owns_up_to_and_what_is_near() -> None:
    fact = Counterpart(given="六成", source="60%", kind="number", given_at=(0, 2))
    left_out = Counterpart(
        given="", source="<b>略</b>", kind="omission", given_at=(2, 2), source_at=(1030, 1030)
    )
    match = QuoteMatch(
        place=CITATION.place, similarity=0.8, facts=(fact,), marked=(left_out,), given_at=(0, 4)
    )
    restated = report_html(QuoteReport(quote="六成企业", verdict="paraphrase", matches=(match,)))
    assert "相符的事实数字：六成，原文作60%" in shown(restated)
    assert "引文用省略号略去：“<b>略</b>”" in shown(restated) and "<b>略" not in restated
    far = report_html(QuoteReport(quote="甲", verdict="not_found", nearest=(match,)))
    assert "最接近的原文" in shown(far) and "相似度 80%" in far and 'href="#near-1"' in far
    nearest = QuoteReport(quote="甲", verdict="not_found", nearest=(match,))
    assert find_match(nearest, "near-1") == Found(place=CITATION.place, row=("near-1",))


def test_the_same_words_in_many_places_are_folded_away() -> None:
    match = QuoteMatch(place=CITATION.place, similarity=1.0, given_at=(0, 1))
    report = QuoteReport(quote="甲", verdict="exact", matches=(match,) * 5, places=120)
    markup = report_html(report)
    assert markup.count("<blockquote>") == 3
    assert "另见 117 处" in shown(markup) and 'href="#match-5"' in markup


@pytest.mark.parametrize(
    ("verdict", "name"),
    [
        ("exact", "原文如此"),
        ("altered", "有改动"),
        ("spliced", "拼接"),
        ("paraphrase", "转述"),
        ("not_found", "文中没有"),
    ],
)
def test_each_verdict_has_its_name(verdict: str, name: str) -> None:
    report = QuoteReport(quote="甲", verdict=verdict)  # type: ignore[arg-type]
    assert f"<strong>{name}</strong>" in report_html(report)


def test_links_are_found_again() -> None:
    second = replace(CITATION, n=2, place=place(LOAN, 1, "第一节。"))
    refused = replace(ANSWER, citations=(), nearest=(place(LOAN, 2, "第二节。"),))
    conversation = (
        Exchange(question="甲", answer=replace(ANSWER, citations=(CITATION, second)), stage="done"),
        Exchange(question="乙", answer=refused, stage="done"),
        Exchange(question="丙", error="太长"),
    )
    assert find_places(conversation, "src-1-2") == Found(place=second.place, row=("src-1-1", "src-1-2"))
    assert find_places(conversation, "near-2-1") == Found(place=refused.nearest[0], row=("near-2-1",))
    for gone in ("src-1-3", "src-2-1", "near-2-2", "src-3-1", "src-4-1", "src-0-1"):
        assert find_places(conversation, gone) is None
    match = QuoteMatch(place=CITATION.place, similarity=1.0)
    report = QuoteReport(quote="甲", verdict="spliced", matches=(match, replace(match, place=second.place)))
    assert find_match(report, "match-2") == Found(place=second.place, row=("match-1", "match-2"))
    for gone in ("match-0", "match-3", "near-1"):
        assert find_match(report, gone) is None


def steps(markup: str) -> list[tuple[str, str]]:
    """The links under the facts of the panel, each with its label, and those that lead nowhere with ""."""
    row = re.search(r'<div class="yj-steps">(.*?)</div>', markup)
    assert row
    found = re.findall(
        r'<a class="yj-link" href="#([^"]*)">([^<]*)</a>|<span class="yj-none">([^<]*)</span>', row[1]
    )
    return [(label or none, reference) for reference, label, none in found]


def test_the_panel_leads_to_the_places_before_and_after_and_to_the_raw_file() -> None:
    found = Found(place=CITATION.place, row=("src-1-1", "src-1-2", "src-1-3"))
    middle = source_html(LOAN, found, "src-1-2")
    assert steps(middle) == [("‹ 上一处", "src-1-1"), ("下一处 ›", "src-1-3"), ("看原始文件", "raw-src-1-2")]
    assert "<span>2 / 3</span>" in middle
    assert steps(source_html(LOAN, found, "src-1-1"))[0] == ("‹ 上一处", "")
    assert steps(raw_html(LOAN, found, "raw-src-1-3")) == [
        ("‹ 上一处", "raw-src-1-2"),
        ("下一处 ›", ""),
        ("看文章", "src-1-3"),
    ]
    alone = replace(found, row=("src-1-1",))
    assert steps(source_html(LOAN, alone, "src-1-1")) == [("看原始文件", "raw-src-1-1")]


def test_the_raw_file_is_shown_line_by_line_with_the_same_words_marked() -> None:
    markup = raw_html(LOAN, Found(place=CITATION.place), "raw-src-1-1")
    lines = [shown(line) for line in re.findall(r"<li>(.*?)</li>", markup)]
    assert [line.replace("\u200b", "") for line in lines] == LOAN.source.text.splitlines()
    assert "".join(marks(markup)) == LOAN_QUOTE and len(marks(markup)) == 2
    assert 'class="yj-raw" start="1"' in markup and "文件很长" not in markup
    hostile = raw_html(TRAP, Found(place=place(TRAP, 2, HOSTILE)), "raw-src-1-1")
    assert "<script" not in hostile and "<img" not in hostile and marks(hostile) == [HOSTILE]


def test_of_a_long_raw_file_the_part_around_the_place_is_shown() -> None:
    long = document("long.txt", [("paragraph", f"第{n}句。") for n in range(40_000)])
    markup = raw_html(long, Found(place=place(long, 20_001, "第20000句。")), "raw-src-1-1")
    lines = [shown(line) for line in re.findall(r"<li>(.*?)</li>", markup)]
    first = int(re.search(r'start="(\d+)"', markup)[1])  # type: ignore[index]
    assert long.source.text.splitlines()[first - 1] == lines[0] and 1 < first < 40_001
    assert marks(markup) == ["第20000句。"] and "文件很长" in markup
    assert (
        2 * RAW_CHARACTERS <= sum(len(line.strip("\u200b")) + 1 for line in lines) < 2 * RAW_CHARACTERS + 40
    )


def test_a_raw_file_that_has_changed_is_not_marked() -> None:
    changed = replace(LOAN, source=replace(LOAN.source, text=LOAN.source.text.replace("1.2万亿", "1.5万亿")))
    markup = raw_html(changed, Found(place=CITATION.place), "raw-src-1-1")
    assert marks(markup) == [] and "文件在作答之后有改动" in markup


def test_the_other_places_of_a_citation_open_with_it_and_are_listed() -> None:
    other = replace(place(TRAP, 2, HOSTILE), article="<b>转载</b>", outlet="某报")
    cited = replace(ANSWER, citations=(replace(CITATION, also=(other,)),))
    exchange = Exchange(question="甲", answer=cited, stage="done")
    assert find_places((exchange,), "src-1-1") == Found(place=CITATION.place, also=(other,), row=("src-1-1",))
    markup = source_html(LOAN, Found(place=CITATION.place, also=(other,)), "src-1-1")
    assert "另见 1 处<b>转载</b> · 某报 · 第2段 · trap.txt" in shown(markup)
    assert "<b>转载" not in markup
    assert "另见" not in source_html(LOAN, Found(place=CITATION.place), "src-1-1")


def test_history_has_the_finished_turns() -> None:
    conversation = (
        Exchange(question="甲", answer=ANSWER, stage="done"),
        Exchange(question="乙", error="太长"),
        Exchange(question="丙", answer=ANSWER, stage="answering", stopped=True),
        Exchange(question="丁", answer=ANSWER, stage="answering"),
    )
    assert history(conversation) == [
        Turn(role="user", content="甲"),
        Turn(role="assistant", content="增加到1.2万亿元。[1]"),
    ]


def acts(markup: str) -> list[str]:
    return re.findall(r'<button type="button" class="yj-act" value="([^"]*)"', markup)


def test_messages_of_each_state() -> None:
    empty = replace(ANSWER, sentences=(), citations=())
    states = {
        "正在检索作答核对": Exchange(question="甲"),
        "✓ 检索正在作答核对": Exchange(question="甲", answer=empty, stage="retrieved"),
        "已停止。重答": Exchange(question="甲", stopped=True),
        "问题太长重答": Exchange(question="甲", error="问题太长"),
    }
    for expected, exchange in states.items():
        question, reply = messages((exchange,))
        assert question["role"] == "user"
        assert question["content"].startswith('<div class="yj-question">甲</div>')
        assert acts(question["content"]) == ["edit-1"]
        assert (reply["role"], shown(reply["content"])) == ("assistant", expected)
    (told,) = messages((Exchange(question=" ", error="空"),))
    assert (told["role"], acts(told["content"])) == ("assistant", [])


def test_an_answer_that_grows_says_that_it_is_being_checked() -> None:
    markup = answer_html(ANSWER, 1, "answering")
    assert "✓ 检索✓ 作答正在核对" in shown(markup) and "yj-summary" not in markup


def test_the_summary_names_who_wrote_and_how_long_it_took() -> None:
    written = replace(ANSWER, answerer="generative:<qwen>", seconds={"total": 0.0349})
    assert "✓ 已核对 1 句、1 处出处 · 语言模型 <qwen> · 0.03 秒" in shown(answer_html(written, 1))
    refused = replace(ANSWER, sentences=(), citations=(), refusal=Refusal(reason="off_topic", message="你好"))
    assert '<p class="yj-summary">摘录原文</p>' in answer_html(refused, 1)


def test_the_buttons_under_an_answer_carry_verb_and_turn() -> None:
    done = Exchange(question="乙", answer=ANSWER, stage="done")
    shown_twice = messages((done, done))
    verbs = ["copy", "link", "markdown", "word", "recheck", "retry", "right", "wrong"]
    assert acts(shown_twice[3]["content"]) == [f"{verb}-2" for verb in verbs]
    refused = replace(ANSWER, citations=(), refusal=Refusal(reason="not_stated", message="没有"))
    (_, reply) = messages((replace(done, answer=refused),))
    assert "recheck-1" not in acts(reply["content"])
    (_, reply) = messages((replace(done, rating="wrong"),))
    assert acts(reply["content"])[-2:] == ["right-1", "wrong-1"] and "已记下：有误" in reply["content"]


def test_a_recheck_says_what_it_found() -> None:
    done = Exchange(question="乙", answer=ANSWER, stage="done")
    (_, reply) = messages((replace(done, problems=()),))
    assert "再次核对：1 处出处都与源文件一致。" in reply["content"]
    (_, reply) = messages((replace(done, problems=("[1] <b>变了",)),))
    assert (
        "再次核对，有对不上的：[1] <b>变了" in shown(reply["content"]) and "<b>变了" not in reply["content"]
    )


def test_a_conversation_comes_back_from_the_browser() -> None:
    conversation = (
        Exchange(question="甲", answer=ANSWER, stage="done", rating="right"),
        Exchange(question="乙", answer=ANSWER, stage="answering", stopped=True),
        Exchange(question="丙", stopped=True, stage="answering"),
        Exchange(question="丁", error="太长", stage="done"),
    )
    running = Exchange(question="戊", answer=ANSWER, stage="answering")
    records = json.loads(json.dumps(conversation_json((*conversation, running))))
    assert conversation_from_json(records) == (*conversation, replace(running, stopped=True))


@pytest.mark.parametrize(
    "change",
    [
        {"answer": {"answer": "假的"}},
        {"answer": 5},
        {"rating": "好"},
        {"question": None, "answer": None, "missing": True},
    ],
)
def test_what_no_version_kept_is_refused(change: dict[str, object]) -> None:
    (record,) = conversation_json((Exchange(question="甲", answer=ANSWER, stage="done"),))
    if "missing" in change:
        del record["stopped"]
    for records in ([record | change], "甲", 5, None, [5], [[]]):
        with pytest.raises(UsageError, match="另一个版本"):
            conversation_from_json(records)


def test_examples_are_those_that_the_documents_answer() -> None:
    every = {file for *_, file in EXAMPLES if file}
    for files in (set(), {"001_af76cae5511be1fe.txt"}, every):
        offered = [question for _, question, file in EXAMPLES if file is None or file in files]
        markup = welcome_html(files)
        assert [shown(row) for row in re.findall(r"<button[^>]*>(.*?)</button>", markup)] == offered
        assert len(offered) == {0: 1, 1: 2}.get(len(files), len(EXAMPLES))
    assert every <= {path.name for path in (ROOT / "docs_src").iterdir()}


def test_what_is_in_force_is_said() -> None:
    assert status_html((), 0) == ""
    chosen = status_html(("甲.txt", "<b>.txt", "丙.txt", "丁.txt"), 2)
    assert "问答范围：只问 4 个文件（甲.txt、<b>.txt、丙.txt等）" in shown(chosen) and "<b>.txt" not in chosen
    assert "正在改第 2 问" in chosen and acts(chosen) == ["all-0", "unedit-0"]


def test_where_says_so_for_a_byline() -> None:
    assert where(replace(CITATION.place, paragraph=0)).endswith(" · 题名、署名处")


def test_html_needs_no_gradio() -> None:
    code = (
        "import sys, rag.web.html, rag.web.source, rag.web.conversation; assert 'gradio' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_taken_port_gives_way_to_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with listen("127.0.0.1", port) as listener:
            assert port < listener.getsockname()[1] < port + 50


def test_an_address_of_another_machine_is_refused_in_a_line() -> None:
    with pytest.raises(
        UsageError, match=r"^不能在 203\.0\.113\.1:7860 上提供服务：.+；请检查 host 和 port 设置$"
    ):
        listen("203.0.113.1", 7860)
