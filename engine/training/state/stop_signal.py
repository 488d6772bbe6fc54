"""Stop requests: by a signal, or by a file in the run folder."""

import signal
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(Exception):
    """A stop was requested at a point where there is nothing new to save."""


class StopSignal:
    """While entered, SIGINT and SIGTERM request a stop instead of ending the process.

    A second SIGINT raises KeyboardInterrupt, because a user who presses Ctrl-C twice does not want
    to wait. With `creates_file`, a signal also creates the file, so that the processes of this
    leader see the request.
    """

    def __init__(self, file: Path, creates_file: bool = False) -> None:
        self._file = file
        self._creates_file = creates_file
        self._signalled = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopSignal":
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def wanted(self) -> bool:
        return self._signalled or self._file.exists()

    def answered(self) -> None:
        """Delete the file after the run has stopped."""
        self._file.unlink(missing_ok=True)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._signalled and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._signalled = True
        if self._creates_file:
            self._file.touch()
