"""Who is served next: visitors take turns, in threads as the page has them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from rag.errors import BusyError
from rag.web.turns import Turns

PATIENCE = 10.0


def in_order(turns: Turns, visitors: str) -> list[str]:
    """Return the order in which visitors are served who come, one after the other, while somebody is served.

    `visitors` has a letter for each question; each is asked in a thread of its own.
    """
    served: list[str] = []
    threads = []
    with turns.of("first") as waiting:
        assert list(waiting) == []
        for visitor in visitors:
            queued = threading.Event()
            threads.append(threading.Thread(target=ask, args=(turns, visitor, queued.set, served.append)))
            threads[-1].start()
            assert queued.wait(PATIENCE)
    for thread in threads:
        thread.join(PATIENCE)
    return served


def ask(turns: Turns, visitor: str, queued: Callable[[], None], served: Callable[[str], None]) -> None:
    with turns.of(visitor) as waiting:
        queued()
        for _ in waiting:
            pass
        served(visitor)


@pytest.mark.parametrize(
    ("come", "order"),
    [
        ("aaaa", "aaaa"),
        ("aaaab", "abaaa"),
        ("aaabbc", "abcaba"),
        ("abcabc", "abcabc"),
        ("abbbbbba", "abab" + "bbbb"),
    ],
)
def test_visitors_take_turns(come: str, order: str) -> None:
    assert "".join(in_order(Turns(lambda: 1), come)) == order


def test_whoever_comes_back_comes_last() -> None:
    turns = Turns(lambda: 1)
    with turns.of("first"), ExitStack() as stack:
        one = stack.enter_context(turns.of("a"))
        stack.enter_context(turns.of("b"))
        again = stack.enter_context(turns.of("a"))
        assert (next(one), next(again)) == (0, 2)


def test_one_is_told_how_many_are_before() -> None:
    turns = Turns(lambda: 2)
    with ExitStack() as stack:
        served = [stack.enter_context(turns.of("a")) for _ in range(2)]
        assert [list(waiting) for waiting in served] == [[], []]
        queued = [stack.enter_context(turns.of(visitor)) for visitor in "aaab"]
        assert [next(waiting) for waiting in queued] == [0, 2, 3, 1]


def test_a_place_given_up_and_a_turn_that_failed_go_to_the_next() -> None:
    turns = Turns(lambda: 1)
    with turns.of("c") as last, ExitStack() as stack:
        assert list(last) == []
        with turns.of("a") as given_up:
            assert next(given_up) == 0
            behind = stack.enter_context(turns.of("b"))
            assert next(behind) == 1
        assert next(behind) == 0
    with pytest.raises(ZeroDivisionError), turns.of("d") as waiting:
        assert list(waiting) == []
        raise ZeroDivisionError
    with turns.of("e") as waiting:
        assert list(waiting) == []


def test_no_more_wait_than_may() -> None:
    turns = Turns(lambda: 1, waiting=3, each=2)
    with turns.of("a"), ExitStack() as stack:
        for visitor in "aa":
            stack.enter_context(turns.of(visitor))
        with pytest.raises(BusyError, match=r"^您已有 2 个问题在等"):
            stack.enter_context(turns.of("a"))
        stack.enter_context(turns.of("b"))
        with pytest.raises(BusyError, match=r"^现在提问的人太多，已有 3 个在等"):
            stack.enter_context(turns.of("c"))


def test_so_many_are_served_at_once_and_no_more() -> None:
    turns = Turns(lambda: 3, each=20)
    counting = threading.Lock()
    now, most = 0, 0
    together = threading.Barrier(3)

    def serve(visitor: str) -> None:
        nonlocal now, most
        with turns.of(visitor) as waiting:
            for _ in waiting:
                pass
            with counting:
                now += 1
                most = max(most, now)
            together.wait(PATIENCE)
            with counting:
                now -= 1
            together.wait(PATIENCE)

    threads = [threading.Thread(target=serve, args=(visitor,)) for visitor in "aaaabbbbcccc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert (now, most) == (0, 3)


def test_more_are_served_once_more_may_be():
    most = [1]
    turns = Turns(lambda: most[0])
    with turns.of("甲") as first, turns.of("乙") as second:
        assert list(first) == []
        assert next(second) == 0
        most[0] = 2
        with turns.of("丙"):
            assert list(second) == []
