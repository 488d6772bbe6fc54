"""The part of a split that file and folder names stand for."""

import re
from collections.abc import Iterable

_PART = re.compile(
    r"(?:(?P<train>train|training)|(?P<val>val|valid|validation|dev)|(?P<test>test|testing))"
    r"(?![a-z])",
    re.IGNORECASE,
)


def part_in(names: Iterable[str]) -> str:
    """The part train, val or test that one of the names begins with; else empty.

    "train-00000-of-00004.parquet" -> "train", "train_mini" -> "train", "Testudinaria" -> "".
    """
    found = next(filter(None, map(_PART.match, names)), None)
    return (found.lastgroup or "") if found else ""
