"""A clock for budgets: continues across restarts and ignores changes of the system time."""

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
    """The time sources of a machine: boot id, seconds since boot, seconds since 1970."""

    boot: Callable[[], str]
    uptime: Callable[[], float]
    wall: Callable[[], float]


def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        # Without a boot id, the time of the boot to the minute identifies it.
        return uuid.uuid5(uuid.NAMESPACE_OID, str(round((time.time() - _uptime()) / 60))).hex


def _uptime() -> float:
    # CLOCK_BOOTTIME, where available, includes the time in suspend.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


MACHINE = TimeSource(_boot, _uptime, time.time)


class Clock:
    """Monotonic seconds, close to unix time, the same for every process of a home.

    Within a boot the clock follows the machine's uptime, so a change of the system time affects
    no budget. After a new boot it continues from the system time, but not from before the
    latest stored time. A system clock set back while the machine was off resets no budget.
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
        """The current time. It is stored at most once a second, for the next boot."""
        moment = self._source.uptime() + self._offset
        if moment - self._noted > _NOTED_EVERY:
            self._noted = moment
            self._downloads.write("UPDATE clock SET latest = ? WHERE latest < ?", [moment, moment])
        return moment
