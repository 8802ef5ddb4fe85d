"""The start bench: what it counts, what it tells, and that what fails is not timed."""

import sys
from pathlib import Path

import pytest
from rich.console import Console

from bench.start.command import _table
from bench.start.timing import Start, Took, run, starts
from rag.errors import UsageError


def test_programs_are_started_in_turns_and_the_first_round_is_not_counted():
    started = []

    def program(name, walls):
        left = iter(walls)

        def start():
            started.append(name)
            wall = next(left)
            return Took(wall=wall, cpu=wall / 2)

        return start

    found = starts({"甲": program("甲", [90, 3, 1, 2]), "乙": program("乙", [80, 5, 7, 6])}, 3, {"乙": 5.5})
    assert started == ["甲", "乙"] * 4
    assert found == (
        Start(name="甲", median=2, fastest=1, cpu=1),
        Start(name="乙", median=6, fastest=5, cpu=3, aim=5.5),
    )


def test_a_program_is_run_to_its_end(tmp_path):
    code = "import time, pathlib; time.sleep(0.3); pathlib.Path('done').touch()"
    took = run([sys.executable, "-c", code], tmp_path)
    assert (tmp_path / "done").exists()
    assert took.wall >= 0.3
    assert 0 < took.cpu < took.wall


def test_what_fails_is_not_timed():
    with pytest.raises(UsageError, match=r"没能运行 .*：坏了"):
        run([sys.executable, "-c", "import sys; sys.exit('坏了')"], Path.cwd())


def test_the_table_says_whether_the_aim_is_reached():
    console = Console(width=80)
    with console.capture() as shown:
        console.print(
            _table(
                [
                    Start(name="ask", median=0.81, fastest=0.7, cpu=0.6, aim=0.8),
                    Start(name="cite", median=0.79, fastest=0.7, cpu=0.6, aim=0.8),
                    Start(name="pass", median=0.02, fastest=0.01, cpu=0.01),
                ],
                5,
            )
        )
    rows = {row[0]: row[1:] for line in shown.get().splitlines() if (row := line.split())}
    assert rows["ask"] == ["0.81", "0.70", "0.60", "≤", "0.8，没到"]
    assert rows["cite"] == ["0.79", "0.70", "0.60", "≤", "0.8"]
    assert rows["pass"] == ["0.02", "0.01", "0.01"]
