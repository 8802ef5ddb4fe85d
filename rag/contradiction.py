"""What a sentence says that its source does not, or says otherwise.

Figures, dates, names and terms must stand in the source, in the same place of the sentence; negations,
directions, comparisons and duties must not be turned round.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.aliases import aliases
from rag.attribution import misattributed
from rag.causes import unfounded
from rag.claims import LOOSER, Item, displaced, items
from rag.datatypes import Place
from rag.numerals import chinese_numeral, chinese_value
from rag.overstatement import overstated
from rag.polarity import turned
from rag.substitution import substituted
from rag.text import fold

_SHARES = frozenset(("%", "‰", "百分点"))


def _fits(ours: Item, theirs: Item, wide: str, dates: Sequence[str | None]) -> bool:
    """Whether a number or a date of the evidence states that of the sentence.

    What a date of the evidence leaves open (the year, the month) may be that of its article.
    """
    if ours.kind == "number":
        (value, unit), (other, other_unit) = ours.key, theirs.key
        comparable = unit == other_unit or ("" in (unit, other_unit) and not {unit, other_unit} & _SHARES)
        bound = ours.bound == theirs.bound or (ours.bound, theirs.bound) in LOOSER
        change = not (ours.change and theirs.change) or ours.change == theirs.change
        return value == other and comparable and bound and change
    known = [date.split("-") for date in dates if date]
    for part, (mine, other) in enumerate(zip(ours.key, theirs.key, strict=True)):
        if mine is None or mine == other:
            continue
        open_part = other is None and part < 2
        if not open_part or not (
            (part == 0 and f"{mine}年" in wide) or any(int(date[part]) == mine for date in known)
        ):
            return False
    return True


def _dated(item: Item, ground: Sequence[Item], wide: str, dates: Sequence[str | None]) -> bool:
    """Whether a date that no date of the run states is that of the piece, or a year named around the run.

    A date of which a part is left open counts so only where no date of the run says otherwise.
    """
    known = [tuple(map(int, date.split("-"))) for date in dates if date]
    if item.key in known:
        return True
    for other in ground:
        stated = zip(item.key, other.key, strict=True) if other.kind == "date" else ()
        if any(ours is not None and theirs is not None and ours != theirs for ours, theirs in stated):
            return False
    if any(all(p in (None, q) for p, q in zip(item.key, date, strict=False)) for date in known):
        return True
    return item.key[1:] == (None, None) and f"{item.key[0]}年" in wide


def is_named(name: str, text: str) -> bool:
    """Return whether a name, or a longer or shorter form of it (科技部, 科学技术部), stands in `text`."""
    if name in text:
        return True
    if len(name) < 3:
        return False
    longer = "[\u4e00-\u9fff]{0,3}".join(map(re.escape, name))
    shorter = name[0] + "".join(f"{c}?" for c in map(re.escape, name[1:-1])) + name[-1]
    found = re.search(longer, text) or re.search(shorter, text)
    return found is not None and len(found.group()) > 2


def _quoteless(text: str) -> str:
    return re.sub(r"[\s\"'《》()\[\]〔〕【】]", "", text)


def _literal(item: Item, wide: str) -> bool:
    """Whether a name, a quoted term, an abbreviation or an ordinal stands in the evidence."""
    wanted = str(item.key[0])
    if item.kind.startswith("name"):
        return any(is_named(form, wide) for form in aliases().get(wanted, (wanted,)))
    if item.kind == "latin":
        return re.search(rf"(?<![a-z0-9]){re.escape(wanted)}(?![a-z0-9])", wide) is not None
    if item.kind == "numeral" and wanted[0] == "第":
        forms = f"{wanted}|{_other_script(wanted)}"
        return re.search(rf"(?:{forms})(?![\d十百])", wide) is not None
    return _quoteless(wanted) in _quoteless(wide)


def _other_script(ordinal: str) -> str:
    """Return 第12 for 第十二, and the other way round."""
    numeral = ordinal[1:]
    return "第" + (chinese_numeral(int(numeral)) if numeral.isdigit() else f"{chinese_value(numeral):f}")


@lru_cache(maxsize=1024)
def stated(place: Place) -> str:
    """Return what a place says of itself, folded: article, speaker, outlet, date."""
    return fold("\n".join(part for part in (place.article, place.speaker, place.outlet, place.date) if part))


@lru_cache(maxsize=1024)
def surroundings(place: Place) -> str:
    """Return the folded passage with what its place says of itself."""
    return f"{stated(place)}\n{fold(place.quote)}"


def contradictions(claim: str, claimed: Sequence[Item], ground: str, places: Sequence[Place]) -> list[str]:
    """Return the words of a sentence that its source does not state, or states otherwise; none if it is true.

    Args:
        claim: the folded sentence.
        claimed: what can be checked in it.
        ground: the raw text of the sentences that should support it.
        places: the passages that they are from. A name may be that of the article, the speaker or the outlet,
            what a date leaves open may be that of the article, a quoted term may stand anywhere in a passage.
    """
    theirs, folded = items(ground), fold(ground)
    wide = "\n".join(map(surroundings, places))
    near = "\n".join([folded, *map(stated, places)])
    dates = [place.date for place in places]
    missing = []
    for item in claimed:
        alike = [other for other in theirs if other.kind == item.kind]
        if item.kind == "number":
            alike = [other for other in alike if other.key[1] == item.key[1]] or alike
        if item.kind in ("number", "date"):
            own = [other.span for other in alike if _fits(item, other, wide, dates)]
            stands = bool(own) or (item.kind == "date" and _dated(item, theirs, wide, dates))
        else:
            own = [other.span for other in alike if other.key == item.key]
            stands = _literal(item, near if item.kind.startswith("name") else wide)
        others = [other.span for other in claimed if other.kind == item.kind]
        rivals = [other.span for other in alike]
        if not stands or (own and displaced((claim, item.span, others), (folded, rivals), own)):
            missing.append(claim[item.span.start : item.span.end])
    missing += turned(claim, folded, wide) + overstated(claim, folded, wide)
    return (
        missing
        or substituted(claim, folded)
        or unfounded(claim, folded)
        or misattributed(claim, folded, "\n".join(map(stated, places)))
    )
