"""What a download has done so far."""

import time
from collections import deque
from dataclasses import dataclass, field

from engine.download.control import Phase
from engine.download.outcome import Deferred, Failed, Fetched, Kind, Outcome

_WINDOW = 10.0


@dataclass
class Tally:
    """Counts of one session. `successful` are photographs that are cached now, `fetched` the
    addresses that gave them, `wire` the bytes that came over the network."""

    total: int = 0
    left: int = 0
    successful: int = 0
    fetched: int = 0
    failed: int = 0
    rate_limited: int = 0
    requests: int = 0
    wire: int = 0
    kinds: dict[Kind, int] = field(default_factory=dict)
    phase: Phase = "preparing"
    note: str = ""
    started: float = field(default_factory=time.time)
    _recent: deque[tuple[float, int, bool]] = field(default_factory=deque)
    _began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def received(self, outcome: Outcome) -> None:
        """Count an answer, whatever it was."""
        self.requests += 1
        self.wire += outcome.wire
        self.fetched += isinstance(outcome, Fetched)
        self.rate_limited += isinstance(outcome, Failed) and outcome.status == 429
        if not isinstance(outcome, Deferred):
            self._recent.append((time.monotonic(), outcome.wire, isinstance(outcome, Fetched)))

    def gave_up(self, kind: Kind) -> None:
        """Count an address that is not tried again."""
        self.failed += 1
        self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def rates(self) -> tuple[float, float]:
        """Photographs and bytes a second over the last ten seconds."""
        now = time.monotonic()
        while self._recent and now - self._recent[0][0] > _WINDOW:
            self._recent.popleft()
        span = min(_WINDOW, max(self.seconds, 0.1))
        photographs = sum(fetched for _, _, fetched in self._recent)
        return photographs / span, sum(size for _, size, _ in self._recent) / span
