"""Groups of a photograph's fields, derived from the declarations in the record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Literal, get_args, get_origin, get_type_hints

from engine.catalogue.record import PhotoField, Photograph

Kind = type[str] | type[int] | type[bool] | type[tuple[str, ...]]
Values = tuple[Any, ...]


def _declared() -> Iterator[tuple[str, Kind, PhotoField]]:
    for name, hint in get_type_hints(Photograph, include_extras=True).items():
        kind, about = get_args(hint)
        if get_origin(kind) is Literal:
            kind = str
        yield name, get_origin(kind) or kind, about


FIELDS: Mapping[str, PhotoField] = {name: about for name, _, about in _declared()}
KINDS: Mapping[str, Kind] = {name: kind for name, kind, _ in _declared()}
EMPTY: Mapping[str, Any] = {"image_id": "", "species": "", **Photograph._field_defaults}
"""The value of each field when it is unknown."""

TEXTS = tuple(name for name, kind in KINDS.items() if kind is str)
NUMBERS = tuple(name for name, kind in KINDS.items() if kind is int)
IMPORTED = tuple(name for name, about in FIELDS.items() if about.columns)
"""The fields that imports set."""
FACETS = tuple(name for name, about in FIELDS.items() if about.is_facet)
"""The fields that photographs are counted and filtered by."""
PLAIN = tuple(name for name in FIELDS if name not in (*FACETS, "image_id"))
"""The fields stored in a photograph's own row or document; its facet stores the others."""


def photograph_maker(names: Sequence[str]) -> Callable[[Values], Photograph]:
    """A function that builds a photograph from values in the order of `names`.

    `names` may include names that are no field; their values are ignored.
    """
    in_order = itemgetter(*map(list(names).index, FIELDS))
    # The same as Photograph(*values), in a third of the time.
    return lambda values: tuple.__new__(Photograph, in_order(values))


def values_of(names: Sequence[str]) -> Callable[[Photograph], Values]:
    """A function that returns these fields of a photograph, in order; needs at least two."""
    return itemgetter(*map(list(FIELDS).index, names))


def checked_change(change: Mapping[str, Any]) -> dict[str, Any]:
    """Validate a change to a photograph and convert its values to the stored types.

    Raises:
        ValueError: a name is no field of a photograph.
    """
    require_fields(change)
    written = dict(change)
    if "flags" in written:
        written["flags"] = tuple(written["flags"])
    return written


def require_fields(names: "Mapping[str, Any] | Sequence[str]") -> None:
    """Check that every name is a field of a photograph.

    Raises:
        ValueError: a name is no field.
    """
    unknown = set(names) - FIELDS.keys()
    if unknown:
        raise ValueError(f"A photograph has no {', '.join(sorted(unknown))}")
