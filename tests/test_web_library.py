"""The library as values: the list of files, a document's outline, and how far added files are."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fake_assistant import HOSTILE, LOAN, TRAP, document

from rag.datatypes import Block, Heading, Span
from rag.errors import UsageError, YinjuError
from rag.indexing import FileReport, IndexReport, Progress, Reading
from rag.library import Added, Entry, NameTakenError, Work
from rag.web.adding import Adding, Upload, add_files, adding_html
from rag.web.catalogue import catalogue_html, reference, scope_text
from rag.web.outline import document_html, entry_html

EVIL = '<img src=x onerror="alert(1)">\n.txt'
WORK = Work(source="loan.txt", name="再贷款政策", date="2026-01-20", outlet="示例日报", paragraphs=10)
ENTRY = Entry(file="loan.txt", size=2048, works=(WORK,), chunks=12, characters=3456)
BROKEN = Entry(file="坏.pdf", size=3, reason="内容不是 .pdf 文件；请重新下载<或>导出")


def shown(markup: str) -> str:
    """The text that a browser shows of `markup`."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def tags(markup: str) -> set[str]:
    return {re.split(r"[\s/>]", tag)[0] for tag in re.findall(r"<([a-z][^>]*)", markup)}


def test_a_row_says_what_is_in_a_file() -> None:
    markup = catalogue_html([ENTRY, BROKEN], ())
    text = shown(markup)
    assert "2 个文件，1 篇，10 段，12 个片段，其中 1 个没能读" in text
    assert (
        "loan.txt《再贷款政策》 · 示例日报 · 2026-01-20 · 10 段1 篇 · 10 段 · 12 个片段 · 3,456 字 · 2.0 KB"
        in text
    )
    assert "坏.pdf没能读内容不是 .pdf 文件；请重新下载<或>导出" in text
    assert 'href="#doc-0-loan.txt"' in markup
    assert re.findall(r'type="checkbox" value="([^"]*)"', markup) == [
        "loan.txt"
    ]  # none for what cannot be asked


def test_only_who_may_manage_can_remove() -> None:
    assert "移出" not in catalogue_html([ENTRY, BROKEN], ())
    assert catalogue_html([ENTRY, BROKEN], (), manage=True).count("确认移出") == 2


def test_what_the_chat_is_restricted_to_is_said_and_checked() -> None:
    everything = catalogue_html([ENTRY], ())
    assert "问答范围：全部文件" in everything and "yj-everything" not in everything
    limited = catalogue_html([ENTRY], ("loan.txt",))
    assert "问答范围：只问 1 个文件（loan.txt）" in limited and "问全部文件" in limited
    assert '<input type="checkbox" value="loan.txt" aria-label="选中 loan.txt" checked>' in limited
    assert scope_text(["a", "b", "c", "d"]) == "问答范围：只问 4 个文件（a、b、c等）"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["loan.txt", "坏.pdf"]),
        ("LOAN", ["loan.txt"]),
        ("貸款 日報", ["loan.txt"]),
        ("２０２６", ["loan.txt"]),
        ("坏", ["坏.pdf"]),
        ("贷款 坏", []),
    ],
)
def test_files_are_found_by_name_title_and_outlet(words: str, found: list[str]) -> None:
    markup = catalogue_html([ENTRY, BROKEN], (), words)
    assert re.findall(r'yj-name"[^>]*>([^<]*)<', markup) == found


def test_a_file_of_a_thousand_articles_and_a_thousand_files_are_short_lists() -> None:
    many = replace(
        ENTRY, works=tuple(replace(WORK, source=f"m.jsonl#{n}", name=f"第{n}篇") for n in range(1000))
    )
    markup = catalogue_html([many], ())
    assert "第2篇" in markup and "第3篇" not in markup and "另有 997 篇" in markup
    assert "另有 800 个文件没有列出" in catalogue_html(
        [replace(ENTRY, file=f"{n}.txt") for n in range(1000)], ()
    )


def test_names_and_titles_of_markup_show_as_text() -> None:
    evil = replace(ENTRY, file=EVIL, works=(replace(WORK, name="<script>x</script>", outlet="<b>报"),))
    failed = replace(BROKEN, file=EVIL, reason="<script>")
    markup = catalogue_html([evil, failed], (EVIL,), manage=True)
    assert not tags(markup) & {"img", "script", "b"}
    assert "《<script>x</script>》 · <b>报" in shown(markup)
    (value,) = re.findall(r'type="checkbox" value="([^"]*)"', markup)
    assert html.unescape(value) == EVIL
    assert not tags(adding_html([Adding(file=EVIL, step="taken", detail=EVIL)])) & {"img", "script"}
    assert not tags(document_html(replace(TRAP, source=replace(TRAP.source, file=EVIL)))) & {"img", "script"}
    assert not tags(entry_html(evil)) & {"img", "script"}


def test_a_link_carries_any_name() -> None:
    assert reference("a#b-c/丁 &.txt", 300) == "doc-300-a%23b-c%2F%E4%B8%81%20%26.txt"


def test_an_outline_has_everything_in_the_order_of_the_file() -> None:
    text = LOAN.source.text + "\n\n责编：丙"
    noise = Block(kind="masthead", text="责编：丙", span=Span(start=len(text) - 4, end=len(text)))
    whole = replace(LOAN, source=replace(LOAN.source, text=text), noise=(noise,))
    markup = document_html(whole)
    assert "1 篇，10 段，正文以外 1 处" in shown(markup)
    kinds = re.findall(r'<(h3|h4)>([^<]*)<|<details class="(yj-part[^"]*)"><summary><b>([^<]*)<', markup)
    assert [next(filter(None, (heading, number))) for _, heading, _, number in kinds] == [
        "再贷款政策加力支持科技创新",
        *map(str, range(1, 7)),
        "加大金融支持",
        *map(str, range(7, 11)),
        "报头",
    ]
    assert kinds[-1][2] == "yj-part yj-aside"
    assert "示例日报 · 2026-01-20 · 甲乙 · 10 段" in shown(markup)
    for paragraph in LOAN.articles[0].paragraphs:
        assert f"<p>{html.escape(paragraph.text)}</p>" in markup


def test_a_heading_of_any_level_has_a_tag() -> None:
    (article,) = LOAN.articles
    span = article.headings[0].span
    deep = replace(article, headings=tuple(Heading(text=f"级{n}", span=span, level=n) for n in (1, 2, 3, 9)))
    markup = document_html(replace(LOAN, articles=(deep,)))
    assert [tag for tag, _ in re.findall(r"<(h\d)>(级\d)", markup)] == ["h4", "h5", "h6", "h6"]


def test_a_long_document_is_paged_and_no_paragraph_is_left_out() -> None:
    long = document("长.txt", [("paragraph", f"第{n}段。") for n in range(1, 801)], title="长")
    seen: list[str] = []
    starts = ["0"]
    for start in starts:
        markup = document_html(long, int(start))
        assert len(re.findall("<details", markup)) <= 300
        seen += re.findall(r"<summary><b>(\d+)</b>", markup)
        assert f'data-reference="doc-{start}-%E9%95%BF.txt"' in markup
        following = re.findall(r'href="#doc-(\d+)-[^"]*">后面还有 (\d+) 条', markup)
        starts += [first for first, _ in following]
    assert starts == ["0", "300", "600"]
    assert seen == [str(n) for n in range(1, 801)]
    assert 'href="#doc-300-' in document_html(long, 600)


def test_a_file_of_several_sources_opens_as_links() -> None:
    entry = replace(ENTRY, works=tuple(replace(WORK, source=f"m.jsonl#{n}") for n in range(310)))
    markup = entry_html(entry)
    assert markup.count('class="yj-link yj-work"') == 300
    assert 'href="#doc-0-m.jsonl%23299"' in markup and "m.jsonl%23300" not in markup
    assert "m.jsonl%23309" in entry_html(entry, 300)


class Shelf:
    """An assistant that is told what to do with each file."""

    def __init__(self, updates: Callable[[Progress], IndexReport], **outcomes: Added | Exception) -> None:
        self.updates = updates
        self.outcomes = outcomes
        self.updated = 0

    def add(self, name: str, path: Path, aside: Path | None = None) -> Added:
        outcome = self.outcomes[name]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def update(self, progress: Progress) -> IndexReport:
        self.updated += 1
        return self.updates(progress)


def row(file: str, status: str, reason: str | None = None) -> FileReport:
    return FileReport(file=file, status=status, reason=reason, articles=1, paragraphs=2, chunks=3)  # type: ignore[arg-type]


def reads_two(progress: Progress) -> IndexReport:
    for report in (
        Reading(file="甲", share=0.0),
        row("甲", "added"),
        Reading(file="乙", share=0.5),
        row("乙", "failed", "坏"),
    ):
        progress(report)
    ended = (row("甲", "added"), row("乙", "failed", "坏"), row("旧", "unchanged"))
    return IndexReport(files=ended, chunks=3, seconds=0.1)


def steps(shelf: Shelf, *names: str) -> list[list[str]]:
    uploads = [Upload(name=name, path=Path(name)) for name in names]
    return [[each.step for each in state] for state in add_files(shelf, uploads)]  # type: ignore[arg-type]


def test_files_added_together_are_one_update_and_each_step_is_told() -> None:
    shelf = Shelf(reads_two, 甲="added", 乙="replaced")
    assert steps(shelf, "甲", "乙") == [
        ["received"],
        ["received", "received"],
        ["reading", "received"],
        ["read", "received"],
        ["read", "reading"],
        ["read", "read"],
        ["indexed", "failed"],
    ]
    assert shelf.updated == 1
    *_, last = add_files(shelf, [Upload(name="甲", path=Path("甲")), Upload(name="乙", path=Path("乙"))])  # type: ignore[arg-type]
    assert [each.detail for each in last] == ["1 篇，2 段，3 个片段", "坏"]


def test_what_is_not_put_in_is_told_and_needs_no_update() -> None:
    shelf = Shelf(reads_two, 甲="same", 乙=NameTakenError("已有同名"), 丙=UsageError("不支持 .exe"))
    assert steps(shelf, "甲", "乙", "丙")[-1] == ["same", "taken", "failed"]
    (lost,) = add_files(shelf, [Upload(name="丁", path=None)])  # type: ignore[arg-type]
    assert lost[0].step == "failed" and lost[0].detail.startswith("没有传上来")
    assert shelf.updated == 0
    markup = adding_html([Adding(file="乙", step="taken", detail="已有同名")])
    assert '<button type="button" class="yj-button yj-replace" value="乙">换成这一份</button>' in markup


@pytest.mark.parametrize(
    ("error", "told"), [(YinjuError("写不了索引"), "写不了索引"), (RuntimeError("内情"), "程序出错")]
)
def test_an_update_that_fails_is_told_of_each_file(error: Exception, told: str) -> None:
    def fails(progress: Progress) -> IndexReport:
        progress(Reading(file="甲", share=0.0))
        raise error

    shelf = Shelf(fails, 甲="added", 乙="added", 丙="same")
    *_, last = add_files(shelf, [Upload(name=name, path=Path(name)) for name in "甲乙丙"])  # type: ignore[arg-type]
    assert [each.step for each in last] == ["failed", "failed", "same"]
    assert all(each.detail.startswith(told) for each in last[:2])


def test_a_file_read_meanwhile_by_somebody_else_is_there() -> None:
    def nothing_new(progress: Progress) -> IndexReport:
        return IndexReport(files=(row("甲", "unchanged"),), chunks=3, seconds=0.1)

    shelf = Shelf(nothing_new, 甲="added", 乙="added")
    *_, last = add_files(shelf, [Upload(name=name, path=Path(name)) for name in "甲乙"])  # type: ignore[arg-type]
    assert [each.step for each in last] == ["indexed", "failed"]


def test_the_hostile_document_opens_as_text() -> None:
    assert HOSTILE in shown(document_html(TRAP))
