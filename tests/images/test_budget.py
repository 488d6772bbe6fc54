"""One budget of decoded bytes for all threads of a process, without deadlocks."""

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from engine.errors import UnreadableImage
from engine.images import budget as budget_module
from engine.images.budget import Budget, budget, default_total, share_among
from engine.images.decode import read_rgb
from engine.workers import in_processes

MB = 2**20


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not holds() and time.monotonic() < until:
        time.sleep(0.005)
    return holds()


def holding(shared: Budget, size: int, until: threading.Event) -> threading.Thread:
    def hold() -> None:
        with shared.hold(size):
            until.wait(10)

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    return thread


def test_threads_never_hold_more_than_the_total() -> None:
    shared, most = Budget(100), 0

    def work(size: int) -> None:
        nonlocal most
        with shared.hold(size):
            most = max(most, shared.used)
            time.sleep(0.0005)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, [10, 40, 70, 25] * 50))
    assert 70 <= most <= 100
    assert shared.used == 0


def test_a_request_that_exceeds_the_total_runs_alone() -> None:
    shared, done = Budget(100), threading.Event()
    holding(shared, 1, done)
    assert eventually(lambda: shared.used == 1)
    large = holding(shared, 500, done)
    time.sleep(0.05)
    assert shared.used == 1
    done.set()
    large.join(10)
    assert not large.is_alive()
    assert shared.used == 0


def test_later_small_requests_do_not_overtake_a_large_one() -> None:
    shared, first, others = Budget(100), threading.Event(), threading.Event()
    holding(shared, 60, first)
    assert eventually(lambda: shared.used == 60)
    holding(shared, 90, others)
    assert eventually(lambda: len(shared._waiting) == 1)
    holding(shared, 5, others)
    assert eventually(lambda: len(shared._waiting) == 2)
    assert shared.used == 60, "the small one waits behind the large one"
    first.set()
    assert eventually(lambda: shared.used == 95)
    others.set()
    assert eventually(lambda: shared.used == 0)


def test_a_thread_that_holds_a_reservation_never_waits_for_more() -> None:
    shared = Budget(100)

    def nested(_: int) -> None:
        with shared.hold(60):
            time.sleep(0.001)
            with shared.hold(60):
                pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(nested, range(40)))
    assert shared.used == 0


def test_a_failure_releases_the_reservation(tmp_path: Path) -> None:
    shared = Budget(100)
    with pytest.raises(ValueError), shared.hold(80):
        raise ValueError
    assert shared.used == 0
    Image.new("RGB", (400, 300)).save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:-60])
    with pytest.raises(UnreadableImage):
        read_rgb(tmp_path / "a.png")
    assert budget().used == 0


def test_a_request_that_gives_up_waiting_lets_the_next_continue() -> None:
    class GivenUpError(Exception):
        pass

    class Impatient(Budget):
        def _fits(self, size: int) -> bool:
            if size == 13:
                raise GivenUpError
            return super()._fits(size)

    shared = Impatient(100)
    with pytest.raises(GivenUpError), shared.hold(13):
        pass
    with shared.hold(100):
        assert shared.used == 100


@pytest.mark.parametrize(("gigabytes", "megabytes"), [(2, 256), (8, 512), (16, 1024), (512, 1024)])
def test_the_default_budget_is_a_sixteenth_of_the_memory(gigabytes: int, megabytes: int) -> None:
    assert default_total(gigabytes * 1024 * MB) == megabytes * MB


def test_worker_processes_share_the_budget_of_one() -> None:
    whole = budget_module._total()
    assert set(in_processes(_budget_of_worker, range(8), 4)) == {whole // 4}


def _budget_of_worker(_: object) -> int:
    return budget().total


@pytest.mark.skipif(sys.platform == "win32", reason="speaks of forks")
def test_a_fork_during_decoding_starts_with_an_unused_budget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budget_module, "_budget", None)
    with budget().hold(budget().total):
        child = os.fork()
        if not child:
            with budget().hold(budget().total):
                os._exit(0 if budget().used == budget().total else 1)
        assert os.waitpid(child, 0)[1] == 0


def test_a_process_can_be_given_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget_module, "_budget", None)
    share_among(4)
    assert budget().total == budget_module._total() // 4
