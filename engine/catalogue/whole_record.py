"""A photograph's whole record, as exports of the studio write it into a row.

Such a row has every field, `apart`, and `listings`; see `engine.catalogue.store.Catalogue.lines`.
Flags are a list or names separated by spaces; listings a list, and `extra` an object, or JSON text.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import orjson

from engine.catalogue.checking import LONGEST, checked, is_plain
from engine.catalogue.fields import FIELDS, KINDS
from engine.catalogue.flags import FLAGS
from engine.catalogue.importing import Refusal, WholeRecord, refused
from engine.catalogue.names import BadField, species_name
from engine.catalogue.record import Photograph
from engine.language.message import Message

COLUMNS = (*FIELDS, "apart", "listings")
"""The columns of an exported table."""

# What no other table has together. A later version may add fields.
_SIGNS = frozenset({"image_id", "species", "original_name", "flags", "excluded", *COLUMNS[-3:]})
_DIGITS = {"sha256": re.compile(r"([0-9a-f]{64})?"), "phash": re.compile(r"([0-9a-f]{16})?")}
_MOST_LISTINGS = 1_000
_LONGEST = 100_000
_LARGEST_SIDE = 10_000_000


def is_whole(columns: Collection[str]) -> bool:
    """Whether rows with these columns are whole records."""
    return set(columns) >= _SIGNS


def whole_record(row: Mapping[str, Any], origin: str, file: Path | None) -> WholeRecord | Refusal:
    """The photograph of a row with its listings; or why it is refused.

    `file` is its image file, where there is one. Without one, it is remote.
    """
    try:
        photograph = _record(row)
        listings = tuple(map(_record, _listings(row.get("listings"))))
        apart = _boolean(row.get("apart"))
    except BadField as error:
        return refused(origin, error.message)
    photograph = photograph._replace(path="", state="remote")
    return WholeRecord(photograph, listings, apart, origin, file)


def _record(row: Mapping[str, Any]) -> Photograph:
    """The record that a row or listing holds.

    Raises:
        BadField: a field holds what no export writes.
    """
    if not isinstance(row, Mapping):
        raise _unknown("listings")
    values = {name: _value(name, value) for name in FIELDS if (value := row.get(name))}
    for required in ("image_id", "species"):
        if required not in values:
            raise _unknown(required)
    photograph = checked(Photograph(**values))
    name = species_name(photograph.species)
    if name.species == photograph.species:
        return photograph
    # A person wrote another name into the table.
    return photograph._replace(
        species=name.species,
        genus=photograph.genus or name.genus,
        original_name=photograph.original_name or photograph.species,
    )


def _value(name: str, value: Any) -> Any:
    kind = KINDS[name]
    if kind is bool:
        return _boolean(value, name)
    if kind is int:
        return _number(name, value)
    if name == "flags":
        return _flags(value)
    if name == "extra" and isinstance(value, dict):
        value = _as_text(value)
    if not isinstance(value, str):
        raise _unknown(name)
    if name not in LONGEST and (len(value) > _LONGEST or not is_plain(value)):
        raise _unknown(name)
    is_known = (
        value in ("cached", "remote")
        if name == "state"
        else _DIGITS[name].fullmatch(value)
        if name in _DIGITS
        else name != "extra" or _is_object(value)
    )
    if not is_known:
        raise _unknown(name)
    return value


def _boolean(value: Any, name: str = "excluded") -> bool:
    if value in (True, "true", "True", "TRUE", "1"):
        return True
    if value in (False, None, "", "false", "False", "FALSE", "0"):
        return False
    raise _unknown(name)


def _number(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = -1
    if not 0 <= number <= _LARGEST_SIDE:
        raise _unknown(name)
    return number


def _flags(value: Any) -> tuple[str, ...]:
    names = value.split() if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise _unknown("flags")
    # A later version may have further flags.
    return tuple(sorted(FLAGS.keys() & names))


def _listings(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, list) or len(value) > _MOST_LISTINGS:
        raise _unknown("listings")
    return value


def _as_text(value: dict[str, Any]) -> str:
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError) as error:
        raise _unknown("extra") from error


def _is_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except ValueError:
        return False


def _unknown(name: str) -> BadField:
    label = Message(FIELDS[name].label) if name in FIELDS else name
    return BadField("{field}: the value is none that an export writes.", field=label)
