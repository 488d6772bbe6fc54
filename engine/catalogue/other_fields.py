"""Fields of a source that the catalogue has no name for, kept as a JSON object."""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import orjson

from engine.catalogue.documents import is_odd_date

COMMON_FIELDS: Mapping[str, tuple[str, ...]] = {
    "observed_on": ("observed_on", "event_date", "observation_date", "date", "created"),
    "latitude": ("latitude", "decimal_latitude", "lat"),
    "longitude": ("longitude", "decimal_longitude", "lon", "lng"),
    "place": ("place", "place_guess", "locality", "location"),
    "organ": ("organ", "plant_organ", "plant_part"),
    "elevation": ("elevation", "altitude"),
    "quality_grade": ("quality_grade",),
    "taxon_id": ("taxon_id", "species_id", "taxon_key"),
    "part": ("part", "split", "subset", "partition", "set", "fold", "particion", "conjunto"),
}
"""Other fields that data sets of a known format have in common, and their names in sources.

`part` is the data set's own split; the fields in `_NUMBERS` are numbers, the others text.
"""
MOST_BYTES = 4_096
_NUMBERS = frozenset({"latitude", "longitude", "elevation"})
_LONGEST_TEXT = 500
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_LONGEST_NAME = 200
_AS_TEXT = frozenset({"ObjectId", "Decimal128", "Decimal", "UUID"})

Field = tuple[str, Any]
Entry = tuple[str, bytes]
"""The name of a field, and the name and value as JSON."""


def fields_below(
    value: Any, left_out: Collection[str] = frozenset(), path: str = ""
) -> Iterator[Field]:
    """The strings, numbers, booleans and lists of these in a nested value, by dotted name.

    Dates and ids become strings. `left_out` names paths that are skipped with all below them.
    """
    if path and path in left_out:
        return
    if isinstance(value, Mapping):
        start = f"{path}." if path else ""
        for name, inner in value.items():
            if type(name) is not str or not name.isascii():
                name = str(name).encode(errors="replace").decode()
            below = start + name
            if below not in left_out:
                yield from fields_below(inner, left_out, below)
    elif isinstance(value, list):
        kept = [_plain(inner) for inner in value]
        if kept and None not in kept:
            yield path, kept
    elif path and (plain := _plain(value)) is not None:
        yield path, plain


def common_json(values: Mapping[str, Any]) -> str:
    """Fields of `COMMON_FIELDS` as `as_json` writes them, in alphabetical order.

    Values that are empty, nested or no numbers where numbers belong are left out.

    Raises:
        ValueError: a name is not in `COMMON_FIELDS`.
    """
    if unknown := values.keys() - COMMON_FIELDS.keys():
        raise ValueError(f"No common fields: {sorted(unknown)}")
    found = {name: _common(name, value) for name, value in sorted(values.items())}
    return as_json((name, value) for name, value in found.items() if value not in (None, ""))


def as_json(fields: Iterable[Field]) -> str:
    """The fields as a JSON object of at most `MOST_BYTES` bytes; empty without fields.

    Of equal names the first counts. A field that does not fit is left out.
    """
    return json_of(entries_of(fields))


def entries_of(fields: Iterable[Field]) -> list[Entry]:
    """The fields as entries of a JSON object, for `json_of`."""
    return [
        (name, orjson.dumps(name) + b":" + orjson.dumps(value))
        for name, value in fields
        if len(name) <= _LONGEST_NAME
    ]


def json_of(*parts: Iterable[Entry]) -> str:
    """What `as_json` gives of the fields of these entries."""
    written: dict[str, bytes] = {}
    size = len("{}")
    for part in parts:
        for name, entry in part:
            if name not in written and size + len(entry) + len(",") <= MOST_BYTES:
                written[name] = entry
                size += len(entry) + len(",")
    return "{" + b",".join(written.values()).decode() + "}" if written else ""


def _common(name: str, value: Any) -> str | float | None:
    if name in _NUMBERS:
        return _number(value)
    if value is None or value != value or isinstance(value, dict | list | bytes):
        return None
    return _CONTROL.sub(" ", str(value)).strip()[:_LONGEST_TEXT]


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _plain(value: Any) -> Any:
    """A value as JSON has it; None if it is empty or of another kind."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value.isascii():
            return value.strip() or None
        return value.strip().encode(errors="replace").decode() or None
    if isinstance(value, int):
        # BSON has a kind of integer of its own.
        return int(value) if -(2**63) <= value < 2**64 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if is_odd_date(value):
        return None
    return str(value) if type(value).__name__ in _AS_TEXT else None
