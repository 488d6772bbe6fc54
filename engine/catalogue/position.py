"""How far an import has come, so that one that was cut off goes on where it stopped."""

import hashlib
from collections import deque
from collections.abc import Callable
from typing import Any

from engine.files import read_json, write_json
from engine.home import Home


def _as_it_is(mark: Any) -> Any:
    return mark


class Position:
    """The last mark all of whose photographs are in, kept in the home.

    `what` says which import it is; `write` makes of a mark what JSON can hold, `read` a mark of
    that again. `after` is the mark of an earlier attempt, None where there was none, `before`
    the photographs that it took in.
    """

    def __init__(
        self,
        home: Home,
        what: str,
        write: Callable[[Any], Any] = _as_it_is,
        read: Callable[[Any], Any] = _as_it_is,
    ) -> None:
        name = hashlib.sha256(what.encode()).hexdigest()[:16]
        self._file = home.data / "imports" / f"{name}.json"
        self._write = write
        self._passed: deque[tuple[int, Any]] = deque()
        self.after: Any = None
        self.before = 0
        if self._file.is_file():
            kept = read_json(self._file)
            self.after, self.before = read(kept["after"]), int(kept["photographs"])

    def passed(self, mark: Any, photographs: int) -> None:
        """So many photographs have been handed on, the last of them at this mark."""
        self._passed.append((photographs, mark))

    def reached(self, photographs: int) -> Any:
        """So many photographs are in for good; returns the last mark of them, if it is new."""
        last = None
        while self._passed and self._passed[0][0] <= photographs:
            last = self._passed.popleft()
        if last is None:
            return None
        kept = {"after": self._write(last[1]), "photographs": self.before + last[0]}
        write_json(self._file, kept)
        return last[1]

    def clear(self) -> None:
        """All is in."""
        self._file.unlink(missing_ok=True)
