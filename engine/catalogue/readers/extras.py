"""The text of `Photograph.extra`, and the agreed names in it."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

NAMES = frozenset(
    [
        "observed_on",
        "latitude",
        "longitude",
        "place",
        "organ",
        "elevation",
        "quality_grade",
        "taxon_id",
        "part",
    ]
)
"""The agreed names. `part` is the data set's own split; coordinates and elevation are numbers."""

_NUMBERS = ("latitude", "longitude", "elevation")
_LONGEST = 500
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def extra_text(values: Mapping[str, Any]) -> str:
    """A JSON object with sorted keys of the values that are not empty; "" if all are.

    Raises:
        ValueError: a name is not agreed.
    """
    if unknown := values.keys() - NAMES:
        raise ValueError(f"No agreed names: {sorted(unknown)}")
    found = {name: _number(v) if name in _NUMBERS else _text(v) for name, v in values.items()}
    kept = {name: value for name, value in found.items() if value not in (None, "")}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False) if kept else ""


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str:
    if value is None or value != value or isinstance(value, dict | list | bytes):
        return ""
    return _CONTROL.sub(" ", str(value)).strip()[:_LONGEST]
