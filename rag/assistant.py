"""The one place where the stages are put together: a question in, a checked answer out."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answering.copies import with_copies
from rag.answering.disagreement import with_conflicts
from rag.answering.evidence import interleaved, passages_of
from rag.answering.extractive import answer_extractively
from rag.answering.matching import Vectors
from rag.answering.refusal import refuse, screen
from rag.answering.several import of_source, parts, together
from rag.config import Settings
from rag.datatypes import (
    Answer,
    Article,
    Chunk,
    Document,
    Filters,
    Hit,
    ManuscriptReport,
    Place,
    QuoteReport,
    Refusal,
    Sentence,
    Source,
    Turn,
    Update,
)
from rag.embedding import Embedder, builtin, load_embedder
from rag.errors import IndexDamagedError, ModelError, UsageError
from rag.indexing import (
    IndexReport,
    OpenIndex,
    Progress,
    Report,
    changed,
    open_index,
    read_manifest,
    scan,
    update_index,
)
from rag.metering import lines, shown
from rag.question import analyse
from rag.ranking import load_ranker
from rag.retrieval import search
from rag.text import worded
from rag.verification import STALE, verify

if TYPE_CHECKING:
    from rag import library
    from rag.answering.candidates import GetDocument
    from rag.answering.endpoint import LLMOptions
    from rag.answering.generative import Generator
    from rag.passages import Passages

DEPTH = 30
"""Chunks whose sentences are looked at for an answer."""
FRESH = 2.0
"""Seconds for which the docs folder is taken to be as it was, at least."""
LOOKED = 20
"""It is so for as many times as long as looking at it takes: a hundred thousand files are not listed all the time."""
NOTHING_ADMITTED = "所限定的范围里没有文字；请检查所给的文件名、日期、来源和说话人。"
WARMING = "有哪些重点工作？"
MAX_QUESTION = 2000
"""Characters of a question: a page of text is no question, and belongs into `cite`."""


def silent(_: str) -> None:
    """Report nothing."""


def build_index(settings: Settings, report: Report = silent, cluster: str | None = None) -> IndexReport:
    """Bring the index up to date with the docs folder, on the Ray cluster at that address where one is given.

    See `rag.indexing.update_index`.
    """
    workers = None
    if cluster is not None:
        from rag.cluster import prepared_on

        workers = partial(prepared_on, cluster)
    embedder = load_embedder(settings.embedder)
    places = settings.docs, settings.index, embedder, settings.chunking
    with shown(report) as progress:
        return update_index(*places, report, progress, settings.store, workers)


def open_assistant(settings: Settings, *, update: bool = True, report: Report = silent) -> Assistant:
    """Return an assistant over the index; with `update`, the index is built or brought up to date before.

    Raises:
        UsageError: the docs folder is missing or empty.
        IndexDamagedError: the index is damaged or was built differently; the message says how to mend it.
        ModelError: the embedder or the ranker that is set cannot be loaded.
    """
    load_ranker(settings.retrieval.ranker)  # now, so that a wrong one is told of before the first question
    embedder = load_embedder(settings.embedder)
    places = settings.docs, settings.index, embedder, settings.chunking, settings.store
    if not update:
        return Assistant(settings, open_index(*places))
    files = scan(settings.docs)
    index = open_index(*places) if read_manifest(settings.docs, settings.index) else None
    if index is None or changed(index, files):
        _update(settings, embedder, report, lines(report))
        index = open_index(*places)
    return Assistant(settings, index, report)


def _update(settings: Settings, embedder: Embedder, report: Report, progress: Progress) -> IndexReport:
    """Update the index, and tell of the files that could not be read."""
    done = update_index(
        settings.docs, settings.index, embedder, settings.chunking, report, progress, settings.store
    )
    for row in done.files:
        if row.status == "failed":
            report(f"没能读 {row.file}：{row.reason}")
    report(f"索引已更新：{done.chunks} 个片段，用时 {done.seconds:.1f} 秒")
    return done


class Assistant:
    """Answers questions and checks quotes over an open index. Safe for several threads.

    With `report`, the docs folder is looked at before a question or quote is worked on, every `FRESH`
    seconds at most (a large one more seldom), and the index is brought up to date where the folder has changed.
    """

    def __init__(self, settings: Settings, index: OpenIndex, report: Report | None = None) -> None:
        self.settings = settings
        self.index = index
        # The built-in one, whatever finds the passages: the answering weights were fitted to its cosines.
        self.vectors = Vectors(builtin())
        self._report = report
        self._look_at = time.monotonic() + FRESH
        self._refreshing = threading.Lock()
        self._storing = threading.Lock()

    def use_model(self, llm: LLMOptions) -> None:
        """Ask this language model from the next question on; an answer under way is finished with the one before."""
        self.settings = replace(self.settings, llm=llm)

    def _refresh(self) -> None:
        """Bring the index up to date with the docs folder, if it may be and it is time to look."""
        if self._report is None or time.monotonic() < self._look_at:
            return
        with self._refreshing:
            if time.monotonic() < self._look_at:
                return
            started = time.monotonic()
            is_changed = changed(self.index, scan(self.settings.docs))
            took = time.monotonic() - started
            if is_changed:
                self._renew(lines(self._report))
            self._look_at = time.monotonic() + max(FRESH, LOOKED * took)

    def _renew(self, progress: Progress) -> IndexReport:
        """Bring the index up to date with the docs folder and open it; to be called by one at a time."""
        settings, embedder = self.settings, self.index.embedder
        done = _update(settings, embedder, self._report or silent, progress)
        self.index = open_index(settings.docs, settings.index, embedder, settings.chunking, settings.store)
        return done

    def update(self, progress: Progress) -> IndexReport:
        """Bring the index up to date with the docs folder now; see `rag.indexing.update_index`."""
        with self._refreshing:
            done = self._renew(progress)
            self._look_at = time.monotonic() + FRESH
        return done

    def catalogue(self) -> tuple[library.Entry, ...]:
        """Return what the index holds, an entry a file."""
        from rag import library

        self._refresh()
        return library.catalogue(self.index)

    def add(self, name: str, path: Path, aside: Path | None = None) -> library.Added:
        """Copy a file into the docs folder, for the next update of the index; see `rag.library.add`."""
        from rag import library

        with self._storing:
            return library.add(self.settings.docs, name, path, aside)

    def remove(self, file: str, aside: Path) -> Path:
        """Move a file out of the docs folder, for the next update of the index; see `rag.library.remove`."""
        from rag import library

        with self._storing:
            return library.remove(self.settings.docs, file, aside)

    def warm(self) -> None:
        """Load what answering and checking load on first use, so that the first visitor does not wait for it."""
        question = analyse(WARMING)
        hits = search(self.index, WARMING, DEPTH, self.settings.retrieval)
        answer = answer_extractively(
            question, hits, self.index.documents.document, self.vectors, self.settings.extractive
        )
        with_conflicts(answer, hits, self.index.documents.document)
        self.check(Source(file="", text=WARMING, sha256=""))

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        passages: Sequence[str] | None = None,
    ) -> Answer:
        """Return the answer to a question.

        Args:
            question: what is asked, at most `MAX_QUESTION` characters.
            history: earlier turns, oldest first, that a follow-up refers to.
            filters: the part of the corpus to answer from; of no effect where `passages` are given.
            passages: answer from these texts alone; their `file` is then `passages#N`, N from 0.

        Raises:
            UsageError: the question is empty or too long.
        """
        *_, last = self.stream(question, history=history, filters=filters, passages=passages)
        return last.answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        passages: Sequence[str] | None = None,
    ) -> Iterator[Update]:
        """Yield the answer as it grows; whatever is yielded has been checked. See `ask` for the arguments."""
        started = time.perf_counter()
        check_input(question, "问题", MAX_QUESTION)
        self._refresh()
        generator = _generator(self.settings.llm)
        asked = _understood(question.strip(), history, generator, self.vectors)
        corpus = self._given(passages)
        index, options = self.index, self.settings.retrieval
        document = corpus.document if corpus else index.documents.document

        def searched(query: str) -> list[Hit]:
            return corpus.hits(query) if corpus else search(index, query, DEPTH, options, filters)

        def answered(query: str, found: Sequence[Hit]) -> Answer:
            return answer_extractively(
                analyse(query), found, document, self.vectors, self.settings.extractive
            )

        hits = [searched(asked)]
        single = parts(asked, [hit.chunk.text for hit in hits[0]])
        if len(single) > 1:
            placed = [of_source(part, searched, document) for part in single]
            single, hits = [part for part, _ in placed], [found for _, found in placed]
        retrieved = time.perf_counter()
        answers = [answered(part.question, found) for part, found in zip(single, hits, strict=True)]
        found = together(asked, single, answers)
        if asked != question.strip():
            found = _on_topic(question, asked, found, document)
        absent = found.refusal is not None and found.refusal.reason == "not_in_documents"
        if filters and absent and not corpus and _admits_nothing(index, filters):
            found = refuse(analyse(asked), "not_in_documents", message=NOTHING_ADMITTED)
        found = with_conflicts(found, interleaved(hits), document)
        found = replace(found, question=question, standalone_question=asked)
        if corpus is None:
            found = self._recheck(found)
        yield Update(stage="retrieved", answer=replace(found, sentences=(), citations=(), refusal=None))
        growing: Iterable[Answer] = [found]
        if generator:
            from rag.answering.drafts import written

            places = passages_of(interleaved(hits), document, found)
            growing = written(generator, found, places if corpus else self._standing(places), document)
        for answer in growing:
            if answer.sentences and not answer.refused:
                yield Update(stage="answering", answer=answer)
        answer = with_copies(answer, interleaved(hits), document)
        if corpus is None:
            answer = self._standing_copies(answer)
        ended = time.perf_counter()
        seconds = {"retrieve": retrieved - started, "answer": ended - retrieved, "total": ended - started}
        yield Update(stage="done", answer=replace(answer, seconds=seconds))

    def _given(self, passages: Sequence[str] | None) -> Passages | None:
        """Return the texts to answer from in place of the index, None where none are given."""
        if passages is None:
            return None
        from rag.passages import Passages

        return Passages(passages, self.index.embedder, self.settings.chunking, self.settings.retrieval)

    def search(self, query: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return up to `k` hits for `query`, best first.

        Raises:
            UsageError: the query is empty, too long, or has no word in it.
        """
        check_input(query, "检索词", MAX_QUESTION)
        if not worded(query):
            raise UsageError("检索词里只有标点符号；请输入文字后重试")
        return search(self.index, query, k, self.settings.retrieval, filters)

    def cite(self, quote: str) -> QuoteReport:
        """Return where a quote comes from and how it differs; see `rag.quotes`."""
        from rag.quotes import QuoteIndex

        self._refresh()
        return QuoteIndex(self.index).lookup(quote)

    def check(self, manuscript: Source) -> ManuscriptReport:
        """Return what each sentence of a manuscript quotes, and whether rightly; see `rag.manuscript`."""
        from rag.manuscript import check

        return check(manuscript, self.cite, self.document)

    def document(self, file: str) -> Document:
        """Return a source with its structure.

        Raises:
            KeyError: the index has no such source.
        """
        return self.index.documents.document(file)

    def article(self, chunk: Chunk) -> Article:
        """Return the article that a chunk lies in."""
        return self.document(chunk.file).pieces[chunk.article]

    def readable(self) -> bool:
        """Return whether the index is there and can be read."""
        try:
            manifest = read_manifest(self.settings.docs, self.settings.index)
            whole = manifest is not None and (self.settings.index / manifest.generation).is_dir()
            return whole and self.index.documents.count() >= 0
        except (IndexDamagedError, sqlite3.DatabaseError):
            return False

    def verify(self, places: Sequence[tuple[int, Place]]) -> list[str]:
        """Return a line in Chinese for each numbered place whose quote does not stand in its file any more."""
        return verify(self.settings.docs, places)

    def _standing(self, places: Sequence[Place]) -> tuple[Place, ...]:
        """Return the places that stand in the source files as they are now."""
        return tuple(place for place in places if not self.verify([(0, place)]))

    def _standing_copies(self, answer: Answer) -> Answer:
        """Return the answer without the other places of citations that do not stand in their files any more."""
        citations = (
            replace(c, also=tuple(place for place in c.also if not self.verify([(c.n, place)])))
            for c in answer.citations
        )
        return replace(answer, citations=tuple(citations))

    def _recheck(self, answer: Answer) -> Answer:
        """Return the answer if its quotes stand in the source files, as they are now, else a refusal."""
        places = [(citation.n, citation.place) for citation in answer.citations]
        problems = self.verify(places)
        if not problems:
            return answer
        message = f"{STALE}（{problems[0]}）；请更新索引后再问。"
        return replace(
            answer,
            sentences=(Sentence(text=message),),
            citations=(),
            refusal=Refusal(reason="not_stated", message=message),
        )


def _generator(llm: LLMOptions) -> Generator | None:
    """Return what writes an answer with the language model that is set, None where none is."""
    if not llm.base_url:
        return None
    from rag.answering.generative import Generator

    return Generator(llm)


def _understood(question: str, history: Sequence[Turn], generator: Generator | None, vectors: Vectors) -> str:
    """Return the question in its stand-alone form: the model's where there is one and it can be used, else the rule's."""
    if not history:
        return question
    from rag.answering.followup import standalone

    by_rule = standalone(question, history, vectors)
    if generator is None or screen(analyse(question)):
        return by_rule
    try:
        return generator.standalone(question, history)
    except ModelError:
        return by_rule  # shown as such; what ails the endpoint, the call for the answer tells


def _admits_nothing(index: OpenIndex, filters: Filters) -> bool:
    admitted = index.documents.select(filters)
    return admitted is not None and not len(admitted)


def _on_topic(question: str, asked: str, found: Answer, document: GetDocument) -> Answer:
    """Return what was found for a follow-up by its stand-alone form, or a refusal where that is off its topic."""
    from rag.answering.topicality import keeps_topic, off_the_question

    return (
        found if keeps_topic(analyse(question), found, document) else off_the_question(analyse(asked), found)
    )


def check_input(text: str, what: str, limit: int) -> None:
    """Refuse what is no question: nothing, or more than `limit` characters.

    Raises:
        UsageError: with a line in Chinese about `what`.
    """
    if not text.strip():
        raise UsageError(f"{what}是空的；请输入文字后重试")
    if len(text) > limit:
        raise UsageError(f"{what}有 {len(text)} 个字，超过 {limit} 字的上限；请缩短后重试")
