"""`python -m bench`: the measurements, one command each."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from bench.crashes.command import crashes
from bench.page.command import page
from bench.peers.command import peers
from bench.quotes.command import quotes
from bench.reporting.command import results
from bench.retrieval.command import retrieval
from bench.scale.command import scale
from bench.start.command import start
from bench.stores.command import stores
from eval.shell import called

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def bench() -> None:
    """对照测量：本程序与它要胜过的做法，在同样的数据上。"""


app.command()(retrieval)
app.command()(quotes)
app.command()(page)
app.command()(peers)
app.command()(scale)
app.command()(start)
app.command()(crashes)
app.command()(stores)
app.command()(results)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0, 2 on bad usage or bad data, 130 when interrupted."""
    return called(app, "python -m bench", arguments)


if __name__ == "__main__":
    sys.exit(main())
