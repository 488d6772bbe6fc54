"""What took how long, for several that are stood side by side."""

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

_Outcome = TypeVar("_Outcome")


class Timings:
    """Seconds by what was done and by who did it; of what is done twice the later stands."""

    def __init__(self) -> None:
        self._name = ""
        self._cells: dict[str, dict[str, str]] = {}

    def of(self, name: str) -> "Timings":
        """The same table, to write into the column of that name."""
        column = Timings()
        column._name, column._cells = name, self._cells
        return column

    def run(self, what: str, work: Callable[[], _Outcome]) -> _Outcome:
        """Do it once."""
        start = time.perf_counter()
        outcome = work()
        self.note(what, time.perf_counter() - start)
        return outcome

    def median(self, what: str, work: Callable[[], object], times: int = 9) -> None:
        """Do it several times, and note the median."""
        seconds = []
        for _ in range(times):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
        self.note(what, statistics.median(seconds))

    def note(self, what: str, seconds: float) -> None:
        """Note what took so long."""
        self.write(what, f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms")

    def write(self, what: str, cell: str) -> None:
        """Note anything."""
        print(f"{self._name:10} {what:60} {cell:>10}", flush=True)
        self._cells.setdefault(what, {})[self._name] = cell

    def table(self) -> str:
        """All of it in Markdown."""
        names = list(dict.fromkeys(name for row in self._cells.values() for name in row))
        lines = [["", *names], ["---"] * (len(names) + 1)]
        lines += [
            [what, *(row.get(name, "") for name in names)] for what, row in self._cells.items()
        ]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)
