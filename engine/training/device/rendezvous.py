"""How the processes of a run find each other, even after a restart of some."""

import hashlib
import os
import time
import uuid
from datetime import timedelta
from typing import Any

from torch import distributed as dist

# The time limit for all processes to start and connect, and the wait between two tries.
_MEETING, _MOMENT = timedelta(minutes=10), timedelta(seconds=1)


def common_store(rank: int, count: int) -> Any:
    """Return a store that the processes of this start share, without entries of earlier starts.

    torchrun keeps its store over restarts, including the addresses of dead processes. So each
    process writes a new name, and the first hashes all names to a token. The token becomes the
    prefix of the store as soon as all processes have confirmed it.
    """
    hosts = rank == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    # torch exports TCPStore if built with it; only the type stubs lack it.
    store = dist.TCPStore(  # type: ignore[attr-defined]
        address, port, is_master=hosts, timeout=_MEETING
    )
    name = uuid.uuid4().hex
    store.set(f"name/{rank}", name)
    token = _lead(store, count) if rank == 0 else _follow(store, rank, name)
    return dist.PrefixStore(token, store)  # type: ignore[attr-defined]


def _lead(store: Any, count: int) -> str:
    until = time.monotonic() + _MEETING.total_seconds()
    while True:
        names = [store.get(f"name/{rank}").decode() for rank in range(count)]
        token = hashlib.sha256("".join(names).encode()).hexdigest()
        for name in names:
            store.set(f"token/{name}", token)
        try:
            store.wait([f"answer/{token}/{rank}" for rank in range(1, count)], _MOMENT)
        except dist.DistStoreError:
            # One of the names is from a dead process.
            if time.monotonic() > until:
                raise
        else:
            store.set(f"go/{token}", "")
            return token


def _follow(store: Any, rank: int, name: str) -> str:
    until = time.monotonic() + _MEETING.total_seconds()
    while True:
        token: str = store.get(f"token/{name}").decode()
        store.set(f"answer/{token}/{rank}", "")
        try:
            store.wait([f"go/{token}"], _MOMENT)
        except dist.DistStoreError:
            if time.monotonic() > until:
                raise
        else:
            return token
