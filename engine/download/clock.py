"""A clock for budgets: it continues across restarts and ignores changes of the time of day."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.download.store import DownloadStore

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NOTED_EVERY = 1.0


@dataclass(frozen=True)
class TimeSource:
    """The time sources of a machine: an id of the boot, seconds since it, seconds since 1970."""

    boot: Callable[[], str]
    uptime: Callable[[], float]
    wall: Callable[[], float]


def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        # Without a name of the boot, the moment of it to the minute.
        return uuid.uuid5(uuid.NAMESPACE_OID, str(round((time.time() - _uptime()) / 60))).hex


def _uptime() -> float:
    # Counts on while a laptop sleeps, where the system has such a clock.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


MACHINE = TimeSource(_boot, _uptime, time.time)


class Clock:
    """Monotonic seconds, near unix time, the same for every process of a home.

    Within a boot the clock follows the machine's uptime, so a change of the time of day moves
    no budget. After a new boot it continues from the time of day, but never from before the
    latest moment stored. A clock set back while the machine was off resets no budget.
    """

    def __init__(self, downloads: DownloadStore, source: TimeSource = MACHINE) -> None:
        self._downloads, self._source = downloads, source
        self._noted = 0.0
        boot, uptime = source.boot(), source.uptime()
        with downloads.transaction():
            row = downloads.row("SELECT boot, uptime, anchor, latest FROM clock")
            if row is None or row[0] != boot or uptime < row[1]:
                anchor = max(source.wall(), row[3] if row else 0.0)
                downloads.write(
                    "INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?, ?)",
                    [boot, uptime, anchor, anchor],
                )
            else:
                uptime, anchor = row[1], row[2]
        self._offset = anchor - uptime

    def now(self) -> float:
        """The current moment. It is stored once a second at most, for the next boot."""
        moment = self._source.uptime() + self._offset
        if moment - self._noted > _NOTED_EVERY:
            self._noted = moment
            self._downloads.write("UPDATE clock SET latest = ? WHERE latest < ?", [moment, moment])
        return moment
