"""Closing connections at a fixed deadline that received bytes do not extend."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

_TICK = 0.1


@dataclass(eq=False)
class _Limit:
    sock: socket.socket
    deadline: float
    cut: bool = False


class Watchdog:
    """Shuts sockets down at their deadline, from its own thread.

    A socket's timeout restarts with every byte, so a server that sends single bytes could hold
    a connection forever.
    """

    def __init__(self) -> None:
        self._limits: list[_Limit] = []
        self._lock = threading.Lock()
        self._ended, self._aborted = threading.Event(), False
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def limit(self, sock: socket.socket | None, seconds: float) -> Iterator[None]:
        """Shut `sock` down unless the block ends within `seconds`.

        Raises:
            TimeoutError: the block took longer.
        """
        if sock is None:
            yield
            return
        limit = _Limit(sock, time.monotonic() + seconds)
        with self._lock:
            self._limits.append(limit)
        try:
            yield
        except Exception as error:
            if limit.cut:
                raise TimeoutError from error
            raise
        finally:
            with self._lock:
                self._limits.remove(limit)
        # An answer may look complete although its connection was shut down.
        if limit.cut:
            raise TimeoutError

    def abort(self) -> None:
        """Shut down every connection with a limit, now and in the future."""
        self._aborted = True

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_TICK):
            now = time.monotonic()
            with self._lock:
                for limit in self._limits:
                    if now >= limit.deadline or self._aborted:
                        limit.cut = True
                        with contextlib.suppress(OSError):
                            # Bypasses TLS, whose own shutdown must not run in two threads.
                            socket.socket.shutdown(limit.sock, socket.SHUT_RDWR)
