"""Questions that ask several things at once, or one thing of several sources: one question for each.

什么……，多少……？ asks twice; 甲报道和乙报道里……各有多少 asks one thing of two sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.aliases import forms
from rag.answering.candidates import GetDocument
from rag.datatypes import Answer, Article, Citation, Hit, Sentence, Span
from rag.informativeness import idf
from rag.numerals import years
from rag.question import analyse
from rag.text import fold
from rag.words import content_words, words

MEANT = 0.6
"""Share of the information in what names a source that the head of the article must have to be the one meant."""
TELLING = 4.0
"""A clause asks something of its own where its words tell as much (in the units of `idf`): two plain nouns."""

_MASK = "\ue000"
_JOINS = "[、和与及跟]"
_EACH = re.compile(
    r"各自|分别|各(?![地级种类项方省市县界国部单行位个人族区具司取自])|都(?!市)(?![^,，?？]{1,8}的[是有]?[哪什谁])|两(?:次|处|者|篇|份)(?:都|的)?|(?:他|她|它)们"
)
_TWICE = r"(?:[,，]|写的|说的|讲的)?(?:两(?:次|处|者|篇|份)|二者|它们)?的?"
_WHAT = r"(?P<what>说法|名称|写法|表述|提法|口径|原话|数字|内容)"
_DIFFER = (
    r"(?:差在哪[儿里]?|(?:有什么|有何|有啥)(?:不同|区别|差别|不一样)|(?:不同|区别|差别)(?:在哪[儿里]?|是什么)|哪[儿里]不(?:同|一样)"
    r"|一样吗|一致吗|相同吗)"
)
_COMPARES = re.compile(
    rf"{_TWICE}(?:{_WHAT}?各?{_DIFFER}|(?:说法|名称|写法|表述|提法|口径|原话)各?(?:是什么|怎么说|是怎么说的))[?？]?$"
)
_TAIL = r"(?:[里中上]?[,，][^,，]*?|写的|说的|讲的|提的|[里中上]?对[^,，]{2,24}?)?"
_ITEM = r"(?:《[^》]{1,60}》[^,，、和与及跟\"“”《》]{0,10}?|[^,，、和与及跟\"“”《》]{2,18}?)"
_SEVERAL = re.compile(
    rf"(?P<head>(?:.*[,，])?)(?P<items>{_ITEM}(?:{_JOINS}{_ITEM})+)"
    rf"(?P<tail>{_TAIL}(?:[里中上]?(?:{_EACH.pattern})|[里中上]?(?:说法|名称|写法|表述|提法|口径|数字)?(?:差在|有什么不同|有何不同|有什么区别|有何区别|区别|不同|哪里不)).*)$"
)
_SHARED = re.compile(r"^(?P<shared>[^在于对从]{2,12}[在于对从])(?P<item>.{2,})$")
_OWNED = re.compile(r"的[^的]{2,6}$")
_QUOTE = re.compile(r"[“\"《][^”\"》]{1,60}[”\"》]")
_ASKS = re.compile(r"多少|几|哪|什么|啥|谁|何[时地为种以]|为何|如何|怎|是否|是不是|[吗么](?=[?？]|$)")
# What a source is called by its form, which its head does not say of itself.
_FORM = re.compile(
    r"访谈|专访|采访|文章|报道|讲话|发言|稿件|文件|那篇|这篇|那份|这份|一文|年会|上的?$|里$|中$"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One question of several, by itself; `source` is what it names as where to look, empty for nothing.

    `bare` is the question without the source: what is asked once the place to look is known.
    """

    question: str
    source: str = ""
    bare: str = ""


def parts(text: str, known: Sequence[str] = ()) -> list[Part]:
    """Return the questions that a question puts at once, itself where it puts one.

    Args:
        text: the question.
        known: texts of the corpus: what stands there joined (信息化和工业化) is one thing.
    """
    plain = text.strip()
    found = _by_source(plain, known)
    if not found and analyse(plain).kind != "metadata":  # facts of one piece are told together
        found = [Part(question) for question in _by_clause(plain)]
    return found if len(found) > 1 else [Part(text)]


def _by_source(text: str, known: Sequence[str]) -> list[Part]:
    """Return one question for each of the things that are coordinated in a question, none where nothing is."""
    masked = _masked(text, known)
    match = _SEVERAL.match(masked)
    if not match:
        return []
    named = [name for name in re.split(_JOINS, match["items"]) if name]
    owned = _OWNED.search(named[-1])
    if owned and not any("的" in name for name in named[:-1]):
        named = [*(name + owned.group() for name in named[:-1]), named[-1]]
    shared = _SHARED.match(named[0])
    head = match["head"]
    if shared:
        again = all(name.startswith(shared["shared"][-1]) for name in named[1:])
        head = f"{head}{shared['shared'][:-1] if again else shared['shared']}"
        named[0] = f"{shared['shared'][-1] if again else ''}{shared['item']}"
    tail = _EACH.sub("", _COMPARES.sub(_single, match["tail"]))
    common = years(f"{head}{tail}".replace(_MASK, "和"))
    found = []
    for name in named:
        question = f"{head}{name}{tail}".replace(_MASK, "和")
        missing = sorted(common - years(question)) if not years(name) else []
        question = "".join(f"{year}年" for year in missing) + question
        bare = f"{head.rstrip('在于对从')}{tail.lstrip('上里中内时的')}".lstrip(",，").replace(_MASK, "和")
        found.append(Part(question, name.replace(_MASK, "和"), bare))
    return found


def _single(compared: re.Match[str]) -> str:
    """Return what is asked of one source in place of how several differ."""
    return f"的{compared['what']}是什么？" if compared["what"] in ("名称", "数字") else "是怎么说的？"


def _masked(text: str, known: Sequence[str]) -> str:
    """Return `text` with the 和 that joins nothing masked: in a word, in a quotation, in what the corpus has joined."""
    masked = list(text)
    inside = [span for word, span in words(text) if len(word) > 1]
    inside += [Span(start=match.start(), end=match.end()) for match in _QUOTE.finditer(text)]
    folded = fold(text)
    for i, character in enumerate(text):
        if re.match(_JOINS, character):
            around = folded[max(i - 2, 0) : i + 3]
            whole = len(around) == 5 and any(around in fold(other) for other in known)
            if whole or any(span.start <= i < span.end for span in inside):
                masked[i] = _MASK if character == "和" else character
    return "".join(masked)


def _by_clause(text: str) -> list[str]:
    """Return one question for each clause that asks, after the clauses before the first that do not."""
    clauses = [clause for clause in re.split(r"[,，;；?？]", text) if clause.strip()]
    asking = [i for i, clause in enumerate(clauses) if _ASKS.search(clause)]
    own = [
        sum(idf(word) for word, _ in content_words(_ASKS.sub(" ", clauses[i]))) >= TELLING for i in asking[1:]
    ]
    if len(asking) < 2 or asking != list(range(asking[0], len(clauses))) or not all(own):
        return [text]
    topic = "，".join(clauses[: asking[0]])
    first = clauses[asking[0]]
    before, *_, behind = _ASKS.split(first)
    lead = topic or (before if len(before) > 1 else behind).strip("是有为的在一种叫样会要")
    rest = [f"{lead}，{clauses[i]}？" for i in asking[1:]]
    return [f"{topic}，{first}？" if topic else f"{first}？", *rest]


def together(question: str, asked: Sequence[Part], answers: Sequence[Answer]) -> Answer:
    """Return the answers to the parts of a question as one; refused parts are told of where not all are.

    What comes from several sources begins with the name of each.
    """
    if len(answers) == 1:
        return answers[0]
    given = [answer for answer in answers if not answer.refused]
    if not given:
        return answers[0]
    places = dict.fromkeys(citation.place for answer in given for citation in answer.citations)
    numbers = {place: n for n, place in enumerate(places, start=1)}
    articles = {(citation.place.file, citation.place.article) for a in given for citation in a.citations[:1]}
    listing = any(answer.listing for answer in given)
    sentences: dict[tuple[str, tuple[int, ...]], Sentence] = {}
    for answer in given:
        own = {citation.n: numbers[citation.place] for citation in answer.citations}
        for place, sentence in enumerate(answer.sentences):
            cited = tuple(own[n] for n in sentence.citations)
            text = sentence.text
            if place == 0 and len(articles) > 1 and not listing and not text.startswith("《"):
                text = f"《{answer.citations[0].place.article}》：{text}"
            sentences.setdefault((sentence.text, cited), replace(sentence, text=text, citations=cited))
    kept = tuple(sentences.values())
    used = {n for sentence in kept for n in sentence.citations}
    missing = [part.source or part.question for part, a in zip(asked, answers, strict=True) if a.refused]
    return replace(
        given[0],
        question=question,
        standalone_question=question,
        sentences=kept,
        citations=tuple(Citation(n=n, place=place) for place, n in numbers.items() if n in used),
        listing=listing,
        unanswered=tuple(missing),
    )


def of_source(
    part: Part, searched: Callable[[str], list[Hit]], document: GetDocument
) -> tuple[Part, list[Hit]]:
    """Return a part as it is to be asked, with its hits: of the articles that its source names, without the source.

    Where the source names no article, the part is asked as it stands.
    """
    hits = searched(part.question)
    named = named_articles(hits, part.source, document)
    if not named:
        return part, hits
    inside = [hit for hit in hits if (hit.chunk.file, hit.chunk.article) in named]
    little = sum(idf(word) for word, _ in content_words(part.bare)) < TELLING
    if little or analyse(part.question).kind == "metadata":
        return part, inside
    there = [hit for hit in searched(part.bare) if (hit.chunk.file, hit.chunk.article) in named]
    return replace(part, question=part.bare), there or inside


def named_articles(hits: Sequence[Hit], source: str, document: GetDocument) -> frozenset[tuple[str, int]]:
    """Return the articles among those of the hits that `source` names, as file and number; empty where it names none.

    An article is named by its titles, outlet, persons, date and first paragraph.
    """
    asked = [word for word, _ in content_words(_FORM.sub(" ", source))]
    total = sum(idf(word) for word in asked)
    if not asked:
        return frozenset()
    names = forms(asked, fold(source))
    shares: dict[tuple[str, int], float] = {}
    for hit in hits:
        key = (hit.chunk.file, hit.chunk.article)
        if key not in shares:
            head = _head(document(hit.chunk.file).pieces[hit.chunk.article])
            stands = [any(form in head for form in each) for each in names]
            shares[key] = sum(idf(word) for word, there in zip(asked, stands, strict=True) if there) / total
    best = max(shares.values(), default=0.0)
    return frozenset(key for key, share in shares.items() if share == best >= MEANT)


def _head(article: Article) -> str:
    """Return the folded text that says of what occasion an article is, and whose."""
    first = article.paragraphs[0].text if article.paragraphs else ""
    named = (article.kicker, article.title, article.subtitle, article.outlet, article.issuer, article.number)
    day = article.date and f"{article.date[:4]}年{int(article.date[5:7])}月"
    return fold(" ".join(filter(None, (*named, *article.authors, *article.speakers, day, first))))
