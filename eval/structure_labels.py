"""Hand-made labels of structure: what a careful reader takes for paragraphs, headings, titles and the rest.

`structure.jsonl` has one document a line: `set` (`docs_src`, or a file of a data folder without its suffix),
`id`, `split` (`dev`: the parser was improved by looking at it; `heldout`: it was not), `field` (where its text
stands in the data row), `kind`, `sha256` and `characters` of the text, `title` ([start, end] or null), where a reader can tell them `articles`, and `blocks`: [kind, start, end, start, end, …],
one pair for each piece of a block that something else interrupts. Offsets count code points; the blocks are in
order and cover every character that is not white space. Only offsets are kept: the texts of other sets are
not ours to pass on, so they are measured where the data folder is at hand. How they were labelled stands in
`eval/README.md`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.dataset import DatasetError
from rag.datatypes import Span

KINDS = ("paragraph", "heading", "title", "metadata", "noise")
SPLITS = ("dev", "heldout")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledArticle:
    """One article as the reader sees it, from its first to its last line."""

    span: Span
    title: Span | None
    date: str | None
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One document as the reader sees it; `blocks` are (kind, pieces)."""

    set: str
    id: str
    split: str
    field: str
    kind: str
    sha256: str
    characters: int
    title: Span | None
    articles: tuple[LabelledArticle, ...]
    blocks: tuple[tuple[str, tuple[Span, ...]], ...]

    def pieces(self, kind: str) -> list[tuple[Span, ...]]:
        """Return the blocks of one kind."""
        return [spans for name, spans in self.blocks if name == kind]


def load_labels(path: Path) -> tuple[Label, ...]:
    """Return the labels of a JSONL file, in its order.

    Raises:
        DatasetError: a line is not a label, its blocks are out of order, its split is unknown, or an id stands twice in a set.
    """
    labels: dict[tuple[str, str], Label] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path.name} 第 {number} 行"
        try:
            label = _label(json.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(f"{where}的字段不对：{error!r}") from error
        if labels.setdefault((label.set, label.id), label) is not label:
            raise DatasetError(f"{where}：{label.set} 的 {label.id} 重复")
    return tuple(labels.values())


def _label(entry: Mapping[str, Any]) -> Label:
    blocks = tuple(
        (kind, tuple(_spans(zip(offsets[::2], offsets[1::2], strict=True))))
        for kind, *offsets in entry["blocks"]
    )
    starts = [spans[0].start for _, spans in blocks]
    if starts != sorted(starts) or any(kind not in KINDS for kind, _ in blocks):
        raise ValueError("blocks")
    if entry["split"] not in SPLITS:
        raise ValueError("split")
    return Label(
        **{key: entry[key] for key in ("set", "id", "split", "kind", "sha256", "characters")},
        field=entry.get("field", "text"),
        title=_span(entry["title"]),
        articles=tuple(
            LabelledArticle(
                span=Span(start=article["start"], end=article["end"]),
                title=_span(article["title"]),
                date=article["date"],
                authors=tuple(article["authors"]),
            )
            for article in entry.get("articles", [])
        ),
        blocks=blocks,
    )


def _span(pair: Sequence[int] | None) -> Span | None:
    return next(_spans([pair])) if pair else None


def _spans(pairs: Iterable[Sequence[int]]) -> Iterator[Span]:
    return (Span(start=start, end=end) for start, end in pairs)


def faults(label: Label, text: str) -> list[str]:
    """Say why a label does not fit a text: another text, or blocks that miss or double a character."""
    if hashlib.sha256(text.encode()).hexdigest() != label.sha256 or len(text) != label.characters:
        return ["文本与标注时不同"]
    times = [0] * len(text)
    for _, spans in label.blocks:
        for offset in (offset for span in spans for offset in range(span.start, span.end)):
            times[offset] += 1
    wrong = [offset for offset, n in enumerate(times) if n > 1 or (n == 0 and not text[offset].isspace())]
    return [f"标注没有恰好一次盖住第 {offset} 个字符" for offset in wrong[:1]]
