"""Makes rag/models/traditional.txt: traditional characters and their simplified forms, one pair a line.

The pairs are OpenCC's (Apache-2.0) character conversions, asked for one character at a time so that no
phrase rule interferes; the file is what `rag.text.fold` needs of it. Run: pip install opencc;
python -m training.fold_table
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import opencc  # type: ignore[import-not-found]

TARGET = Path(__file__).parent.parent / "rag" / "models" / "traditional.txt"


def main() -> None:
    """Write the table."""
    converter = opencc.OpenCC("t2s")
    pairs = []
    for code in range(0x3400, 0x323B0):
        character = chr(code)
        if unicodedata.category(character) != "Lo":
            continue
        simplified = converter.convert(character)
        if simplified != character and len(simplified) == 1:
            pairs.append(character + simplified)
    TARGET.write_text("\n".join(pairs) + "\n", encoding="utf-8")
    print(f"{len(pairs)} pairs -> {TARGET}")


if __name__ == "__main__":
    main()
