"""A manuscript checked: how it is split, what counts as a quotation, who is named for it, and the reports."""

from __future__ import annotations

import re
import time

import pytest
from fake_assistant import HOSTILE, LOAN, LOAN_QUOTE, FakeAssistant
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.assistant import open_assistant
from rag.config import Settings
from rag.datatypes import Difference, ManuscriptReport, Place, QuoteMatch, QuoteReport, Span, cut
from rag.errors import UsageError
from rag.manuscript import check
from rag.manuscript.checking import LONGEST_MANUSCRIPT
from rag.manuscript.opening import manuscript_in, pasted, read_manuscript
from rag.manuscript.splitting import introduction, quotations, units
from rag.marking import quote_marked, source_marked
from rag.proof import manuscript_text
from rag.quotes import LONGEST
from rag.records import manuscript_json
from rag.web.manuscript import find_checked, manuscript_html
from rag.web.report_files import page_html

MINISTER = """部长谈中试平台建设

来源：示例日报

　　示例日报记者采访了省科技厅厅长孙晓东。孙晓东说，全省已建成中试平台150个，覆盖六类重点产业。平台不得随意更改用途。资金分三年下达，由各市统筹使用。

　　“企业是创新的主体，政府是创新的后盾，两者缺一不可。”孙晓东表示。
"""
BRIEF = """港口外贸吞吐量创新高

来源：海港晚报

　　海关统计显示，去年港口外贸集装箱吞吐量达到980万标箱，同比增长7.4%。航线通达六十多个国家和地区。
"""


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """Return what a manuscript comes to, as (outcome, text) without the author's own words, and the report."""
    folder = tmp_path_factory.mktemp("manuscript")
    docs = folder / "docs"
    docs.mkdir()
    (docs / "minister.txt").write_text(MINISTER, encoding="utf-8")
    (docs / "brief.txt").write_text(BRIEF, encoding="utf-8")
    assistant = open_assistant(Settings(docs=docs, index=folder / "index"))

    def run(text):
        report = assistant.check(pasted(text))
        return [(each.outcome, each.text) for each in report.checked if each.outcome != "own"], report

    return run


# --- splitting


@pytest.mark.parametrize(
    ("paragraphs", "quoted"),
    [
        (["他说：“一二三四五六七八九十，好。”完了。"], [["“一二三四五六七八九十，好。”"]]),
        (["「外面的话里有『里面的话』还有别的话」。"], [["「外面的话里有『里面的话』还有别的话」"]]),
        (["“十五五”和“专精特新”都是词语。"], [[]]),
        (['用直引号"这里一共有十二个以上的字"也算。'], [['"这里一共有十二个以上的字"']]),
        (
            ["“第一段没有关上的引文在这里", "“第二段关上的引文。”完"],
            [["“第一段没有关上的引文在这里"], ["“第二段关上的引文。”"]],
        ),
        (
            ["“第一段没有关上的引文在这里", "第二段才关上的引文。”完"],
            [["“第一段没有关上的引文在这里"], ["第二段才关上的引文。”"]],
        ),
        (["漏了一个“右引号的一整段话在这里", "下一段没有引号"], [[], []]),
        (["漏了“右引号，又有“完整的一句引文就放在此处”。", "别的"], [["“完整的一句引文就放在此处”"], []]),
        (["没有打开的右引号”不算数的一段话"], [[]]),
    ],
)
def test_quotations_are_found(paragraphs, quoted):
    found = quotations(paragraphs)
    assert [
        [text[part.start : part.end] for part in parts] for text, parts in zip(paragraphs, found, strict=True)
    ] == quoted


def test_marks_that_are_never_closed_are_read_once():
    started = time.perf_counter()
    assert [len(parts) for parts in quotations(["“" * 50_000 + "”", "甲“" * 50_000, "乙" * 50_000])] == [
        0,
        0,
        0,
    ]
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("他表示：“好日子才刚刚开始呢。”", True),
        ("“每一家工厂都要种树。”有人这样主张。", True),
        ("这里建成了“长三角生态绿色一体化发展示范区”。", False),
        ("有人主张“先把企业办好再谈别的事情然后慢慢来也来得及”。", True),
        ("文件叫“《关于进一步深化科技体制改革和加快建设的若干意见》”。", False),
    ],
)
def test_terms_and_titles_in_marks_are_not_given_out_as_quotations(text, claimed):
    (part,) = quotations([text])[0]
    assert part.claimed is claimed


@pytest.mark.parametrize(
    ("sentence", "body"),
    [
        ("孙晓东指出：要抓好落实。", "要抓好落实。"),
        ("省科技厅厅长孙晓东日前在接受采访时表示，要抓好落实。", "要抓好落实。"),
        ("《示例意见》提出，要抓好落实。", "要抓好落实。"),
        ("周明远在“部长通道”上说，要抓好落实。", "要抓好落实。"),
        ("有专家认为，要抓好落实。", ""),
        ("我们要求：", ""),
        ("要抓好落实。", ""),
    ],
)
def test_an_introduction_gives_words_to_somebody(sentence, body):
    at = introduction(sentence)
    assert (sentence[at:] if at else "") == body


@given(
    st.lists(
        st.text(alphabet='甲乙丙丁一二，。：？“”「」‘’"《》 说指出', max_size=60), min_size=1, max_size=4
    )
)
def test_the_parts_of_a_paragraph_tile_it(paragraphs):
    for text, quoted in zip(paragraphs, quotations(paragraphs), strict=True):
        covered = [0] * len(text)
        for (start, end), parts in units(text, quoted):
            assert (parts[0].start, parts[-1].end) == (start, end)
            for part in parts:
                for at in range(part.start, part.end):
                    covered[at] += 1
        assert all(
            times == 1 for times, character in zip(covered, text, strict=True) if not character.isspace()
        )
        assert max(covered, default=1) <= 1


def verdicts(quote):
    """Judge a quote by what it begins with, so that every outcome comes about."""
    verdict = {"甲": "exact", "乙": "altered", "丙": "paraphrase", "丁": "spliced"}.get(
        quote[:1], "not_found"
    )
    place = Place(
        file="loan.txt", article="", paragraph=7, spans=(Span(start=1039, end=1044),), quote="和技术改造"
    )
    matches = (
        () if verdict == "not_found" else (QuoteMatch(place=place, similarity=0.9, given_at=(0, len(quote))),)
    )
    return QuoteReport(quote=quote, verdict=verdict, matches=matches)


@settings(deadline=None)
@given(st.text(alphabet="甲乙丙丁戊己庚辛壬癸一二三，。：“”「」\n #（）1.", min_size=1, max_size=200))
def test_every_character_of_a_manuscript_lies_in_one_finding(text):
    source = pasted(text)
    if not any(character.isalnum() for character in text):
        with pytest.raises(UsageError):
            check(source, verdicts, lambda file: LOAN)
        return
    report = check(source, verdicts, lambda file: LOAN)
    taken = [at for each in report.checked for span in each.spans for at in range(span.start, span.end)]
    assert taken == sorted(set(taken))
    assert {at for at, character in enumerate(text) if not character.isspace()} <= set(taken)
    for each in report.checked:
        assert each.text == cut(text, each.spans)
        assert each.report is None or each.report.quote == each.text
    assert sum(report.counts.values()) == len(report.checked)


def test_what_is_longer_than_a_quote_may_be_is_looked_up_in_pieces():
    asked = []
    text = "戊" * (LONGEST + 10) + "。“" + "己。" * LONGEST + "”"
    report = check(pasted(text), lambda quote: asked.append(quote) or verdicts(quote), lambda file: LOAN)
    assert max(map(len, asked)) <= LONGEST
    assert "".join(each.text for each in report.checked) == text


# --- judging


def test_own_words_are_left_alone(checked):
    assert checked("中试平台是个新名词。\n\n我在厂里住过三个月，听工人讲过许多故事。")[0] == []


def test_sentences_in_a_row_are_one_finding(checked):
    row = "平台不得随意更改用途。资金分三年下达，由各市统筹使用。"
    assert checked(f"先说规矩。{row}这很要紧。")[0] == [("exact", row)]
    apart = "资金分三年下达，由各市统筹使用。平台不得随意更改用途。"
    assert [outcome for outcome, _ in checked(apart)[0]] == ["exact", "exact"]


def test_an_alteration_is_told_where_it_is(checked):
    found, report = checked("我算过账。全省已建成中试平台160个，覆盖六类重点产业。")
    assert found == [("altered", "全省已建成中试平台160个，覆盖六类重点产业。")]
    (told,) = [each for each in report.checked if each.report]
    (difference,) = told.report.matches[0].differences
    assert (difference.kind, "160" in difference.given, "150" in difference.source) == ("number", True, True)
    assert "160" in told.text[slice(*difference.given_at)]
    assert "150" in MINISTER[slice(*difference.source_at)]


def test_a_quotation_is_judged_apart_from_the_words_around_it(checked):
    quotation = "“企业是创新的主体，政府是创新的后盾，两者缺一不可。”"
    found, report = checked(f"去年冬天我读到孙晓东的一段话，他表示：{quotation}")
    assert found == [("exact", quotation)]
    assert [each.claimed for each in report.checked] == [False, True]
    assert report.checked[1].attribution is None


def test_a_sentence_with_a_quotation_that_stands_whole_is_one_finding(checked):
    whole = "“企业是创新的主体，政府是创新的后盾，两者缺一不可。”孙晓东表示。"
    assert checked(whole)[0] == [("exact", whole)]


def test_what_is_given_out_as_a_quotation_and_stands_nowhere_is_told(checked):
    assert checked("孙晓东指出：“要让每个县都有自己的量子计算中心和实验室。”")[0] == [
        ("not_found", "“要让每个县都有自己的量子计算中心和实验室。”")
    ]
    assert checked("孙晓东强调，要让每个县都有量子计算中心。")[0] == [
        ("not_found", "要让每个县都有量子计算中心。")
    ]
    assert checked("要让每个县都有量子计算中心。")[0] == []


@pytest.mark.parametrize(
    ("lead", "given", "source", "kind"),
    [
        ("李守成指出：", "李守成", "孙晓东", "name"),
        ("教育部指出：", "教育部", "", "organisation"),
        ("《海洋发展规划》提出：", "海洋发展规划", "孙晓东", "name"),
        ("孙晓东指出：", None, None, None),
        ("示例日报报道说：", None, None, None),
    ],
)
def test_words_given_to_somebody_else_are_told(checked, lead, given, source, kind):
    text = f"且看。\n{lead}“平台不得随意更改用途。资金分三年下达，由各市统筹使用。”"
    found, report = checked(text)
    assert [outcome for outcome, _ in found] == ["exact"]
    wrong = report.checked[-1].attribution
    if given is None:
        assert wrong is None
    else:
        assert (wrong.given, wrong.source, wrong.kind) == (given, source, kind)
        assert text[slice(*wrong.given_at)] == given
        assert not source or MINISTER[slice(*wrong.source_at)] == source


def test_who_is_named_behind_the_words_counts_too(checked):
    _, report = checked("“平台不得随意更改用途。资金分三年下达，由各市统筹使用。”李守成说。")
    assert [each.attribution.given for each in report.checked if each.attribution] == ["李守成"]


def test_a_manuscript_without_words_or_without_end_is_refused():
    for text in ("", " \n", "……！", "字" * (LONGEST_MANUSCRIPT + 1)):
        with pytest.raises(UsageError):
            check(pasted(text), verdicts, lambda file: LOAN)


def test_a_manuscript_is_read_from_a_file(tmp_path):
    page = tmp_path / "稿.html"
    page.write_text(f"<html><body><p>{LOAN_QUOTE}。</p></body></html>", encoding="utf-8")
    assert LOAN_QUOTE in read_manuscript(page).text
    for name, data in (
        ("a.xls", b"x"),
        ("a.txt", b""),
        ("two.jsonl", b'{"id":"1","text":"a"}\n{"id":"2","text":"b"}'),
    ):
        with pytest.raises(UsageError, match=re.escape(name)):
            manuscript_in(data, name)
    with pytest.raises(UsageError, match="找不到"):
        read_manuscript(tmp_path / "none.txt")


# --- reports

ALTERED = "科技创新再贷款增加到1.5万亿元"
TEXT = f"标题\n我的看法。{ALTERED}。\n他说：“<b>凭空捏造的一句话，谁也没有这样说过</b>。”"


def report_of(text):
    return FakeAssistant().check(pasted(text))


@given(st.data())
def test_marked_stretches_join_to_the_texts(data):
    quote, source = data.draw(st.text("甲乙丙", min_size=1)), data.draw(st.text("丁戊己", min_size=2))
    part = tuple(sorted(data.draw(st.tuples(st.integers(0, len(quote)), st.integers(0, len(quote))))))
    middle = data.draw(st.integers(1, len(source) - 1))
    spans = (Span(start=3, end=3 + middle), Span(start=8 + middle, end=8 + len(source)))

    def within(low, high):
        return tuple(sorted(data.draw(st.tuples(st.integers(low, high), st.integers(low, high)))))

    told = tuple(
        Difference(
            given="", source="", kind="word", given_at=within(*part), source_at=within(0, 12 + len(source))
        )
        for _ in range(data.draw(st.integers(0, 3)))
    )
    place = Place(file="", article="", paragraph=1, spans=spans, quote=source)
    match = QuoteMatch(place=place, similarity=0.5, differences=told, given_at=part)
    assert "".join(each.text for each in quote_marked(quote, match)) == quote[slice(*part)]
    assert "".join(each.text for each in source_marked(match)) == source


def test_words_are_marked_across_the_pieces_of_a_source():
    match = FakeAssistant().cite(ALTERED).matches[0]
    assert [(each.text, each.told.kind) for each in quote_marked(ALTERED, match) if each.told] == [
        ("", "omission"),
        ("1.5万亿元", "number"),
    ]
    assert [(each.text, each.told.kind) for each in source_marked(match) if each.told] == [
        ("和技术改造", "omission"),
        ("1.2万亿元", "number"),
    ]


def test_json_counts_and_places():
    record = manuscript_json(report_of(TEXT))
    assert record.keys() == {"length", "counts", "items"}
    assert record["length"] == len(TEXT)
    assert record["counts"] == {
        **dict.fromkeys(("exact", "spliced", "paraphrase"), 0),
        **{"altered": 1, "not_found": 1, "own": 3},
    }
    for item in record["items"]:
        assert item.keys() == {"start", "end", "spans", "text", "outcome", "claimed", "attribution", "cite"}
        assert TEXT[item["start"] : item["end"]] == item["text"]
        assert (item["cite"] is None) == (item["outcome"] == "own")
    altered = record["items"][2]
    assert (altered["outcome"], altered["cite"]["quote"]) == ("altered", altered["text"])


def test_text_tells_an_editor_what_to_look_at():
    shown = manuscript_text(report_of(TEXT))
    assert shown.startswith("稿件 ") and "有改动 1，称引而文中没有 1，自己的话 3" in shown
    assert f"1. 第 2 行  有改动\n   {ALTERED}。" in re.sub(r"\x1b\[\d+m", "", shown)
    assert "数字：引文“1.5万亿元” 原文“1.2万亿元”" in shown


def test_html_marks_both_texts_and_escapes_everything():
    report = report_of(TEXT)
    page = manuscript_html(report)
    assert '<span class="yj-item yj-altered">' in page and '<span class="yj-item yj-own">标题</span>' in page
    assert '<del title="数字：引文“1.5万亿元” 原文“1.2万亿元”">1.5万亿元</del>' in page
    assert ">和技术改造</ins>" in page and ">1.2万亿元</ins>" in page
    assert "<b>凭空" not in page and "&lt;b&gt;凭空" in page
    found = find_checked(report, "match-1-1")
    assert found and found.place.quote == LOAN_QUOTE and found.row == ("match-1-1",)
    for gone in ("match-1-2", "match-2-1", "match-3-1", "near-1-1"):
        assert find_checked(report, gone) is None
    alone = page_html(report)
    assert "<a " not in alone and "@page" in alone and "http" not in alone
    quote = page_html(FakeAssistant().cite("科技创新再贷款增加到1.5万亿元"))
    assert "<a " not in quote and ">1.5万亿元</del>" in quote and ">有改动</strong>" in quote
    assert "<script>" not in page_html(FakeAssistant().cite(HOSTILE))
    assert "<script>" not in page_html(ManuscriptReport(text=HOSTILE, checked=report_of(HOSTILE).checked))
