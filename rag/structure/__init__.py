"""Source to document: articles, their paragraphs and metadata, and the noise between them.

Three passes: lines are classified one by one (`lines`), then in view of their neighbours (`layout`), then
gathered into articles (`articles`). No character is lost: `account` shows where each one went.
"""

from __future__ import annotations

from rag.datatypes import Document, Source, Span


def parse(source: Source) -> Document:
    """Return the document that `source` holds: its articles and its noise, in the order of the text."""
    # Here, not above: who asks a question needs `rag.structure.people` and none of the passes.
    from rag.structure.articles import Builder
    from rag.structure.layout import label
    from rag.structure.lines import split_lines

    builder = Builder(source)
    for role, lines in label(split_lines(source), source.declared.get("title")):
        builder.add(role, lines)
    return builder.finish()


def account(document: Document) -> dict[str, int]:
    """Return how many characters, white space aside, each kind of block took, `lost` and `twice` included.

    A document that was read rightly has 0 under `lost` and under `twice`.
    """
    taken = bytearray(len(document.source.text))
    counts = dict.fromkeys(("paragraph", "heading", "metadata", "noise", "lost", "twice"), 0)

    def take(kind: str, span: Span) -> None:
        for i in range(span.start, span.end):
            if not document.source.text[i].isspace():
                counts["twice" if taken[i] else kind] += 1
                taken[i] = 1

    for article in document.articles:
        for paragraph in article.paragraphs:
            for span in paragraph.spans:
                take("paragraph", span)
        for heading in article.headings:
            take("heading", heading.span)
        for block in article.metadata:
            take("metadata", block.span)
    for block in document.noise:
        take("noise", block.span)
    counts["lost"] = sum(
        1 for i, character in enumerate(document.source.text) if not taken[i] and not character.isspace()
    )
    return counts
