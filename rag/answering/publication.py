"""Questions about a piece itself: who wrote it, when and where it was published."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.candidates import GetDocument
from rag.answering.evidence import place_of
from rag.answering.matching import Matcher
from rag.answering.refusal import refuse
from rag.datatypes import Answer, Article, Block, Citation, Document, Fact, Hit, Place, Sentence
from rag.question import Question
from rag.text import fold, squeeze

# What is asked, by cue, with its name in an answer.
_ASKED = (
    ("authors", re.compile(r"作者|谁写|写的|撰写|撰稿|记者|采写|[他她]"), "作者"),
    (
        "outlet",
        re.compile(r"哪[家份]?(?:报纸|报刊|报|媒体|网站)|来源|出处|出自|登在|来自|刊登在|发表在"),
        "来源",
    ),
    ("date", re.compile(r"哪[一]?[天日年月]|什么时候|何时|几月|几号|日期|时间"), "日期"),
)
_POST = re.compile(r"身份|职务|单位|学校|哪个大学|什么人|头衔|介绍")
_LEAST_SHARE = 0.3
"""Share of the question's information that an article's title or text must have to be the one meant."""


def answer_from_metadata(
    question: Question, hits: Sequence[Hit], document: GetDocument, matcher: Matcher
) -> Answer | None:
    """Return what the lines around an article state about it, None where no article is meant.

    What they do not state is refused as not stated.
    """
    folded = fold(question.text)
    found = _meant(hits, document, matcher)
    if question.kind != "metadata":
        found = found if found and any(author in question.text for author in found[1].authors) else None
    asked = [(name, label) for name, cue, label in _ASKED if cue.search(folded)]
    if question.kind != "metadata":
        asked = [("authors", "作者")]
    if found is None or not asked:
        return None
    source, article = found
    places: dict[tuple[int, int], Place] = {}
    parts: list[tuple[str, tuple[int, int]]] = []
    for name, label in asked:
        stated = _stated(source, article, name, posts=question.person or bool(_POST.search(folded)))
        if stated is None:
            continue
        value, block = stated
        key = (block.span.start, block.span.end)
        places[key] = place_of(source, article, None, (block.span,))
        parts.append((f"{label}：{value}", key))
    if not parts:
        message = f"《{article.name}》里没有写明{'、'.join(label for _, label in asked)}。"
        nearest = [place_of(source, article, None, (block.span,)) for block in article.metadata[:1]]
        return refuse(question, "not_stated", nearest, message)
    return _compose(question, article, parts, places)


def _compose(
    question: Question,
    article: Article,
    parts: Sequence[tuple[str, tuple[int, int]]],
    places: dict[tuple[int, int], Place],
) -> Answer:
    numbers = {key: n for n, key in enumerate(places, start=1)}
    said: dict[tuple[int, int], list[str]] = {}
    for text, key in parts:
        said.setdefault(key, []).append(text)
    return Answer(
        question=question.text,
        standalone_question=question.text,
        sentences=tuple(
            Sentence(text=f"《{article.name}》{'；'.join(texts)}。", citations=(numbers[key],))
            for key, texts in said.items()
        ),
        citations=tuple(Citation(n=n, place=places[key]) for key, n in numbers.items()),
    )


def _meant(hits: Sequence[Hit], document: GetDocument, matcher: Matcher) -> tuple[Document, Article] | None:
    """Return the article that a question is about: by its title first, by its text where titles are equal."""
    best: tuple[float, Document, Article] | None = None
    seen: set[tuple[str, int]] = set()
    for hit in hits:
        key = (hit.chunk.file, hit.chunk.article)
        if key in seen:
            continue
        seen.add(key)
        source = document(hit.chunk.file)
        article = source.articles[hit.chunk.article]
        named = fold(
            " ".join(filter(None, (article.kicker, article.title, article.subtitle, *article.authors)))
        )
        text = fold(" ".join(paragraph.text for paragraph in article.paragraphs))
        in_title, in_text = matcher.share(matcher.stands(named)), matcher.share(matcher.stands(text))
        titled = any(fold(title) in named for title in matcher.question.titles + matcher.question.quoted)
        score = in_title + in_text / 2 + hit.score / 4 + titled
        if max(in_title, in_text) >= _LEAST_SHARE and (best is None or score > best[0]):
            best = (score, source, article)
    return best and (best[1], best[2])


_KINDS = {"authors": ("author",), "outlet": ("outlet",), "date": ("date", "signed", "masthead")}


def _stated(document: Document, article: Article, name: str, *, posts: bool) -> tuple[str, Block] | None:
    """Return the value of a field and the line that states it, None where none does."""
    lines = [*article.metadata, *(block for block in document.noise if block.kind == "masthead")]
    fact = next((fact for kind in _KINDS[name] for fact in article.facts if fact.kind == kind), None)
    block = fact and next((block for block in lines if _holds(block, fact)), None)
    if not fact or not block:
        return None
    if name == "authors":
        return _authors(article.authors, article.metadata, block, posts=posts)
    if name == "date":
        year, month, day = fact.value.split("-")
        return f"{year}年{int(month)}月{int(day)}日", block
    return fact.value, block


def _holds(block: Block, fact: Fact) -> bool:
    """Whether a line is the one that states a fact."""
    return block.span.start <= fact.span.start and fact.span.end <= block.span.end


def _authors(
    authors: Sequence[str], lines: Sequence[Block], naming: Block, *, posts: bool
) -> tuple[str, Block]:
    """Return the authors, with their posts where those are asked for, and the line that says so."""
    if not posts:
        return "、".join(authors), naming
    fullest = max(
        (block for block in lines if authors[0] in squeeze(block.text)), key=lambda block: len(block.text)
    )
    bare = fullest.text[1:-1] if fullest.text[0] in "(（" else fullest.text
    return re.sub(r"^.*?作者\s*[:：]\s*", "", bare), fullest
