"""Makes rag/models/idf.tsv: in how many of a large number of passages each word stands.

Five documents are too few to tell an informative word from a common one. The counts are over news,
laws and reports; only the counts are kept. Run: python -m training.idf DATA_DIR
"""

from __future__ import annotations

import json
import lzma
import sys
from collections import Counter
from pathlib import Path

from rag.words import words

TARGET = Path(__file__).parent.parent / "rag" / "models" / "idf.tsv"
SETS = ("train/crud_docs/docs", "train/xwlb/docs", "train/laws/docs", "train/gov_reports/docs")
PASSAGE = 300
"""Characters: about the size of the chunks that the counts are used for."""
KEEP = 40_000
"""Words kept, the commonest first; rarer ones are all treated as seen once."""


def main(data: Path) -> None:
    """Count and write: the first line is the number of passages, then `word<TAB>count` by count."""
    counts: Counter[str] = Counter()
    total = 0
    for name in SETS:
        with lzma.open(data / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)["text"]
                for start in range(0, min(len(text), 20 * PASSAGE), PASSAGE):
                    counts.update(
                        {word for word, _ in words(text[start : start + PASSAGE]) if not word[0].isdigit()}
                    )
                    total += 1
    rows = "".join(f"{word}\t{count}\n" for word, count in counts.most_common(KEEP))
    TARGET.write_text(f"{total}\n{rows}", encoding="utf-8")
    print(f"{total} passages, {len(counts)} words, {KEEP} kept -> {TARGET}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
