"""Characters that stand for others in PDFs and old Word files: each is replaced by one that reads the same."""

from __future__ import annotations

import unicodedata

# CJK Radicals Supplement, from U+2E80: fonts of some PDF printers map the common character to the radical.
_RADICALS = dict(
    zip(
        "⺁⺅⺈⺊⺋⺒⺓⺕⺗⺙⺝⺟⺠⺡⺢⺣⺤⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺲⺶⺹⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "厂亻刀卜卩巳幺彐心攵月母民氵氺灬爪牛犭王疋目示礻竹糹纟罒羊老肉臼艹艹艹虎衤覀西见角讠贝足车辶辶辶阝钅長长门阝雨青韦页风飞食飠飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙亀龜龟",
        strict=True,
    )
)
# Symbol fonts keep their glyphs in the private use area; the second half is the glyph's place in Wingdings.
_SYMBOLS = {
    0x6C: "●",
    0x6E: "■",
    0x6F: "□",
    0x71: "□",
    0x75: "◆",
    0x76: "❖",
    0x9F: "•",
    0xA7: "▪",
    0xA8: "□",
    0xB7: "·",
    0xD8: "➢",
    0xE0: "→",
    0xE8: "→",
    0xFC: "✓",
    0xFE: "☑",
}

MEND = str.maketrans(
    {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    | _RADICALS
    | {chr(0xF000 + code): glyph for code, glyph in _SYMBOLS.items()}
    | {"\ue5e5": "\u3000"}  # the full-width space of GBK, which GB18030 leaves in the private use area
)
"""For `str.translate`: radicals, symbol fonts, the full-width space of GBK. One character for one."""


def symbol(code: int) -> str:
    """Return the character for a glyph of a symbol font; one that is not known stays in the private use area."""
    return chr(0xF000 + (code & 0xFF)).translate(MEND)
