"""How far a run is, told in lines: worked examples with a clock that the test moves."""

import pytest

from rag.indexing import FileReport, Reading
from rag.metering import Pace, duration, lines


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_the_pace_is_what_was_done_and_the_rest_takes_as_long_in_proportion():
    clock = Clock()
    pace = Pace(clock)
    assert (pace.rate, pace.left) == (0.0, None)
    pace.take(FileReport(file="a", status="added", chunks=300))
    pace.take(Reading(file="b", share=0.25))
    clock.now += 10
    assert (pace.seconds, pace.rate, pace.left) == (10, 30, pytest.approx(30))  # a quarter took 10 s
    assert str(pace) == "已读 25%，每秒 30 个片段，还要约 30 秒"


def test_lines_come_at_once_and_then_every_five_seconds():
    clock = Clock()
    told = []
    tell = lines(told.append, Pace(clock))
    for second in range(12):
        tell(Reading(file=f"{second}.txt", share=second / 12))
        tell(FileReport(file=f"{second}.txt", status="added", chunks=6))
        clock.now += 1
    assert told == [
        "正在读 0.txt",
        "正在读 5.txt（已读 42%，每秒 6 个片段，还要约 7 秒）",
        "正在读 10.txt（已读 83%，每秒 6 个片段，还要约 2 秒）",
    ]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.4, "0 秒"), (59.4, "59 秒"), (59.6, "1 分 0 秒"), (200, "3 分 20 秒"), (7500, "2 小时 5 分")],
)
def test_durations(seconds, told):
    assert duration(seconds) == told
