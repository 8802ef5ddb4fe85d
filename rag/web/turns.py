"""Who is served next when more ask than are served at once: visitors take turns."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rag.errors import BusyError

AT_ONCE = 8
"""So many are served at once where a language model is waited for; each holds a thread meanwhile."""
WAITING = 24
"""So many wait, each in a thread of its own: with those being served, fewer than the 40 threads of the page."""
EACH = 8
"""So many of them at most are one visitor's."""


class Turns:
    """Serves so many at once, and lets visitors take turns while more ask: one of each, then the next of each.

    To be used from many threads:

        with turns.of(visitor) as waiting:
            for ahead in waiting:
                ...  # so many are served before
            ...  # the turn has come, and lasts until the block is left
    """

    def __init__(self, at_once: Callable[[], int], waiting: int = WAITING, each: int = EACH) -> None:
        """Make the queue.

        Args:
            at_once: returns how many are served at once, which may change.
            waiting: how many wait at most.
            each: how many of them are one visitor's at most.
        """
        self._at_once = at_once
        self._served = 0
        self._waiting = waiting
        self._each = each
        # Whoever comes first in the order of the keys is served next.
        self._queues: OrderedDict[str, deque[object]] = OrderedDict()
        self._changed = threading.Condition()

    @contextmanager
    def of(self, visitor: str) -> Iterator[Iterator[int]]:
        """Take a place in the queue; give an iterator that ends when the turn has come, and the turn back at the end.

        The iterator yields, at first and whenever that changes, how many are served before. It has to be used up.

        Args:
            visitor: whose question it is: what sets one visitor off from another.

        Raises:
            BusyError: too many wait, or too many of this visitor's.
        """
        ticket = self._enter(visitor)
        try:
            yield self._wait(visitor, ticket)
        finally:
            self._leave(visitor, ticket)

    def _enter(self, visitor: str) -> object:
        with self._changed:
            if len(self._queues.get(visitor, ())) >= self._each:
                raise BusyError(f"您已有 {self._each} 个问题在等；请等答出一些再问")
            if sum(map(len, self._queues.values())) >= self._waiting:
                raise BusyError(f"现在提问的人太多，已有 {self._waiting} 个在等；请过一会儿再试")
            ticket = object()
            self._queues.setdefault(visitor, deque()).append(ticket)
            self._serve()
            return ticket

    def _wait(self, visitor: str, ticket: object) -> Iterator[int]:
        told: int | None = -1
        while True:
            with self._changed:
                while (ahead := self._ahead(visitor, ticket)) == told:
                    self._changed.wait()
            if ahead is None:
                return
            yield ahead
            told = ahead

    def _leave(self, visitor: str, ticket: object) -> None:
        with self._changed:
            if ticket in self._queues.get(visitor, ()):
                self._queues[visitor].remove(ticket)
                if not self._queues[visitor]:
                    del self._queues[visitor]
            else:
                self._served -= 1
            self._serve()
            self._changed.notify_all()

    def _serve(self) -> None:
        """Give the free turns away: to the first of whoever is next, who is the last to come next again."""
        while self._queues and self._served < self._at_once():
            visitor, tickets = self._queues.popitem(last=False)
            tickets.popleft()
            if tickets:
                self._queues[visitor] = tickets
            self._served += 1
        self._changed.notify_all()

    def _ahead(self, visitor: str, ticket: object) -> int | None:
        """Return how many are served before a ticket, None where it is being served."""
        tickets = self._queues.get(visitor, ())
        if ticket not in tickets:
            return None
        mine = list(tickets).index(ticket)
        visitors = list(self._queues)
        before = visitors.index(visitor)
        return mine + sum(
            min(len(self._queues[other]), mine + (place < before))
            for place, other in enumerate(visitors)
            if other != visitor
        )
