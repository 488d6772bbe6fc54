"""The pace, the pauses and the parking of one host, derived from its answers."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "slowed", "paused", "parked"]

# A refusal counts 2, a server error 1; this total in a row parks the host.
PARKED_AT = 10
PARKED_FIRST, PARKED_LONGEST = 3_600.0, 86_400.0
# Seconds until the first probe of a parked host; each later wait is four times as long, at most
# an hour.
PROBED_FIRST, PROBED_LONGEST = 2.0, 3_600.0
_RATE_AFTER_PARKING = 1.0
SLOWEST_RATE = 0.02
_SLOWED_FOR = 60.0


@dataclass
class Host:
    """A host's row. Rates are requests per second (None = unpaced), times are the clock's.

    `worst` is the rate at which the host last objected, at the time `worst_at`. `reason` says why
    it is paused or parked, in the format of `written_message`.
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
        """The mean bytes of a photograph from this host; 1 if unknown."""
        return max(1, self.bytes // self.photographs) if self.photographs else 1

    def took_turn(self, now: float) -> None:
        """Record that a request is sent now."""
        if self.rate is not None:
            # A small delay is caught up, to keep the mean rate. Catching up a larger one would
            # send one request too many to a host that counts per second.
            beat = 1 / self.rate
            self.next_at = max(self.next_at, now - beat / 5) + beat

    def did_well(self, now: float, paced: bool) -> None:
        """Record a good answer. The pace increases only if it was the limit."""
        self.strikes = self.parkings = 0
        if self.rate is None or not paced:
            return
        # A rate that worked before is regained within seconds.
        step = max(0.5, (self.worst or 0) / 5)
        faster = self.rate + step / max(self.rate, 1.0)
        self.rate = max(self.rate, min(faster, self._ceiling(now)))

    def objected(self, now: float, sent: float, observed: float) -> bool:
        """Halve the rate after an objection; `observed` is the rate of an unpaced host.

        Returns False for a request sent before the last halving, which gives no new information.
        """
        if sent <= self.worst_at:
            return False
        rate = self.rate if self.rate is not None else max(observed, 1.0)
        self.worst, self.worst_at = rate, now
        self.rate = max(rate / 2, SLOWEST_RATE)
        self.next_at = now + 1 / self.rate
        return True

    def struck(self, weight: int, reason: str) -> None:
        """Count another failed answer in a row."""
        self.strikes += weight
        self.reason = reason

    def park_if_struck_out(self, now: float) -> None:
        """Park the host, without probes, after too many failed answers in a row."""
        if self.strikes >= PARKED_AT:
            length = min(PARKED_FIRST * 2**self.parkings, PARKED_LONGEST)
            self.parked_until = now + length
            self.parkings += 1
            # The first request after a parking is a probe: one refusal parks it again.
            self.strikes = PARKED_AT - 2

    def park(self, now: float, reason: str) -> None:
        """Park the host until the next probe, for longer each time its probes fail."""
        length = min(PROBED_FIRST * 4.0**self.parkings, PROBED_LONGEST)
        self.parked_until, self.reason = now + length, reason
        self.parkings += 1
        self.strikes = 0
        if self.rate is not None and self.rate < _RATE_AFTER_PARKING:
            # The pace during the failure says little about the acceptable pace afterwards.
            self.rate, self.worst, self.next_at = _RATE_AFTER_PARKING, None, 0.0

    def pause(self, until: float, reason: str) -> None:
        if until > self.paused_until:
            self.paused_until, self.reason = until, reason

    def _ceiling(self, now: float) -> float:
        """The maximum rate: just below the worst rate for some minutes, then increasingly above it.

        The curve is that of CUBIC (Ha, Rhee and Xu 2008), flat near the rate that failed.
        """
        if self.worst is None:
            return float("inf")
        quiet = max(0.0, (now - self.worst_at) / 60 - 2)
        return self.worst * (0.98 + 0.02 * quiet**2)
