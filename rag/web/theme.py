"""How the page looks: a quiet Gradio theme, the style sheet, and the scripts, read from `static/`."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

_STATIC = Path(__file__).parent / "static"
_FONTS = ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "system-ui", "sans-serif")
_PINE = (
    "#eef5f3",
    "#d8e9e5",
    "#b3d3cc",
    "#85b6ac",
    "#579588",
    "#39796c",
    "#2b6156",
    "#244f47",
    "#1f403a",
    "#1a3530",
    "#0d1f1c",
)
_INK = (
    "#faf9f6",
    "#f3f1ec",
    "#e6e3db",
    "#d0ccc2",
    "#a09c92",
    "#747169",
    "#58554f",
    "#43413c",
    "#2b2a27",
    "#1e1d1b",
    "#141312",
)


def theme() -> gr.themes.Base:
    """Return the theme: ink on paper, one accent, the system's own Chinese fonts."""
    return gr.themes.Base(
        primary_hue=gr.themes.Color(*_PINE),
        secondary_hue=gr.themes.Color(*_PINE),
        neutral_hue=gr.themes.Color(*_INK),
        font=_FONTS,
        font_mono=("ui-monospace", "monospace"),
        radius_size=gr.themes.sizes.radius_md,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_border_width="0px",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
    )


def static(name: str) -> str:
    """Return the text of a file in `static/`."""
    return (_STATIC / name).read_text(encoding="utf-8")


def style() -> str:
    """Return the style sheet of the page: every sheet in `static/` but that of the report that stands alone."""
    sheets = [
        "colours.css",
        *sorted({path.name for path in _STATIC.glob("*.css")} - {"colours.css", "sheet.css"}),
    ]
    return "".join(map(static, sheets))


def head() -> str:
    """Return what goes into the page's `<head>`: the click listener."""
    return f"<script>{static('page.js')}</script>"
