"""Arrays that are kept for the next run, up to so many bytes, and handed out without a copy."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from numpy.typing import NDArray

Made = tuple[NDArray[Any], float]
"""An array and a number that belongs to it."""


class Kept:
    """The arrays that were used last; what they hold is not to be written to.

    Streamlit's own cache unpickles what it holds at every use, which for the map of a camera's
    photograph takes longer than all that is done with it.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._items: OrderedDict[Hashable, Made] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is kept under the key, made if it is not there; made twice where two ask at once."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        made = make()
        made[0].setflags(write=False)
        with self._lock:
            if key not in self._items:
                self._items[key] = made
                self._bytes += made[0].nbytes
            while self._bytes > self._most and len(self._items) > 1:
                _, (oldest, _) = self._items.popitem(last=False)
                self._bytes -= oldest.nbytes
        return made
