"""Rolling budgets: never exceeded in any window, across processes, restarts and clock changes."""

import itertools
import math
import multiprocessing
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.download.clock import Clock, TimeSource
from engine.download.ledger import Ledger, Limit
from engine.download.store import DownloadStore


@dataclass
class Machine:
    """A machine whose clocks a test sets."""

    boot: str = "first"
    uptime: float = 100.0
    wall: float = 1_000_000.0

    @property
    def source(self) -> TimeSource:
        return TimeSource(lambda: self.boot, lambda: self.uptime, lambda: self.wall)

    def passes(self, seconds: float) -> None:
        self.uptime += seconds
        self.wall += seconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "downloads.sqlite"


def opened(file: Path, machine: Machine) -> Ledger:
    downloads = DownloadStore(file)
    return Ledger(downloads, Clock(downloads, machine.source))


DAY = Limit("api requests", 86_400, 100)


def test_requests_within_the_budget_are_spent_and_the_rest_waits(
    file: Path, machine: Machine
) -> None:
    ledger = opened(file, machine)
    assert ledger.take([DAY], 60) == 0
    assert ledger.take([DAY], 40) == 0
    wait = ledger.take([DAY], 1)
    assert 86_400 <= wait <= 86_400 * 61 / 60
    machine.passes(wait)
    assert ledger.take([DAY], 1) == 0


def test_all_limits_must_have_budget_left_or_nothing_is_spent(file: Path, machine: Machine) -> None:
    ledger = opened(file, machine)
    minute = Limit("api requests", 60, 5)
    assert ledger.take([DAY, minute], 5) == 0
    assert 0 < ledger.take([DAY, minute], 1) <= 61
    assert ledger.spent(DAY) == 5


def test_a_request_larger_than_a_whole_budget_never_fits(file: Path, machine: Machine) -> None:
    assert opened(file, machine).take([DAY], 101) == math.inf


def test_spending_is_remembered_after_a_restart(file: Path, machine: Machine) -> None:
    opened(file, machine).take([DAY], 100)
    machine.passes(3_600)
    machine.boot, machine.uptime = "second", 5.0
    assert opened(file, machine).take([DAY], 1) > 80_000


@pytest.mark.parametrize("jump", [-10 * 86_400, +10 * 86_400])
def test_setting_the_system_clock_frees_and_blocks_nothing(
    file: Path, machine: Machine, jump: float
) -> None:
    ledger = opened(file, machine)
    assert ledger.take([DAY], 100) == 0
    machine.wall += jump
    assert 86_000 < ledger.take([DAY], 1) < 88_000
    assert 86_000 < opened(file, machine).take([DAY], 1) < 88_000


def test_a_clock_set_back_while_the_machine_was_off_frees_nothing(
    file: Path, machine: Machine
) -> None:
    opened(file, machine).take([DAY], 100)
    machine.boot, machine.uptime, machine.wall = "second", 1.0, 5.0
    ledger = opened(file, machine)
    assert ledger.take([DAY], 1) > 80_000
    machine.passes(90_000)
    assert ledger.take([DAY], 1) == 0


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(1, 4)), max_size=60))
def test_no_window_ever_exceeds_its_limit(steps: list[tuple[float, int]]) -> None:
    machine, limit = Machine(), Limit("x", 10, 7)
    downloads = DownloadStore(Path(":memory:"))
    ledger = Ledger(downloads, Clock(downloads, machine.source))
    spent: list[tuple[float, int]] = []
    for pause, amount in steps:
        machine.passes(pause)
        if ledger.take([limit], amount) == 0:
            spent.append((machine.uptime, amount))
    downloads.close()
    for start, _ in spent:
        assert sum(amount for t, amount in spent if start <= t < start + 10) <= 7


@given(st.integers(1, 30), st.floats(0.5, 50))
def test_almost_all_of_a_budget_is_used(most: int, span: float) -> None:
    machine, limit = Machine(), Limit("x", span, most)
    downloads = DownloadStore(Path(":memory:"))
    ledger = Ledger(downloads, Clock(downloads, machine.source))
    for _ in range(3 * most):
        while (wait := ledger.take([limit], 1)) > 0:
            machine.passes(wait)
    downloads.close()
    # Three budgets take two windows and two sixtieths.
    assert machine.uptime - 100 <= 2 * span * 61 / 60 * 1.02


def test_threads_and_processes_share_one_budget(file: Path) -> None:
    limit = Limit("shared", 3_600, 50)
    DownloadStore(file).close()
    context = multiprocessing.get_context("spawn")
    counts = context.Queue()
    workers = [context.Process(target=spend_greedily, args=(file, limit, counts)) for _ in range(2)]
    for worker in workers:
        worker.start()
    granted = sum(counts.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join(30)
    assert granted == 50


def spend_greedily(file: Path, limit: Limit, counts: "multiprocessing.Queue[int]") -> None:
    """Spend as much as possible in four threads, and return the total."""
    downloads = DownloadStore(file)
    ledger, granted = Ledger(downloads, Clock(downloads)), itertools.count()
    threads = [
        threading.Thread(
            target=lambda: [next(granted) for _ in range(20) if not ledger.take([limit], 1)]
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    downloads.close()
    counts.put(next(granted))
