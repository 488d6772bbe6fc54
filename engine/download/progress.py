"""The progress counts of a download."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field

from engine.download.control import Phase
from engine.download.outcome import Deferred, Failed, Fetched, Kind, Outcome
from engine.language.message import Message

_WINDOW = 10.0


@dataclass
class DownloadProgress:
    """Counts of one session. `successful` are photographs that are now cached, `fetched` the
    addresses that supplied them, `wire` the bytes received over the network, `left_by_host` the
    remaining addresses of each host."""

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
    note: Message | None = None
    started: float = field(default_factory=time.time)
    left_by_host: dict[str, int] = field(default_factory=dict)
    _recent: deque[tuple[float, str, int, bool]] = field(default_factory=deque)
    _began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def received(self, outcome: Outcome, host: str) -> None:
        """Count a host's answer of any kind."""
        self.requests += 1
        self.wire += outcome.wire
        self.fetched += isinstance(outcome, Fetched)
        self.rate_limited += isinstance(outcome, Failed) and outcome.status == 429
        if not isinstance(outcome, Deferred):
            fetched = isinstance(outcome, Fetched)
            self._recent.append((time.monotonic(), host, outcome.wire, fetched))

    def gave_up(self, kind: Kind) -> None:
        """Count an address that is not retried."""
        self.failed += 1
        self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def rates(self) -> tuple[float, float]:
        """Photographs and bytes per second over the last ten seconds."""
        span = self._span()
        photographs = sum(fetched for _, _, _, fetched in self._recent)
        return photographs / span, sum(size for _, _, size, _ in self._recent) / span

    def asked(self) -> dict[str, float]:
        """Requests per second by host, over the last ten seconds."""
        span = self._span()
        return {
            host: many / span for host, many in Counter(item[1] for item in self._recent).items()
        }

    def _span(self) -> float:
        """The span in seconds of the recent answers; older ones are dropped."""
        now = time.monotonic()
        while self._recent and now - self._recent[0][0] > _WINDOW:
            self._recent.popleft()
        return min(_WINDOW, max(self.seconds, 0.1))
