"""The addresses of one host that wait for their turn."""

import heapq
import itertools
from collections import deque
from dataclasses import dataclass, field

from engine.download.gate import Why
from engine.download.queue import Item, Queue

_AHEAD = 64
_numbers = itertools.count()


@dataclass
class Lane:
    """`left` addresses are not settled yet, `flying` of them on their way.

    The host is not asked again before `wake`, for the reason `why`.
    """

    host: str
    left: int = 0
    flying: int = 0
    wake: float = 0.0
    why: Why = ""
    _place: int = -1
    _ahead: deque[Item] = field(default_factory=deque)
    _later: list[tuple[float, int, Item]] = field(default_factory=list)

    def next(self, queue: Queue, now: float) -> Item | None:
        """The next address whose time has come: one that is tried again, or a new one."""
        if self._later and self._later[0][0] <= now:
            return heapq.heappop(self._later)[2]
        if not self._ahead:
            found = queue.following(self.host, self._place, _AHEAD)
            if found:
                self._place = found[-1][0]
            self._ahead.extend(item for _, item in found)
        return self._ahead.popleft() if self._ahead else None

    def put_back(self, item: Item) -> None:
        """It could not be asked for after all; it stays the next."""
        self._ahead.appendleft(item)

    def try_later(self, item: Item, due: float) -> None:
        heapq.heappush(self._later, (due, next(_numbers), item))

    @property
    def due(self) -> float:
        """When the first that is tried again is due; infinity where there is none."""
        return self._later[0][0] if self._later else float("inf")
