"""The server's memory over many page runs."""

import gc
import subprocess
import sys

import pytest

from studio.memory import settle

COUNT = """
import re, sys, threading
from studio.memory import keep_small
told = keep_small() if sys.argv[1] == "few" else None
together = threading.Barrier(12)
def fill():
    together.wait()
    kept.append([bytes(700) for _ in range(20_000)])
    together.wait()
kept = []
threads = [threading.Thread(target=fill) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
# A thread's own heap is mapped in 64 MB of addresses, most of them not yet used.
heaps = [
    line for line in open("/proc/self/maps")
    if re.match(r"[0-9a-f]*000000-", line) and line.split()[1] == "rw-p" and len(line.split()) == 5
]
print(told, len(heaps))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="speaks of glibc")
def test_threads_share_few_heaps() -> None:
    told, few = _heaps("few")
    if told == "False":
        pytest.skip("This C library has no such setting.")
    _, many = _heaps("many")
    assert int(few) < int(many)


def test_existing_objects_are_exempt_from_garbage_collection() -> None:
    try:
        settle()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()


def _heaps(word: str) -> list[str]:
    command = [sys.executable, "-c", COUNT, word]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
