"""The position of an import, from which an interrupted import resumes."""

import hashlib
from collections import deque
from collections.abc import Callable
from typing import Any

from engine.files import read_json, write_json
from engine.home import Home


def _as_it_is(mark: Any) -> Any:
    return mark


class Position:
    """The last mark up to which all photographs are committed, stored in the home.

    A mark is any value that orders the source, such as a document's id. `what` identifies the
    import. `write` converts a mark to a JSON value, and `read` converts it back. `after` is the
    mark of an earlier attempt, or None; `before` is the number of photographs it imported.
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
        """Record that `photographs` have been passed on so far, the last one at this mark."""
        self._passed.append((photographs, mark))

    def reached(self, photographs: int) -> Any:
        """Record that `photographs` are committed; returns their last mark if it is new."""
        last = None
        while self._passed and self._passed[0][0] <= photographs:
            last = self._passed.popleft()
        if last is None:
            return None
        kept = {"after": self._write(last[1]), "photographs": self.before + last[0]}
        write_json(self._file, kept)
        return last[1]

    def clear(self) -> None:
        """Delete the position after a complete import."""
        self._file.unlink(missing_ok=True)
