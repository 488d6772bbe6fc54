"""The addresses of one host that wait to be requested."""

import heapq
import itertools
from collections import deque
from dataclasses import dataclass, field, replace

from engine.download.gate import Why
from engine.download.health import HostHealth
from engine.download.queue import Item, Queue

_AHEAD = 64
# A request in flight for longer waits for a slow answer and causes no load.
_SLOW_SECONDS = 1.0
_numbers = itertools.count()


@dataclass
class HostQueue:
    """The queue of a host. `left` addresses are unfinished. `sent` holds the start times of the
    requests in flight, `probes` those of the probes among them.

    No request is sent before `wake`, for the reason `why`, which is valid until `until`.
    """

    host: str
    left: int = 0
    wake: float = 0.0
    why: Why = ""
    until: float = 0.0
    health: HostHealth = field(default_factory=HostHealth)
    sent: list[float] = field(default_factory=list)
    probes: list[float] = field(default_factory=list)
    known_good: str = ""
    _place: int = -1
    _ahead: deque[Item] = field(default_factory=deque)
    _later: list[tuple[float, int, Item]] = field(default_factory=list)
    _taken: set[int] = field(default_factory=set)
    _probe_ahead: Item | None = None

    @property
    def flying(self) -> int:
        """The number of requests in flight."""
        return len(self.sent)

    def slow(self, now: float) -> int:
        """The number of requests in flight that are slow."""
        return sum(now - moment > _SLOW_SECONDS for moment in self.sent)

    def is_probing(self, now: float) -> bool:
        """Whether a probe is in flight that is not slow yet."""
        return any(now - moment <= _SLOW_SECONDS for moment in self.probes)

    def next(self, queue: Queue, now: float) -> Item | None:
        """The next address; untried ones come before retries.

        While the host is in doubt, the next address is a probe. There is none while another
        probe is in flight, unless that one is slow: it may be the only slow address.
        """
        if self.health.in_doubt:
            return None if self.is_probing(now) else self._probe(queue, now)
        if self._probe_ahead:
            self._ahead.appendleft(replace(self._probe_ahead, probe=""))
            self._probe_ahead = None
        return self._asked_again(now) or self._untried(queue) or self._retry(now)

    def put_back(self, item: Item) -> None:
        """Return an address that could not be requested; it stays the next."""
        if item.probe:
            self._probe_ahead = item if item.probe == "untried" else None
        else:
            self._ahead.appendleft(item)

    def try_later(self, item: Item, due: float) -> None:
        heapq.heappush(self._later, (due, next(_numbers), item))

    @property
    def due(self) -> float:
        """When the first retry is due; infinity if there is none."""
        return self._later[0][0] if self._later else float("inf")

    def _probe(self, queue: Queue, now: float) -> Item | None:
        if self._probe_ahead:
            item, self._probe_ahead = self._probe_ahead, None
            return item
        self.known_good = self.known_good or queue.fetched_from(self.host)
        if self.known_good and self.health.probe_failed:
            return Item(self.known_good, self.host, probe="known good")
        # If the host works, an untried address also yields a photograph.
        found = queue.somewhere(self.host, self._place, self._taken)
        if found:
            self._taken.add(found[0])
            return replace(found[1], probe="untried")
        if self._ahead:
            return replace(self._ahead.pop(), probe="untried")
        if self.known_good:
            return Item(self.known_good, self.host, probe="known good")
        last = self._retry(now)
        return None if last is None else replace(last, probe="untried")

    def _untried(self, queue: Queue) -> Item | None:
        while not self._ahead:
            found = queue.following(self.host, self._place, _AHEAD)
            if not found:
                return None
            self._place = found[-1][0]
            self._ahead.extend(item for place, item in found if place not in self._taken)
            self._taken = {place for place in self._taken if place > self._place}
        return self._ahead.popleft()

    def _retry(self, now: float) -> Item | None:
        return heapq.heappop(self._later)[2] if self.due <= now else None

    def _asked_again(self, now: float) -> Item | None:
        """The address to request again before others, if it is due."""
        if not self.health.ask_again:
            return None
        for entry in self._later:
            due, _, item = entry
            if item.url == self.health.ask_again:
                if due > now:
                    return None
                self._later.remove(entry)
                heapq.heapify(self._later)
                return item
        return None
