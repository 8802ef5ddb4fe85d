"""The chain of shared stretches, and what an alignment can equate at most, against plain ways to work them out."""

import math
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.quoting.alignment import LEAP, Block, chain, in_common, operations
from rag.quoting.shared import Shared

ARTICLE = 60
# Of blocks on one diagonal no two end alike, so that a trimmed one tells which it was.
BLOCKS = st.lists(
    st.builds(
        lambda quote, article, offset, length: Block(
            quote=quote, source=article * ARTICLE + offset, length=length
        ),
        st.integers(0, 60),
        st.integers(0, 4),
        st.integers(0, 48),
        st.integers(2, 12),
    ),
    min_size=1,
    max_size=150,
    unique_by=lambda block: (block.source - block.quote, block.quote + block.length),
)


def home(block):
    return block.source // ARTICLE


def step(before, block):
    """Return what `block` adds behind `before`, None where it adds nothing."""
    gap = block.quote - before.quote - before.length
    shift = block.source - before.source - before.length
    near = home(before) == home(block) and before.source < block.source
    overlap = max(0, -gap, -shift) if near else max(0, -gap)
    if overlap >= block.length or before.quote == block.quote:
        return None
    far = 0.05 * max(gap, shift, 0) + 0.5 * math.log2(1 + abs(shift - gap))
    return block.length - overlap - (min(far, LEAP) if near else LEAP)


def gain(blocks):
    """Return how much of the quote the best sequence of blocks explains."""
    ordered = sorted(blocks)
    best = []
    for j, block in enumerate(ordered):
        steps = [best[i] + added for i in range(j) if (added := step(ordered[i], block)) is not None]
        best.append(max([block.length, *steps]))
    return max(best)


@settings(max_examples=60, deadline=None)
@given(BLOCKS)
def test_no_sequence_of_blocks_explains_more_than_the_chain(blocks):
    found = chain(blocks, [home(block) for block in blocks])
    # Trimming takes off each block what overlaps, which the steps have paid for.
    ends = {(block.source - block.quote, block.quote + block.length): block for block in blocks}
    whole = [ends[block.source - block.quote, block.quote + block.length] for block in found]
    explained = found[0].length
    for before, block in pairwise(whole):
        explained += step(before, block)
    assert math.isclose(explained, gain(blocks), abs_tol=1e-6)


@given(st.text(alphabet="科技创新", max_size=30), st.text(alphabet="科技创新", max_size=30))
def test_an_alignment_equates_no_more_than_two_keys_have_in_common(quote, source):
    same = sum(e.src_end - e.src_start for e in operations(quote, source) if e.tag == "equal")
    assert same <= in_common(quote, source) <= min(len(quote), len(source))


@given(
    st.text(alphabet="科技创", min_size=2, max_size=12), st.text(alphabet="科技创", min_size=2, max_size=40)
)
def test_shared_stretches_are_as_long_as_they_can_be(quote, source):
    expected = set()
    for i in range(len(quote) - 1):
        for j in range(len(source) - 1):
            begins = i == 0 or j == 0 or quote[i - 1] != source[j - 1]
            length = 0
            while (
                quote[i : i + length + 1] == source[j : j + length + 1]
                and i + length < len(quote)
                and j + length < len(source)
            ):
                length += 1
            if begins and length >= 2:
                expected.add(Block(quote=i, source=j, length=length))
    assert set(Shared(quote, source).blocks([(0, len(source))], 2)) == expected
