"""Reading nested documents of any structure by paths."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from engine.catalogue.fields import FIELDS, IMPORTED
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.table_import import text_of

_FIRST_TAKEN = 200
_LONGEST_PLACE = 10
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")


class FieldSummary(NamedTuple):
    """A path in the documents: how often it occurs, and some of its values."""

    path: str
    documents: int
    values: list[Any]
    is_array: bool


def summarise_fields(documents: Iterable[Mapping[str, Any]]) -> list[FieldSummary]:
    """The paths in some documents, most frequent first; an array counts by its elements."""
    found: dict[str, list[Any]] = {}
    arrays: set[str] = set()
    for document in documents:
        here: dict[str, Any] = {}
        for path, value, is_array in _walk(document, ""):
            here.setdefault(path, value)
            if is_array:
                arrays.add(path)
        for path, value in here.items():
            found.setdefault(path, []).append(value)
    seen = [
        FieldSummary(path, len(values), values, path in arrays) for path, values in found.items()
    ]
    return sorted(seen, key=lambda one: -one.documents)


def guess_mapping(documents: Iterable[Mapping[str, Any]]) -> MappingSettings:
    """Guess the path of each photograph field from the names and values in some documents."""
    seen = summarise_fields(documents)
    fields = {
        field: path for field in IMPORTED if (path := _best(field, seen)) and field != "image_id"
    }
    holder = fields.get("url") or fields.get("path", "")
    array = next((one.path for one in seen if one.is_array and _below(holder, one.path)), "")
    inside = [one for one in seen if array and one.path.startswith(f"{array}.")]
    own_ids = [one.path for one in inside if one.path in (f"{array}.id", f"{array}._id")]
    fields["image_id"] = _best("image_id", inside or seen) or next(iter(own_ids), "_id")
    return MappingSettings(photographs=array, **fields)


def document_photographs(
    document: Mapping[str, Any], mapping: MappingSettings
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The fields of each photograph in a document, with its index in the document's array."""
    paths = _paths(mapping)
    if not mapping.photographs:
        yield 0, {field: value_at(document, path) for field, path in paths.items()}
        return
    array = value_at(document, mapping.photographs, whole=True)
    for position, element in enumerate(array if isinstance(array, list) else [array]):
        values = {}
        for field, path in paths.items():
            if _below(path, mapping.photographs):
                rest = path[len(mapping.photographs) + 1 :]
                values[field] = value_at(element, rest) if rest else element
            else:
                values[field] = value_at(document, path)
        yield position, values


@lru_cache(maxsize=8)
def _paths(mapping: MappingSettings) -> dict[str, str]:
    return {field: path for field in IMPORTED if (path := mapping.path_of(field))}


def value_at(document: Any, path: str, *, whole: bool = False) -> Any:
    """The value at a path, or None. An array gives its first element, or all with `whole`."""
    if type(document) is dict and type(plain := document.get(path)) is str:
        # Fast path: nearly all values are text at the top level.
        return plain
    value = document
    for part in path.split("."):
        if isinstance(value, list):
            is_place = part.isdecimal() and len(part) < _LONGEST_PLACE
            position = int(part) if is_place else 0
            value = value[position] if position < len(value) else None
            if is_place:
                continue
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, list) and not whole:
        return value[0] if value else None
    return value


def as_text(value: Any) -> str:
    """A document's value as text: ids and dates are formatted, nested values give ""."""
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bool, bytes, dict)) or is_odd_date(value):
        return ""
    return text_of(value)


def is_odd_date(value: Any) -> bool:
    """Whether a value is a BSON date that Python cannot represent, such as the year 10000."""
    # Compared by name: importing bson is slow, and tables do not need it.
    return type(value).__name__ == "DatetimeMS"


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any, bool]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        yield path, value[0] if value else None, True
        for inner in value[:1]:
            if isinstance(inner, Mapping):
                yield from _walk(inner, path)
    else:
        yield path, value, False


def _best(field: str, seen: list[FieldSummary]) -> str:
    about = FIELDS[field]
    names = [*about.columns, *about.aliases]
    rated = []
    for one in seen:
        name, parent = _last_names(one.path)
        bare = name in about.bare and parent in about.parents
        if name in names or bare:
            rank = -1 if bare else names.index(name)
            rated.append((_unfit(field, one), -one.documents, rank, one.path))
    fitting = [path for unfit, _, _, path in sorted(rated) if not unfit]
    return fitting[0] if fitting else ""


def _unfit(field: str, one: FieldSummary) -> bool:
    """Whether most of a path's values are not valid for the field."""
    texts = [as_text(value) for value in one.values[:_FIRST_TAKEN]]
    if field == "species":
        texts = [value for value in one.values[:_FIRST_TAKEN] if isinstance(value, str)]
    if field == "url":
        texts = [text for text in texts if text.startswith(("http://", "https://"))]
    if field == "path":
        texts = [text for text in texts if not text.startswith(("http://", "https://"))]
    return 2 * sum(map(bool, texts)) < min(len(one.values), _FIRST_TAKEN)


def _last_names(path: str) -> tuple[str, str]:
    """The last name of a path and the one above it: "obs.taxonName" -> "taxon_name", "obs"."""
    parts = ["_".join(_PARTS.findall(part)).lower() for part in path.split(".")]
    return parts[-1], (parts[-2].rstrip("s") if len(parts) > 1 else "")


def _below(path: str, parent: str) -> bool:
    return path == parent or path.startswith(f"{parent}.")
