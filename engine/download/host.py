"""How one host is treated, from what it answered so far: its pace, its pauses, its parking."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "slowed", "paused", "parked"]

# A refusal weighs two, trouble one; this many in a row park the host.
PARKED_AT = 10
PARKED_FIRST, PARKED_LONGEST = 3_600.0, 86_400.0
# A host that is probed is left alone for so long, then for four times as long, up to an hour.
PROBED_FIRST, PROBED_LONGEST = 2.0, 3_600.0
_RATE_AFTER_PARKING = 1.0
SLOWEST_RATE = 0.02
_SLOWED_FOR = 60.0


@dataclass
class Host:
    """A host's row. Rates are requests a second (None = unpaced), times those of the clock.

    `worst` is the rate at which it last objected, at `worst_at`; `reason` says why it is paused
    or parked.
    """

    host: str
    rate: float | None
    worst: float | None = None
    worst_at: float = 0.0
    next_at: float = 0.0
    paused_until: float = 0.0
    parked_until: float = 0.0
    reason: str = ""
    strikes: int = 0
    parkings: int = 0
    requests: int = 0
    bytes: int = 0
    photographs: int = 0

    def state(self, now: float) -> State:
        if self.parked_until > now:
            return "parked"
        if self.paused_until > now:
            return "paused"
        return "slowed" if now - self.worst_at < _SLOWED_FOR else "ok"

    @property
    def mean_bytes(self) -> int:
        """Bytes of a photograph of this host, as far as is known; 1 where nothing is."""
        return max(1, self.bytes // self.photographs) if self.photographs else 1

    def took_turn(self, now: float) -> None:
        """A request goes out now."""
        if self.rate is not None:
            # A little that was missed may be caught up, so that the rate is kept on average; with
            # more, a host that counts by the second would see one request too many.
            beat = 1 / self.rate
            self.next_at = max(self.next_at, now - beat / 5) + beat

    def did_well(self, now: float, paced: bool) -> None:
        """It answered as it should. It is asked faster only where the pace was what held us."""
        self.strikes = self.parkings = 0
        if self.rate is None or not paced:
            return
        # A rate that is known to be fine is reached again within seconds.
        step = max(0.5, (self.worst or 0) / 5)
        faster = self.rate + step / max(self.rate, 1.0)
        self.rate = max(self.rate, min(faster, self._ceiling(now)))

    def objected(self, now: float, sent: float, observed: float) -> bool:
        """It was asked too much: half the rate. False for an answer to what went out before the
        last halving, which says nothing new. `observed` is the rate of an unpaced host."""
        if sent <= self.worst_at:
            return False
        rate = self.rate if self.rate is not None else max(observed, 1.0)
        self.worst, self.worst_at = rate, now
        self.rate = max(rate / 2, SLOWEST_RATE)
        self.next_at = now + 1 / self.rate
        return True

    def struck(self, weight: int, reason: str) -> None:
        """One more answer in a row that was no good."""
        self.strikes += weight
        self.reason = reason

    def park_if_struck_out(self, now: float) -> None:
        """Park it, unprobed, after too many answers in a row that were no good."""
        if self.strikes >= PARKED_AT:
            length = min(PARKED_FIRST * 2**self.parkings, PARKED_LONGEST)
            self.parked_until = now + length
            self.parkings += 1
            # The first request after a parking is a probe: one refusal parks it again.
            self.strikes = PARKED_AT - 2

    def park(self, now: float, reason: str) -> None:
        """Its probes failed: leave it alone until the next one, longer each time."""
        length = min(PROBED_FIRST * 4.0**self.parkings, PROBED_LONGEST)
        self.parked_until, self.reason = now + length, reason
        self.parkings += 1
        self.strikes = 0
        if self.rate is not None and self.rate < _RATE_AFTER_PARKING:
            # What it took while it was in trouble says little of what it takes once it is well.
            self.rate, self.worst, self.next_at = _RATE_AFTER_PARKING, None, 0.0

    def pause(self, until: float, reason: str) -> None:
        if until > self.paused_until:
            self.paused_until, self.reason = until, reason

    def _ceiling(self, now: float) -> float:
        """Just under the worst rate for some minutes, then beyond it, faster and faster.

        The curve is that of CUBIC (Ha, Rhee and Xu 2008), flat near the rate that failed.
        """
        if self.worst is None:
            return float("inf")
        quiet = max(0.0, (now - self.worst_at) / 60 - 2)
        return self.worst * (0.98 + 0.02 * quiet**2)
