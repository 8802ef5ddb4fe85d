"""Plots as SVG that is part of the page: its fonts, and its colours in light, in dark and on paper."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from io import BytesIO
from typing import Any, NamedTuple
from unicodedata import east_asian_width

import matplotlib as mpl
from lxml import etree
from markupsafe import Markup
from matplotlib.figure import Figure

from eval.statistics import Interval

WIDTH = 4.2
"""Inches: as narrow as leaves the letters readable where the page is as wide as a phone."""
_SIZE = 9
_EM = _SIZE / 72
_TOP = 1.6
_LONGEST = 9
"""Em of a label."""

# Drawn in these colours and then given the page's, which differ in light and dark.
_INK, _MUTED, _LINE, _ACCENT, _PAPER = "#010101", "#020202", "#030303", "#040404", "#050505"
_VARIABLES = {_INK: "ink", _MUTED: "muted", _LINE: "line", _ACCENT: "accent", _PAPER: "paper"}
_LINK = "{http://www.w3.org/1999/xlink}href"
FONTS = ["Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "DejaVu Sans"]
"""Those of the reader's that have Chinese: a drawing names them and holds none."""
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "yinju",
    "font.family": "sans-serif",
    "font.sans-serif": FONTS,
    "font.size": _SIZE,
    "text.parse_math": False,
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.facecolor": "none",
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.5,
    "hatch.color": _ACCENT,
    "xtick.color": _LINE,
    "xtick.labelcolor": _MUTED,
    "ytick.color": _LINE,
    "ytick.labelcolor": _INK,
}


class Share(NamedTuple):
    """A share with its interval, and the baseline's, where there are such."""

    label: str
    right: int
    asked: int
    interval: Interval | None
    before: float | None


class Past(NamedTuple):
    """One run of the past: its share right, and whether it asked the same questions."""

    label: str
    share: float
    same: bool


def shares(rows: Sequence[Share], title: str) -> Markup:
    """Plot shares one under the other: a dot with its interval, the baseline as a ring."""
    with mpl.rc_context(_STYLE):
        left, right = max(_em(_short(row.label)) for row in rows) + 1, 10.5
        figure, axes = _axes(0.27 * len(rows) + 0.35, left=left, right=right, bottom=2.2)
        for y, row in enumerate(rows):
            share = row.right / row.asked
            if row.interval is not None:
                axes.plot(row.interval, (y, y), color=_ACCENT, linewidth=1.6, solid_capstyle="butt")
            if row.before is not None:
                axes.plot(row.before, y, "o", markersize=9, markerfacecolor="none", markeredgecolor=_INK)
            axes.plot(share, y, "o", markersize=5, color=_ACCENT)
            beside = f"{share:.1%}（{row.right}/{row.asked}）"
            axes.text(1.04, y, beside, va="center", transform=axes.get_yaxis_transform())
        axes.set_yticks(range(len(rows)), [_short(row.label) for row in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(-0.02, 1.02)
        _per_cent(axes.xaxis, (0, 0.25, 0.5, 0.75, 1))
        for tick in axes.get_xticklabels()[1::2]:
            tick.set_visible(False)
        axes.grid(axis="x")
        return _svg(figure, "shares", title)


def lengths(ratios: Sequence[float], title: str) -> Markup:
    """Plot how many answers use up which part of the length allowed, in steps of a tenth; from 200 % on as one."""
    bins = [sum(n <= 10 * ratio < n + 1 for ratio in ratios) for n in range(20)]
    bins.append(len(ratios) - sum(bins))
    # An answer that is just as long as allowed is not too long.
    exact = sum(ratio == 1 for ratio in ratios)
    bins[9], bins[10] = bins[9] + exact, bins[10] - exact
    shown = max(11, max(n for n, count in enumerate(bins) if count) + 1)
    with mpl.rc_context(_STYLE):
        figure, axes = _axes(2.1, left=3.5, right=1, bottom=4)
        for n, count in enumerate(bins[:shown]):
            over = {"color": "none", "edgecolor": _ACCENT, "hatch": "////"} if n >= 10 else {"color": _ACCENT}
            axes.bar(n + 0.5, count, width=0.86, **over)
            if count:
                _beside(axes, str(count), (n + 0.5, count), (0, 2), ha="center", va="bottom")
        axes.axvline(10, color=_INK, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.set_xlim(0, shown)
        axes.set_ylim(0, max(bins) * 1.18)
        axes.set_xticks(range(0, shown + 1, 2), [f"{10 * n}%" for n in range(0, shown + 1, 2)])
        axes.set_xlabel("回答字数占字数上限的比例")
        _beside(axes, "回答数", (0, max(bins) * 1.18), (-2, 3), ha="right", va="bottom")
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.grid(axis="y")
        return _svg(figure, "lengths", title)


def history(runs: Sequence[Past], title: str) -> Markup:
    """Plot the share right over runs, the last one with its figure; rings are runs of other questions."""
    with mpl.rc_context(_STYLE):
        figure, axes = _axes(2.2, left=4.5, right=4.5, bottom=max(_em(run.label) for run in runs) + 1)
        axes.plot([run.share for run in runs], color=_MUTED, linewidth=1)
        for x, run in enumerate(runs):
            inside = _ACCENT if run.same else _PAPER
            axes.plot(x, run.share, "o", markersize=6, markerfacecolor=inside, markeredgecolor=_ACCENT)
        _beside(axes, f"{runs[-1].share:.1%}", (len(runs) - 1, runs[-1].share), (8, 0), va="center")
        # There is room for so many labels; the last one, this run's, is always told.
        told = range(len(runs))[::-1][:: -(-len(runs) // 15)]
        labels = [runs[n].label for n in told]
        axes.set_xticks(told, labels, rotation=90, rotation_mode="anchor", ha="right", va="center")
        axes.set_xlim(-0.5, len(runs) - 0.5)
        low, high = min(run.share for run in runs), max(run.share for run in runs)
        steps = range(int(max(low - 0.05, 0) * 10), min(int((high + 0.05) * 10) + 1, 10) + 1)
        _per_cent(axes.yaxis, [step / 10 for step in steps])
        axes.set_ylim(steps[0] / 10 - 0.01, steps[-1] / 10 + 0.01)
        axes.grid(axis="y")
        return _svg(figure, "history", title)


def _axes(height: float, *, left: float, right: float, bottom: float) -> tuple[Figure, Any]:
    """Return a figure whose axes are `height` inches high; the margins are in em, whatever font is at hand."""
    whole = height + (bottom + _TOP) * _EM
    figure = Figure(figsize=(WIDTH, whole), facecolor="none")
    axes = figure.add_axes(
        (
            left * _EM / WIDTH,
            bottom * _EM / whole,
            1 - (left + right) * _EM / WIDTH,
            height / whole,
        )
    )
    return figure, axes


def _em(text: str) -> float:
    """Return the width of a text: a Chinese character is as wide as it is high, others about half."""
    return sum(1 if east_asian_width(character) in "WF" else 0.6 for character in text)


def _short(label: str) -> str:
    """Return a label cut where it would leave no room for the plot."""
    if _em(label) <= _LONGEST:
        return label
    return label[: sum(_em(label[:end]) < _LONGEST for end in range(1, len(label) + 1))] + "…"


def _beside(axes: Any, text: str, at: tuple[float, float], offset: tuple[float, float], **how: str) -> None:  # noqa: ANN401
    """Write beside a point, so many units of the drawing away."""
    axes.annotate(text, at, xytext=offset, textcoords="offset points", annotation_clip=False, **how)


def _per_cent(axis: Any, ticks: Sequence[float]) -> None:  # noqa: ANN401 - matplotlib is not followed
    axis.set_ticks(ticks, [f"{tick:.0%}" for tick in ticks])


def _svg(figure: Figure, name: str, title: str) -> Markup:
    """Return a figure as an SVG element that can stand in a page with others."""
    buffer = BytesIO()
    unsaid = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with warnings.catch_warnings():
        # The reader's fonts are used; where this machine has no Chinese font, nothing is lost.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(buffer, format="svg", metadata=unsaid)
    root = etree.fromstring(buffer.getvalue())
    etree.strip_elements(root, "{*}style", "{*}metadata")
    for key in ("width", "height", "version"):
        del root.attrib[key]
    _rename(root, name)
    root.attrib.update({"role": "img", "aria-label": title})
    # lxml has escaped every text.
    return Markup(etree.tostring(root, encoding="unicode"))


def _rename(root: Any, name: str) -> None:  # noqa: ANN401 - lxml has no types
    """Give the drawing the page's font and colours, and ids of its own where it refers to them."""
    for element in root.iter():
        if _LINK in element.attrib:
            element.attrib["href"] = element.attrib.pop(_LINK)
        for key, value in element.attrib.items():
            value = re.sub(r"font-family: [^;]*; ", "", value)
            value = re.sub("#0[1-5]0[1-5]0[1-5]", lambda colour: f"var(--{_VARIABLES[colour[0]]})", value)
            value = re.sub(r"^#|(?<=url\()#", f"#{name}-", value)
            element.attrib[key] = f"{name}-{value}" if key == "id" else value
    text = etree.tostring(root, encoding="unicode")
    for element in root.iterfind(".//*[@id]"):
        if f"#{element.attrib['id']}" not in text:
            del element.attrib["id"]
    etree.cleanup_namespaces(root)
