import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from engine.locks import LOCK_VARIABLE, claim, inherited, is_held, release


def test_an_unused_lock_is_free(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "lock")


def test_a_claimed_lock_is_held_until_it_is_released(tmp_path: Path) -> None:
    descriptor = claim(tmp_path / "lock")
    assert descriptor is not None
    assert is_held(tmp_path / "lock")
    assert claim(tmp_path / "lock") is None
    release(descriptor)
    assert not is_held(tmp_path / "lock")


def test_a_child_keeps_the_lock_after_its_parent_released_it_until_it_exits(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "lock"
    descriptor = claim(lock)
    assert descriptor is not None
    child = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=(descriptor,)
    )
    release(descriptor)
    assert is_held(lock)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not is_held(lock)


def test_a_forked_copy_of_the_holder_does_not_keep_the_lock(tmp_path: Path) -> None:
    script = (
        "import multiprocessing, sys, time\n"
        "from pathlib import Path; from engine.locks import claim\n"
        "claim(Path(sys.argv[1]))\n"
        "worker = multiprocessing.get_context('fork').Process(target=time.sleep, args=(60,))\n"
        "worker.start(); print(worker.pid, flush=True); worker.join()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "lock")], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    worker = int(holder.stdout.readline())
    assert is_held(tmp_path / "lock")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    try:
        # The copy releases the lock as soon as it is scheduled.
        until = time.monotonic() + 10
        while is_held(tmp_path / "lock"):
            assert time.monotonic() < until, "the copy kept the lock"
            time.sleep(0.01)
    finally:
        os.kill(worker, signal.SIGKILL)


def test_an_inherited_lock_is_not_passed_on_to_grandchildren(tmp_path: Path, monkeypatch) -> None:
    lock = tmp_path / "lock"
    descriptor = claim(lock)
    assert descriptor is not None
    os.set_inheritable(descriptor, True)
    monkeypatch.setenv(LOCK_VARIABLE, str(descriptor))
    assert inherited(lock) == descriptor
    assert not os.get_inheritable(descriptor)
    assert LOCK_VARIABLE not in os.environ
    release(descriptor)


def test_a_descriptor_of_another_file_is_not_an_inherited_lock(tmp_path: Path, monkeypatch) -> None:
    descriptor = claim(tmp_path / "one")
    assert descriptor is not None
    (tmp_path / "other").touch()
    monkeypatch.setenv(LOCK_VARIABLE, str(descriptor))
    assert inherited(tmp_path / "other") is None
    release(descriptor)
