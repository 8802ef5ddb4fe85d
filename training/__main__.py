"""Makes everything in `rag/models` anew, each thing from those before it; run it with nothing else on the machine.

What is printed rather than written are constants: the weights of expanded queries (`rag.expansion`), of the dense
list (`rag.retrieval`), of near-duplicates (`rag.near_duplicates`) and of follow-ups (`rag.answering.topicality`)
stand in the code, and what a stage prints is to be compared with them before the next is run, since the ranker
learns from hits that they order.

Run: python -m training DATA_DIR [--from STAGE]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

STAGES = (
    "tokens",
    "idf",
    "embedder",
    "fit_expansion",
    "fit_fusion",
    "fit_near_duplicates",
    "fit_ranker",
    "fit_answering",
    "fit_followup",
    "fit_listing",
    "fit_restatement",
)


def main() -> None:
    """Run the stages, each in a process of its own; the first that fails ends it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the folder of training sets")
    parser.add_argument(
        "--from", dest="first", choices=STAGES, default=STAGES[0], help="begin with this stage"
    )
    arguments = parser.parse_args()
    for stage in STAGES[STAGES.index(arguments.first) :]:
        print(f"== {stage}", flush=True)
        subprocess.run([sys.executable, "-m", f"training.{stage}", str(arguments.data)], check=True)


if __name__ == "__main__":
    main()
