"""Fields of a source that the catalogue has no name for, kept as a JSON object."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import orjson

from engine.catalogue.documents import is_odd_date
from engine.catalogue.own_fields import PREFIX, own_fields, own_from_cell

MOST_BYTES = 4_096
_LONGEST_NAME = 200
_AS_TEXT = frozenset({"ObjectId", "Decimal128", "Decimal", "UUID"})

Field = tuple[str, Any]


def fields_below(
    value: Any, left_out: Collection[str] = frozenset(), path: str = ""
) -> Iterator[Field]:
    """The strings, numbers, booleans and lists of these in a nested value, by dotted name.

    Dates and ids become strings. `left_out` names paths that are skipped with all below them.
    """
    if path and path in left_out:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            name = str(name).encode(errors="replace").decode()
            yield from fields_below(inner, left_out, f"{path}.{name}" if path else name)
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
    written: dict[str, bytes] = {}
    size = len("{}")
    for name, value in fields:
        if name in written or len(name) > _LONGEST_NAME:
            continue
        entry = orjson.dumps(name) + b":" + orjson.dumps(value)
        if size + len(entry) + len(",") <= MOST_BYTES:
            written[name] = entry
            size += len(entry) + len(",")
    return "{" + b",".join(written.values()).decode() + "}" if written else ""


def with_own_columns(extra: str, row: Mapping[str, Any], columns: Iterable[str]) -> str:
    """`extra` with the own fields in these columns of a table's row, as an export wrote them."""
    found = list(own_fields(extra).items())
    for column in columns:
        value = own_from_cell(row.get(column))
        path = column.removeprefix(PREFIX[:-1]).removeprefix(".")
        if path or isinstance(value, Mapping):
            found += fields_below(value, path=path)
    return as_json(found)


def _plain(value: Any) -> Any:
    """A value as JSON has it; None if it is empty or of another kind."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
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
