"""Our search as a LangChain retriever, for others to build on."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.datatypes import Hit


@runtime_checkable
class Searcher(Protocol):
    """Anything that finds chunks; an open assistant is one."""

    def search(self, query: str, k: int) -> list[Hit]:
        """Return up to `k` hits, best first."""


class YinjuRetriever(BaseRetriever):
    """Finds the chunks that fit a query.

    A document's `page_content` is the raw text of its chunk, its `id` the chunk's, and its metadata holds
    `file`, `article` (from 0 within the file), `paragraphs` (first and last), `context` (title and heading),
    `spans` (pairs of offsets into the file's text) and `score` (0 to 1).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Searcher
    k: int = 10

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [
            Document(
                id=str(hit.chunk.id),
                page_content=hit.chunk.text,
                metadata={
                    "file": hit.chunk.file,
                    "article": hit.chunk.article,
                    "paragraphs": list(hit.chunk.paragraphs),
                    "context": hit.chunk.context,
                    "spans": [[span.start, span.end] for span in hit.chunk.spans],
                    "score": hit.score,
                },
            )
            for hit in self.searcher.search(query, self.k)
        ]
