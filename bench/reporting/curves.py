"""How costs grow with the corpus, drawn: a line a system, both axes logarithmic."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure

from eval.report.plots import FONTS

Curve = Sequence[tuple[float, float]]
"""Points: passages, and what they cost."""

# Okabe and Ito's colours, which the colour-blind tell apart; the marks tell the systems apart in print.
_LOOKS = (
    ("#D55E00", "o"),
    ("#0072B2", "s"),
    ("#009E73", "^"),
    ("#CC79A7", "D"),
    ("#56B4E9", "v"),
    ("#E69F00", "P"),
)
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "yinju",
    "font.family": "sans-serif",
    "font.sans-serif": FONTS,
    "font.size": 10,
    "text.parse_math": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
}
_SIZE = (6.0, 3.8)
"""Inches."""


class Plot(NamedTuple):
    """A plot: the name of its file, what it shows, the unit of the upright axis, and a curve by system."""

    name: str
    title: str
    unit: str
    curves: Mapping[str, Curve]


def svg(plot: Plot) -> bytes:
    """Return a plot as an SVG file: dark on white, in the reader's fonts, the same for the same figures."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=_SIZE, facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        for (system, curve), (colour, mark) in zip(plot.curves.items(), _LOOKS, strict=False):
            chunks, costs = zip(*sorted(curve), strict=True)
            axes.plot(chunks, costs, color=colour, marker=mark, markersize=5, linewidth=1.6, label=system)
        axes.set_xscale("log")
        axes.set_yscale("log")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _: written(value))
            axis.set_minor_formatter(lambda *_: "")
        axes.set_title(plot.title, fontsize=11, loc="left")
        axes.set_xlabel("段落数")
        axes.set_ylabel(plot.unit)
        axes.legend(frameon=False, fontsize=9)
        return _saved(figure)


def written(value: float) -> str:
    """Return a number of an axis as it is written in Chinese: 0.1, 10, 1000, 1万, 100万."""
    return f"{value / 10_000:g}万" if value >= 10_000 else f"{value:g}"


def _saved(figure: Figure) -> bytes:
    buffer = BytesIO()
    with warnings.catch_warnings():
        # The reader's fonts are used; where this machine has no Chinese font, nothing is lost.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return buffer.getvalue()
