"""Reading nested documents of any structure by paths."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from engine.catalogue.mapping import MappingSettings, PhotographPart, paths_in

_FIRST_ELEMENTS = 5
_LONGEST_PLACE = 10


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


class FoundPhotograph(NamedTuple):
    """A photograph in a document: the values of its fields, and the element of the array `part`
    that describes it, with the element's place there, from 0."""

    part: PhotographPart
    values: dict[str, Any]
    element: Any = None
    place: int = 0


def document_photographs(
    document: Mapping[str, Any], mapping: MappingSettings
) -> Iterator[FoundPhotograph]:
    """The photographs of a document, array by array.

    A document that has none of the arrays gives one without values.
    """
    parts = _parts(mapping)
    is_empty = True
    for part in parts:
        around = {field: value_at(document, path) for field, path in part.around.items()}
        if not part.array:
            is_empty = False
            yield FoundPhotograph(part, around)
        elif (array := value_at(document, part.array, whole=True)) is not None:
            is_empty = False
            for place, element in enumerate(array if isinstance(array, list) else [array]):
                own = {field: _of_element(element, path) for field, path in part.within.items()}
                if isinstance(element, str) and "url" in own:
                    # Where some elements are objects, others may be the plain address.
                    own["url"] = element
                yield FoundPhotograph(part, {**around, **own}, element, place)
    if is_empty:
        around = {field: value_at(document, path) for field, path in parts[0].around.items()}
        yield FoundPhotograph(parts[0], {"species": None} | around)


@lru_cache(maxsize=8)
def _parts(mapping: MappingSettings) -> tuple[PhotographPart, ...]:
    return tuple(mapping.parts())


def _of_element(element: Any, path: str) -> Any:
    return value_at(element, path) if path else element


def value_at(document: Any, path: str, *, whole: bool = False) -> Any:
    """The value at a path, or None. An array gives its first element, or all with `whole`."""
    if type(document) is dict and type(plain := document.get(path)) is str:
        # Fast path: nearly all values are text at the top level.
        return plain
    if "{" in path:
        parts = [as_text(value_at(document, one)) for one in paths_in(path)]
        return " ".join(parts) if all(parts) else None
    # A column may have dots in its name.
    is_plain = type(document) is dict and path in document
    value = document[path] if is_plain else document
    for part in () if is_plain else path.split("."):
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


def text_of(value: Any) -> str:
    """A cell's value as text; empty if the cell is empty."""
    if not isinstance(value, str):
        # Table tools write missing values as NaN, the only value unequal to itself.
        if value is None or value != value or isinstance(value, (dict, list, bytes)):
            return ""
        # A column of integers with a missing value is read as floats, such as 7.0.
        whole = isinstance(value, float) and value.is_integer()
        value = str(int(value) if whole else value)
    text: str = value.strip()
    return text if text.isascii() else text.encode(errors="replace").decode()


def as_text(value: Any) -> str:
    """A document's value as text: ids and dates are formatted, nested values give ""."""
    if type(value) is str and value.isascii():
        # Fast path: nearly all values are such.
        return value.strip()
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
        for inner in value[:_FIRST_ELEMENTS]:
            if isinstance(inner, Mapping):
                yield from _walk(inner, path)
    else:
        yield path, value, False
