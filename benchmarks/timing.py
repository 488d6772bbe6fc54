"""Durations of several alternatives, compared side by side.

Long work is measured with its CPU time, including that of a server: on a busy machine, CPU time is
more reliable. For short work, which is repeated, the fastest run counts.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

_Outcome = TypeVar("_Outcome")


class Timings:
    """Seconds by task and by alternative; a repeated task keeps its last value."""

    def __init__(self) -> None:
        self._name = ""
        self._servers: list[psutil.Process] = []
        self._cells: dict[str, dict[str, str]] = {}

    def of(self, name: str, *servers: int) -> "Timings":
        """The same table, writing to the column of that name; `servers` are the processes that work
        for it.
        """
        column = Timings()
        column._servers = list(map(psutil.Process, servers))
        column._name, column._cells = name, self._cells
        return column

    def run(self, what: str, work: Callable[[], _Outcome]) -> _Outcome:
        """Run it once."""
        start, worked = time.perf_counter(), self._processor_time()
        outcome = work()
        seconds, worked = time.perf_counter() - start, self._processor_time() - worked
        self.write(what, f"{_written(seconds)} ({_written(worked)})")
        return outcome

    def best(self, what: str, work: Callable[[], object]) -> None:
        """Run it several times and keep the fastest."""
        self.write(what, _written(fastest(work, 9)))

    def _processor_time(self) -> float:
        served = (server.cpu_times() for server in self._servers)
        return time.process_time() + sum(times.user + times.system for times in served)

    def write(self, what: str, cell: str) -> None:
        """Record any value."""
        print(f"{self._name:10} {what:60} {cell:>10}", flush=True)
        self._cells.setdefault(what, {})[self._name] = cell

    def table(self) -> str:
        """The whole table in Markdown."""
        names = list(dict.fromkeys(name for row in self._cells.values() for name in row))
        lines = [["", *names], ["---"] * (len(names) + 1)]
        lines += [
            [what, *(row.get(name, "") for name in names)] for what, row in self._cells.items()
        ]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fastest(work: Callable[[], object], times: int) -> float:
    """The seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _written(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
