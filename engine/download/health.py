"""Distinguishes faults of a host from faults of single addresses."""

from collections.abc import Set
from dataclasses import replace
from typing import Literal

from engine.download.outcome import Failed, Outcome, Signal
from engine.download.queue import Item

Advice = Literal["", "park", "restore pace", "keep pace"]
"""What to do with the host after an answer: park it, restore its pace, or keep the slower pace."""

_TROUBLE: Set[Signal] = frozenset({"slow down", "unwell", "forbidden"})

# This many different addresses with the same failure start a doubt. Each unfounded doubt doubles
# the number.
_FIRST_LIMIT, _LARGEST_LIMIT = 2, 16
# A single known good address resolves a doubt; untried ones may be bad themselves. If half of them
# are, three failures in a row are common and six are rare. A host that has answered nothing in
# this download is parked after three.
_UNTRIED_PROBES, _UNTRIED_PROBES_ONCE_ANSWERED = 3, 6

# The address that objected is requested again after this many answers from other addresses.
_ANSWERS_BETWEEN = 3
# Beyond this many results, the older ones count half.
_REMEMBERED = 8

# A request that takes this many times the usual time is aborted and retried later.
_TIMES_USUAL, _LEAST_PATIENCE = 10.0, 1.5


class HostHealth:
    """The state of one host in one download, from its answers.

    The host is in doubt when different addresses fail in the same way without an answer in
    between. Then only probes go out, one at a time. An answer ends the doubt; failed probes park
    the host.

    A host that objects to the pace is slowed down at once. The address that objected is requested
    again after some others were answered. If it objects again, the fault is its own and the pace
    is restored.
    """

    def __init__(self, in_doubt: bool = False) -> None:
        self.in_doubt = in_doubt
        self._failed: dict[Signal, set[str]] = {}
        self._limit = _FIRST_LIMIT
        self._failed_probes = 0
        self._answered_sent: float | None = None
        self._suspect, self._suspect_since = "", 0.0
        self._answers = self._objections = 0
        self._by_itself = self._by_pace = 0.0
        self._usual: float | None = None

    @property
    def probe_failed(self) -> bool:
        """Whether a probe has failed since the host last answered."""
        return self._failed_probes > 0

    @property
    def ask_again(self) -> str:
        """The address to request again before all others; empty if there is none."""
        return self._suspect if self._suspect_is_due else ""

    @property
    def _suspect_is_due(self) -> bool:
        """Whether enough other addresses were answered since to judge this one."""
        return self._answers >= max(_ANSWERS_BETWEEN, 2 * self._objections + 1)

    @property
    def addresses_object(self) -> bool:
        """Whether more objections so far came from single addresses than from the host."""
        return self._by_itself > self._by_pace

    @property
    def patience(self) -> float | None:
        """Seconds within which an untried address must begin to answer; None if unknown."""
        return None if self._usual is None else max(_TIMES_USUAL * self._usual, _LEAST_PATIENCE)

    def note_seconds(self, seconds: float) -> None:
        """Record the time of a photograph in seconds, from the request to the last byte."""
        self._usual = seconds if self._usual is None else 0.8 * self._usual + 0.2 * seconds

    def hear(self, item: Item, outcome: Outcome, sent: float, now: float) -> tuple[Outcome, Advice]:
        """Adapt to the answer to a request sent at `sent`.

        Returns the outcome that counts for the host, and the advice. A failure that says nothing
        about the host has the signal "address".
        """
        if not isinstance(outcome, Failed) or outcome.signal not in _TROUBLE:
            return outcome, self._answered(item, sent)
        self._failed.setdefault(outcome.signal, set()).add(item.url)
        advice = self._probe_failed(item, sent) if item.probe else self._doubt_where_many_failed()
        if outcome.signal != "slow down" or outcome.retry_after is not None:
            return outcome, advice
        by_itself = replace(outcome, signal="address")
        # It was requested again because others were answered. Later failures do not matter here.
        if item.url == self._suspect and (item.attempts or self._suspect_is_due):
            self._count(by_itself=1)
            self.forget(item.url)
            return by_itself, advice or "restore pace"
        # Probes go out one at a time, so they do not object to the pace. If the host itself
        # objects, its probes fail and it is parked.
        if item.attempts or item.probe:
            return by_itself, advice
        if not self._suspect and not item.hops:
            self._suspect, self._suspect_since = item.url, now
            self._answers = self._objections = 0
        elif sent > self._suspect_since:
            self._objections += 1
            if not self.addresses_object:
                # The slower pace did not help, so check the host soon.
                self._raise_doubt()
        return by_itself if self.addresses_object else outcome, advice

    def forget(self, url: str) -> None:
        """Do not request this address again for a judgement."""
        if url == self._suspect:
            self._suspect, self._answers, self._objections = "", 0, 0

    def _answered(self, item: Item, sent: float) -> Advice:
        self._failed_probes = 0
        self._answered_sent = (
            sent if self._answered_sent is None else max(self._answered_sent, sent)
        )
        self._failed.clear()
        advice: Advice = ""
        if item.url == self._suspect:
            self._count(by_pace=1)
            self.forget(item.url)
            advice = "keep pace"
        elif self._suspect and sent > self._suspect_since:
            self._answers += 1
        if self.in_doubt and (not self._suspect or self._suspect_is_due):
            self._limit = min(2 * self._limit, _LARGEST_LIMIT)
            self.in_doubt = False
        return advice

    def _count(self, by_itself: int = 0, by_pace: int = 0) -> None:
        self._by_itself += by_itself
        self._by_pace += by_pace
        if self._by_itself + self._by_pace > _REMEMBERED:
            self._by_itself, self._by_pace = self._by_itself / 2, self._by_pace / 2

    def _probe_failed(self, item: Item, sent: float) -> Advice:
        most = _UNTRIED_PROBES
        if self._answered_sent is not None:
            most = _UNTRIED_PROBES_ONCE_ANSWERED
            if sent <= self._answered_sent:
                # The host has answered a later request since.
                return ""
        self._failed_probes += 1
        if item.probe == "untried" and self._failed_probes < most:
            return ""
        self._failed_probes, self._limit = 0, _FIRST_LIMIT
        return "park"

    def _doubt_where_many_failed(self) -> Advice:
        alike = max(len(urls) for urls in self._failed.values())
        altogether = sum(len(urls) for urls in self._failed.values())
        if alike >= self._limit or altogether >= 2 * self._limit:
            self._raise_doubt()
        return ""

    def _raise_doubt(self) -> None:
        if not self.in_doubt:
            self.in_doubt = True
            self._answers = self._objections = 0
