"""Rolling budgets: limits on use per time span, kept across restarts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.download.clock import Clock
from engine.download.store import DownloadStore
from engine.language.message import Message, deferred, message, plural_message

_SLOTS = 60


@dataclass(frozen=True)
class Limit:
    """At most `most` of something (requests or bytes) in any `span` seconds."""

    account: str
    span: float
    most: int

    @property
    def is_of_bytes(self) -> bool:
        """Whether it limits bytes; otherwise it limits requests."""
        return self.account.endswith(" bytes")

    @property
    def message(self) -> Message:
        """The limit as text, such as "4.5 GB per hour" or "55 requests per minute"."""
        if self.is_of_bytes:
            if self.span in _BYTES:
                return message(_BYTES[self.span], most=self.most)
            return message("{most:size} in {span:duration}", most=self.most, span=self.span)
        return _requests(self.most, self.span)


_BYTES = {
    3_600.0: deferred("{most:size} per hour"),
    86_400.0: deferred("{most:size} per day"),
}


def _requests(most: int, span: float) -> Message:
    if span == 1:
        return plural_message("{n} request per second", "{n} requests per second", most)
    if span == 60:
        return plural_message("{n} request per minute", "{n} requests per minute", most)
    if span == 86_400:
        return plural_message("{n} request per day", "{n} requests per day", most)
    return plural_message(
        "{n} request in {span:duration}", "{n} requests in {span:duration}", most, span=span
    )


class Ledger:
    """Stores the amounts used, by account, in sixtieths of each span.

    A sixtieth counts until its end has left the span, so no span of that length ever exceeds its
    limit, wherever it begins. At most a sixtieth of the limit stays unused.
    """

    def __init__(self, downloads: DownloadStore, clock: Clock) -> None:
        self._downloads, self._clock = downloads, clock

    def take(self, limits: Sequence[Limit], amount: int) -> float:
        """Use `amount` of all the limits, or of none.

        Returns 0 if it was used, else the seconds after which to try again; infinity if the
        amount exceeds a whole limit.
        """
        if not limits:
            return 0.0
        with self._downloads.transaction():
            now = self._clock.now()
            wait = max(self._wait(limit, amount, now) for limit in limits)
            if wait > 0:
                return wait
            for limit in limits:
                self._spend(limit, amount, now)
        return 0.0

    def charge(self, limits: Sequence[Limit], amount: int) -> None:
        """Count an amount that was used already, even if it exceeds the limits."""
        if limits and amount > 0:
            with self._downloads.transaction():
                now = self._clock.now()
                for limit in limits:
                    self._spend(limit, amount, now)

    def wait(self, limits: Sequence[Limit], amount: int) -> float:
        """The result that `take` would return, without using anything."""
        now = self._clock.now() if limits else 0.0
        return max((self._wait(limit, amount, now) for limit in limits), default=0.0)

    def spent(self, limit: Limit) -> int:
        """The amount that counts against the limit now."""
        return sum(amount for _, amount in self._slots(limit, self._clock.now()))

    def _wait(self, limit: Limit, amount: int, now: float) -> float:
        if amount > limit.most:
            return math.inf
        slots = self._slots(limit, now)
        over = sum(spent for _, spent in slots) + amount - limit.most
        width = limit.span / _SLOTS
        wait = 0.0
        for slot, spent in slots:
            if over <= 0:
                break
            over -= spent
            wait = max((slot + _SLOTS + 1) * width - now, 0.001)
        return wait

    def _slots(self, limit: Limit, now: float) -> list[tuple[int, int]]:
        oldest = math.floor(now * _SLOTS / limit.span) - _SLOTS
        rows = self._downloads.rows(
            "SELECT slot, amount FROM spent WHERE account = ? AND span = ? AND slot >= ? "
            "ORDER BY slot",
            [limit.account, limit.span, oldest],
        )
        return [(int(slot), int(amount)) for slot, amount in rows]

    def _spend(self, limit: Limit, amount: int, now: float) -> None:
        slot = math.floor(now * _SLOTS / limit.span)
        key = [limit.account, limit.span]
        fresh = self._downloads.write(
            "UPDATE spent SET amount = amount + ? WHERE account = ? AND span = ? AND slot = ?",
            [amount, *key, slot],
        )
        if not fresh:
            self._downloads.write("INSERT INTO spent VALUES (?, ?, ?, ?)", [*key, slot, amount])
            # Old slots are deleted once per sixtieth.
            self._downloads.write(
                "DELETE FROM spent WHERE account = ? AND span = ? AND slot < ?",
                [*key, slot - _SLOTS],
            )
