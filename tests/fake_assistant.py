"""An assistant over two hand-made documents, with real spans: what the page needs and nothing more."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rag.answering.endpoint import LLMOptions
from rag.config import Settings
from rag.datatypes import (
    Answer,
    Article,
    Block,
    Chunk,
    Citation,
    Conflict,
    Difference,
    Document,
    Filters,
    Heading,
    Hit,
    ManuscriptReport,
    Paragraph,
    Place,
    QuoteMatch,
    QuoteReport,
    Refusal,
    Sentence,
    Source,
    Span,
    Turn,
    Update,
    cut,
)
from rag.errors import UsageError
from rag.library import Entry, Work
from rag.manuscript import check

HOSTILE = (
    '<script>window.hit=1</script><img src=x onerror="window.hit=2">**粗** `code` $$x^2$$ ${1+1} {{title}} '
    "\\`[外链](http://example.com/a.png) ![图](http://example.com/b.png) <b>b</b> & &lt;"
)


def document(file: str, parts: Sequence[tuple[str, ...]], **facts: object) -> Document:
    """Build a document of one article from its parts: (kind, piece, piece...), a blank line between any two.

    The pieces of one part are one paragraph broken by blank lines, as column edges break it.
    """
    text, metadata, headings, paragraphs = "", [], [], []
    for kind, *pieces in parts:
        spans = []
        for piece in pieces:
            text += "\n\n" if text else ""
            spans.append(Span(start=len(text), end=len(text) + len(piece)))
            text += piece
        joined = "".join(pieces)
        if kind == "paragraph":
            paragraphs.append(Paragraph(number=len(paragraphs) + 1, text=joined, spans=tuple(spans)))
        elif kind == "heading":
            headings.append(Heading(text=joined.lstrip("# "), span=spans[0]))
        else:
            metadata.append(Block(kind=kind, text=joined, span=spans[0]))
    article = Article(
        span=Span(start=0, end=len(text)),
        headings=tuple(headings),
        paragraphs=tuple(paragraphs),
        metadata=tuple(metadata),
        **facts,  # type: ignore[arg-type]
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(source=Source(file=file, text=text, sha256=digest), articles=(article,), noise=())


_FILLER = (
    "会议强调,要坚持稳中求进工作总基调,完整准确全面贯彻新发展理念,加快构建新发展格局,着力推动高质量发展。" * 3
)
LOAN = document(
    "loan.txt",
    [
        ("title", "# 再贷款政策加力支持科技创新"),
        ("byline", "来源:示例日报 作者:甲乙 2026-01-20"),
        *[("paragraph", f"第{name}节。{_FILLER}") for name in "一二三四五六"],
        ("heading", "## 加大金融支持"),
        (
            "paragraph",
            "中国人民银行宣布,科技创新和技术改造再贷款额度从8000亿元增加4000亿",
            "元至1.2万亿元,并将研发投入水平较高的民营中小企业纳入支持领域。政策自发布之日起实施。",
        ),
        *[("paragraph", f"第{name}节。{_FILLER}") for name in "八九十"],
    ],
    title="再贷款政策加力支持科技创新",
    outlet="示例日报",
    authors=("甲乙",),
    date="2026-01-20",
)
TRAP = document(
    "trap.txt",
    [("title", "<script>title</script>"), ("paragraph", "前一段。"), ("paragraph", HOSTILE)],
    title="<script>title</script>",
    outlet="<img src=x onerror=alert(1)>",
)


def place(whole: Document, number: int, quote: str) -> Place:
    """Return the place of a quote in a paragraph."""
    article = whole.articles[0]
    paragraph = article.paragraphs[number - 1]
    start = paragraph.text.index(quote)
    spans, offset, end = [], 0, start + len(quote)
    for piece in paragraph.spans:
        length = piece.end - piece.start
        low, high = max(start - offset, 0), min(end - offset, length)
        if low < high:
            spans.append(Span(start=piece.start + low, end=piece.start + high))
        offset += length
    return Place(
        file=whole.source.file,
        article=article.name,
        paragraph=number,
        spans=tuple(spans),
        quote=cut(whole.source.text, spans),
        date=article.date,
        outlet=article.outlet,
    )


LOAN_QUOTE = "科技创新和技术改造再贷款额度从8000亿元增加4000亿元至1.2万亿元"


class FakeAssistant:
    """Answers by keyword; `pause` is how long it takes over a sentence."""

    def __init__(self, pause: float = 0.05) -> None:
        self.pause = pause
        self.asked: list[tuple[str, list[Turn]]] = []
        self.narrowed: list[tuple[Filters | None, Sequence[str] | None]] = []
        self.settings = Settings()

    def use_model(self, llm: LLMOptions) -> None:
        """Take it down."""
        self.settings = replace(self.settings, llm=llm)

    def warm(self) -> None:
        """Have nothing to load."""

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        passages: Sequence[str] | None = None,
    ) -> Iterator[Update]:
        """Answer sentence by sentence; `filters` and `passages` are kept in `narrowed` and otherwise ignored."""
        self.asked.append((question, list(history)))
        self.narrowed.append((filters, passages))
        if not question.strip():
            raise UsageError("问题是空的，请输入问题")
        if "崩溃" in question:
            raise RuntimeError("deliberate")
        whole = self._answer(question, history)
        yield Update(
            stage="retrieved", answer=replace(whole, sentences=(), citations=(), refusal=None, nearest=())
        )
        for count in range(1, len(whole.sentences)):
            time.sleep(self.pause)
            kept = whole.sentences[:count]
            used = {number for sentence in kept for number in sentence.citations}
            cited = tuple(citation for citation in whole.citations if citation.n in used)
            yield Update(
                stage="answering", answer=replace(whole, sentences=kept, citations=cited, conflicts=())
            )
        time.sleep(self.pause)
        yield Update(stage="done", answer=whole)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        passages: Sequence[str] | None = None,
    ) -> Answer:
        """Give the last step of the stream."""
        *_, last = self.stream(question, history=history, filters=filters, passages=passages)
        return last.answer

    def search(self, query: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Find the first `k` paragraphs of the loan document."""
        paragraphs = LOAN.articles[0].paragraphs[:k]
        return [
            Hit(
                chunk=Chunk(
                    id=each.number,
                    file="loan.txt",
                    article=0,
                    paragraphs=(each.number, each.number),
                    text=each.text,
                    spans=each.spans,
                    context="",
                ),
                score=1 / rank,
                ranks={"lexical": rank},
            )
            for rank, each in enumerate(paragraphs, start=1)
        ]

    def article(self, chunk: Chunk) -> Article:
        """Return the article of the chunk's document."""
        return self.document(chunk.file).articles[chunk.article]

    def readable(self) -> bool:
        """Return whether the last question was another one than “索引坏了”."""
        return not self.asked or self.asked[-1][0] != "索引坏了"

    def cite(self, quote: str) -> QuoteReport:
        """Find the loan sentence, altered where the quote has another number."""
        if not quote.strip():
            raise UsageError("引文是空的，请粘贴要核查的句子")
        if "再贷款" not in quote:
            return QuoteReport(quote=quote, verdict="not_found")
        there = place(LOAN, 7, LOAN_QUOTE)
        if quote == LOAN_QUOTE:
            return QuoteReport(
                quote=quote,
                verdict="exact",
                matches=(QuoteMatch(place=there, similarity=1.0, given_at=(0, len(quote))),),
            )
        source = LOAN.source.text
        number, words = source.index("1.2万亿元"), source.index("和技术改造", there.spans[0].start)
        given = max(quote.find("1.5万亿元"), 0)
        differences = (
            Difference(
                given="1.5万亿元",
                source="1.2万亿元",
                kind="number",
                given_at=(given, given + 6),
                source_at=(number, number + 6),
            ),
            Difference(
                given="", source="和技术改造", kind="omission", given_at=(4, 4), source_at=(words, words + 5)
            ),
        )
        match = QuoteMatch(place=there, similarity=0.93, differences=differences, given_at=(0, len(quote)))
        return QuoteReport(quote=quote, verdict="altered", matches=(match,))

    def check(self, manuscript: Source) -> ManuscriptReport:
        """Check a manuscript with this `cite`."""
        return check(manuscript, self.cite, self.document)

    def document(self, file: str) -> Document:
        """Return one of the two documents."""
        return {"loan.txt": LOAN, "trap.txt": TRAP}[file]

    def catalogue(self) -> tuple[Entry, ...]:
        """List the two documents."""
        return tuple(
            Entry(
                file=whole.source.file,
                size=len(whole.source.text.encode()),
                works=tuple(
                    Work(
                        source=whole.source.file,
                        name=article.name,
                        date=article.date,
                        outlet=article.outlet,
                        paragraphs=len(article.paragraphs),
                    )
                    for article in whole.articles
                ),
            )
            for whole in (LOAN, TRAP)
        )

    def verify(self, places: Sequence[tuple[int, Place]]) -> list[str]:
        """Compare the places with the documents."""
        return [
            f"[{number}] {place.file} 的相应位置已不是所引的文字"
            for number, place in places
            if cut(self.document(place.file).source.text, place.spans) != place.quote
        ]

    def _answer(self, question: str, history: Sequence[Turn]) -> Answer:
        if "增长目标" in question:
            return _refusal(question)
        if "脚本" in question:
            return Answer(
                question=question,
                standalone_question=question,
                sentences=(Sentence(text=HOSTILE, citations=(1,)),),
                citations=(Citation(n=1, place=place(TRAP, 2, HOSTILE)),),
            )
        if "10个" in question or "慢" in question:
            return _listing(question)
        standalone = f"科技创新和技术改造再贷款{question}" if history else question
        return Answer(
            question=question,
            standalone_question=standalone,
            sentences=(
                Sentence(text="科技创新和技术改造再贷款额度增加到1.2万亿元。", citations=(1,)),
                Sentence(text="政策自发布之日起实施。", citations=(2,)),
            ),
            citations=(
                Citation(n=1, place=place(LOAN, 7, LOAN_QUOTE)),
                Citation(n=2, place=place(LOAN, 7, "政策自发布之日起实施。")),
            ),
            conflicts=(Conflict(citations=(1, 2), message="两处对生效时间说法不同。"),)
            if "不同" in question
            else (),
            notice="语言模型没有应答，这是摘录的回答。" if "模型" in question else None,
        )


def _refusal(question: str) -> Answer:
    return Answer(
        question=question,
        standalone_question=question,
        sentences=(Sentence(text="文档里没有2026年国内生产总值增长目标。"),),
        refusal=Refusal(reason="not_in_documents", message="文档里没有2026年国内生产总值增长目标。"),
        nearest=(place(LOAN, 7, LOAN_QUOTE), place(LOAN, 2, "会议强调,要坚持稳中求进工作总基调")),
    )


def _listing(question: str) -> Answer:
    names = "一二三四五六"
    return Answer(
        question=question,
        standalone_question=question,
        listing=True,
        sentences=(
            Sentence(text="共有六个方面："),
            *(Sentence(text=f"第{name}节。", citations=(n,)) for n, name in enumerate(names, start=1)),
        ),
        citations=tuple(
            Citation(n=n, place=place(LOAN, n, f"第{name}节。")) for n, name in enumerate(names, start=1)
        ),
    )


def forbid_outside(event: str, arguments: tuple[object, ...]) -> None:
    """Stop whatever would look up or reach another machine."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host not in ("127.0.0.1", "localhost", "::1", None):
        sys.stderr.write(f"OUTSIDE {event} {host}\n")
        raise OSError(f"no way outside: {host}")


if __name__ == "__main__":
    from ast import literal_eval

    from rag.web.options import WebOptions
    from rag.web.server import launch

    sys.addaudithook(forbid_outside)
    given = literal_eval(sys.argv[2])
    data = Path(given.pop("data"))
    launch(FakeAssistant(pause=float(sys.argv[1])), WebOptions(port=0, data=data, **given))
