"""Fields of a source that the catalogue has no name for, kept as a JSON object."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import orjson

from engine.catalogue.documents import is_odd_date

MOST_BYTES = 4_096
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
