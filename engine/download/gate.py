"""Deciding when a request to a host may be sent, and adapting to the answers."""

import contextlib
import dataclasses
import random
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.download.clock import Clock
from engine.download.host import Host, State
from engine.download.ledger import Ledger, Limit
from engine.download.outcome import Answered, Failed, Fetched, NeverFits, Outcome, Redirected
from engine.download.providers import Provider, provider_of
from engine.download.store import DownloadStore
from engine.language.message import Message, message
from engine.records import read_message, written_message
from engine.settings.download import DownloadSettings

Why = Literal["", "pace", "budget", "paused", "parked"]

_COLUMNS = tuple(field.name for field in dataclasses.fields(Host))
_READ_EVERY = 1.0
_LONGEST_BACKOFF = 60.0


@dataclass(frozen=True)
class Turn:
    """Whether a request may be sent: now if `wait` is 0, else ask again after `wait` seconds."""

    wait: float
    why: Why = ""


@dataclass(frozen=True)
class HostBudget:
    """The amount used of one limit."""

    limit: Limit
    spent: int


@dataclass(frozen=True)
class HostView:
    """The current state of a host: seconds until its pause or parking ends, 0 if there is none.

    `rate` is its pace and `allowed` its provider's maximum, in requests per second (None = no
    limit). `budget_wait` is the time in seconds until a used-up budget allows requests again.
    """

    host: str
    provider: str
    state: State
    seconds_left: float
    reason: Message | None
    rate: float | None
    allowed: float | None
    budget_wait: float
    requests: int
    bytes: int
    photographs: int

    @property
    def waiting(self) -> Message | None:
        """Why a parked host gets no request now, and when the next one is; None for other hosts."""
        if self.state != "parked":
            return None
        return message(
            "{host} is parked. {reason} Next try in {time:duration}.",
            host=self.host,
            reason=self.reason or message("It did not answer."),
            time=max(1, round(self.seconds_left)),
        )


class Gate:
    """Shared by processes through the download store, and by threads within a process."""

    def __init__(self, downloads: DownloadStore, settings: DownloadSettings) -> None:
        self._downloads, self._settings = downloads, settings
        self._clock = Clock(downloads)
        self._ledger = Ledger(downloads, self._clock)
        self._providers: dict[str, Provider] = {}
        self._unpaced: dict[str, tuple[float, Host]] = {}
        self._sent: dict[str, deque[float]] = {}
        self._paced: dict[str, bool] = {}
        self._objections: dict[str, int] = {}
        self._before: dict[str, tuple[float | None, float | None, float]] = {}

    def now(self) -> float:
        return self._clock.now()

    def ask(self, host: str, size: int = 0) -> Turn:
        """Whether a request may be sent to this host now. If so, it counts as sent.

        `size` is the size of the answer in bytes, 0 if unknown.
        """
        provider, now = self._provider(host), self._clock.now()
        if self._goes_unasked(host, provider, now):
            return Turn(0.0)
        with self._changed(host) as row:
            turn = self._turn(row, provider, size, now)
            if turn.wait > 0:
                return turn
            self._paced[host] = row.rate is None or now - row.next_at < 1 / row.rate
            row.took_turn(now)
        self._remember(host, now)
        return turn

    def connections(self, host: str, slow: int = 0) -> int:
        """The number of simultaneous connections that the host is known to accept.

        The `slow` ones are added, because they only wait and cause no load.
        """
        most = self._provider(host).settings.connections
        rate = self._row(host).rate
        return most if rate is None else min(most, max(1, int(rate)) + slow)

    def in_doubt(self, host: str) -> bool:
        """Whether the host was parked and has not answered since then."""
        return self._row(host).parkings > 0

    def park(self, host: str, reason: Message | None) -> None:
        """Send no requests to a host for a while, because its probes failed."""
        with self._changed(host) as row:
            row.park(self._clock.now(), written_message(reason))

    def restore_pace(self, host: str) -> None:
        """Restore the pace from before the slow-down: only single addresses object."""
        if host not in self._before:
            return
        rate, worst, worst_at = self._before.pop(host)
        with self._changed(host) as row:
            if row.rate is not None:
                row.rate = None if rate is None else max(rate, row.rate)
            row.worst, row.worst_at, row.next_at = worst, worst_at, 0.0

    def keep_pace(self, host: str) -> None:
        """Keep the slower pace: the host itself objected."""
        self._before.pop(host, None)

    def admit(self, host: str, size: int) -> Message | None:
        """Count `size` bytes as read from this host; returns why that is not possible, or None.

        Raises:
            NeverFits: `size` exceeds a whole budget of its provider.
        """
        wait = self._ledger.take(self._provider(host).bytes, size)
        if wait == float("inf"):
            raise NeverFits(message("The file is larger than the whole budget of its provider."))
        if not wait:
            return None
        return message("The provider's byte budget is used up for now.")

    def tell(self, host: str, outcome: Outcome, sent: float) -> None:
        """Adapt to the outcome of a request sent at the time `sent`.

        Parks a host that refuses repeatedly.
        """
        self.note_answers(host, [(outcome, sent)])
        if isinstance(outcome, Failed) and outcome.signal != "address":
            now = self._clock.now()
            with self._changed(host) as row:
                row.park_if_struck_out(now)

    def note_answers(self, host: str, answers: Sequence[tuple[Outcome, float]]) -> None:
        """Adapt to several outcomes, in order. The caller parks the host."""
        provider, now = self._provider(host), self._clock.now()
        with self._changed(host) as row:
            for outcome, sent in answers:
                failed = isinstance(outcome, Failed) and outcome.status != 200
                if failed or isinstance(outcome, Redirected):
                    # `admit` has counted the bytes of good answers; other answers are counted here.
                    self._ledger.charge(provider.bytes, outcome.wire)
                row.requests += 1
                row.bytes += outcome.wire
                if isinstance(outcome, (Fetched, Answered)):
                    row.photographs += isinstance(outcome, Fetched)
                    row.did_well(now, self._paced.get(host, False))
                    self._objections.pop(host, None)
                elif isinstance(outcome, Failed):
                    self._learn(row, outcome, sent, now)

    def release(self, host: str) -> None:
        """End the parking or pause of a host."""
        with self._changed(host) as row:
            row.parked_until = row.paused_until = 0.0

    def views(self, among: Collection[str] | None = None) -> list[HostView]:
        """Every host that was ever requested, by name; or those in `among` and those on hold."""
        now = self._clock.now()
        names = [
            str(name) for (name,) in self._downloads.rows("SELECT host FROM host ORDER BY host")
        ]
        if among is not None:
            query = "SELECT host FROM host WHERE MAX(paused_until, parked_until) > ?"
            held = {str(name) for (name,) in self._downloads.rows(query, [now])}
            names = sorted({*among} | held)
        return [self._view(self._row(name), now) for name in names]

    def budgets(self, host: str) -> list[HostBudget]:
        """The limits of the host's provider and the amount used of each."""
        provider = self._provider(host)
        limits = (*provider.requests, *provider.bytes)
        return [HostBudget(limit, self._ledger.spent(limit)) for limit in limits]

    def _turn(self, row: Host, provider: Provider, size: int, now: float) -> Turn:
        if row.parked_until > now:
            return Turn(row.parked_until - now, "parked")
        if row.paused_until > now:
            return Turn(row.paused_until - now, "paused")
        if row.rate is not None and row.next_at > now:
            return Turn(row.next_at - now, "pace")
        wait = self._ledger.wait(provider.bytes, size or row.mean_bytes)
        wait = wait or self._ledger.take(provider.requests, 1)
        return Turn(wait, "budget") if wait else Turn(0.0)

    def _learn(self, row: Host, failure: Failed, sent: float, now: float) -> None:
        if failure.signal == "address":
            return
        if failure.signal == "neutral":
            row.strikes = row.parkings = 0
            self._objections.pop(row.host, None)
            return
        if failure.signal == "slow down":
            before = row.rate, row.worst, row.worst_at
            if not row.objected(now, sent, self._observed(row.host)):
                return
            self._before.setdefault(row.host, before)
        refused = failure.signal == "forbidden" or failure.status == 429
        weight = 2 if refused else 1
        row.struck(weight, written_message(failure.reason))
        pause = failure.retry_after
        if pause is None and failure.status in (429, 503):
            # Other faults in a row do not lengthen the pause: they may concern a single address.
            in_a_row = self._objections[row.host] = self._objections.get(row.host, 0) + weight
            pause = random.uniform(0, min(_LONGEST_BACKOFF, 2.0 ** ((in_a_row - 1) // 2)))
        if pause:
            row.pause(now + pause, written_message(failure.reason))

    def _goes_unasked(self, host: str, provider: Provider, now: float) -> bool:
        """Whether a host without limits may be requested without reading the store.

        Such hosts are read from the store once a second.
        """
        if provider.settings.start_rate is not None or provider.requests or provider.bytes:
            return False
        read, row = self._unpaced.get(host, (0.0, None))
        if row is None or now - read > _READ_EVERY:
            row = self._row(host)
            self._unpaced[host] = (now, row)
        if row.rate is not None or row.state(now) in ("paused", "parked"):
            return False
        self._remember(host, now)
        return True

    def _remember(self, host: str, now: float) -> None:
        self._sent.setdefault(host, deque(maxlen=256)).append(now)

    def _observed(self, host: str) -> float:
        """The number of requests in the last second."""
        now = self._clock.now()
        return float(sum(now - moment < 1 for moment in self._sent.get(host, ())))

    def _provider(self, host: str) -> Provider:
        if host not in self._providers:
            self._providers[host] = provider_of(host, self._settings)
        return self._providers[host]

    def _row(self, host: str) -> Host:
        query = f"SELECT {', '.join(_COLUMNS)} FROM host WHERE host = ?"
        found = self._downloads.row(query, [host])
        return Host(*found) if found else Host(host, self._provider(host).settings.start_rate)

    @contextlib.contextmanager
    def _changed(self, host: str) -> Iterator[Host]:
        """The host's row; writes it back if the block has changed it."""
        with self._downloads.transaction():
            row = self._row(host)
            before = dataclasses.replace(row)
            yield row
            if row != before:
                marks = ", ".join("?" * len(_COLUMNS))
                values = [getattr(row, column) for column in _COLUMNS]
                columns = ", ".join(_COLUMNS)
                self._downloads.write(
                    f"INSERT OR REPLACE INTO host ({columns}) VALUES ({marks})", values
                )
                self._unpaced.pop(host, None)

    def _view(self, row: Host, now: float) -> HostView:
        state = row.state(now)
        until = {"parked": row.parked_until, "paused": row.paused_until}.get(state, now)
        provider = self._provider(row.host)
        rates = [limit.most / limit.span for limit in provider.requests if limit.span <= 60]
        waits = (
            self._ledger.wait(provider.requests, 1),
            self._ledger.wait(provider.bytes, row.mean_bytes),
        )
        return HostView(
            row.host,
            provider.name,
            state,
            until - now,
            read_message(row.reason) if state != "ok" else None,
            row.rate,
            min([*rates, *([] if row.rate is None else [row.rate])], default=None),
            max(waits),
            row.requests,
            row.bytes,
            row.photographs,
        )
