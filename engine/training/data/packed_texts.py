"""Many short strings in one array."""

from collections.abc import Iterable

import numpy as np


class PackedTexts:
    """An immutable list of strings, stored as one byte array and its offsets.

    Reading a Python list changes reference counts, so forked workers copy its pages. They share a
    byte array.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        encoded = [text.encode() for text in texts]
        self._bytes = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        self._ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> str:
        start, end = self._ends[index], self._ends[index + 1]
        return self._bytes[start:end].tobytes().decode()
