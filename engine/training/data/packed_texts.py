"""Many short texts in one array."""

from collections.abc import Iterable

import numpy as np


class PackedTexts:
    """An immutable list of texts, kept as one byte array and its offsets.

    Forked workers that only read a Python list still copy its pages, for every look at an
    object counts a reference; an array of bytes is shared for good.
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
