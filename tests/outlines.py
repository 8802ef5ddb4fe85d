"""What the readers' tests look at: the parts of a source as values, and that its marks tile its text."""

from rag.datatypes import cut


def outline(source):
    """Return (kind, level, pieces) for each mark, the pieces joined by a bar where there are several."""
    return [
        (mark.kind, mark.level, "|".join(source.text[span.start : span.end] for span in mark.spans))
        for mark in source.marks
    ]


def texts(source, *kinds):
    """Return the texts of the marks of these kinds, as a quote of the whole would read."""
    return [cut(source.text, mark.spans) for mark in source.marks if mark.kind in kinds]


def assert_tiled(source):
    """Every character that is not white space is in one mark, in order; no span reaches over a line's end."""
    covered = [0] * len(source.text)
    for mark in source.marks:
        assert mark.spans
        assert (mark.level > 0) == (mark.kind == "heading")
        starts = [span.start for span in mark.spans]
        assert starts == sorted(starts)
        for span in mark.spans:
            assert len(source.text[span.start : span.end].splitlines()) == 1
            for i in range(span.start, span.end):
                covered[i] += 1
    assert [mark.spans[0].start for mark in source.marks] == sorted(
        mark.spans[0].start for mark in source.marks
    )
    assert max(covered, default=0) <= 1
    lost = [c for c, count in zip(source.text, covered, strict=True) if not count and not c.isspace()]
    assert lost == []
    ends = [0, *(page.end for page in source.pages)]
    assert [page.start for page in source.pages] == ends[: len(source.pages)]
    assert not source.pages or ends[-1] == len(source.text)
