"""A filter in words, one condition a field: "species=Bellis perennis"."""

from collections.abc import Iterable
from typing import get_args

from engine.catalogue.checking import require_plain
from engine.catalogue.store import Field, Filter
from engine.errors import BadInput
from engine.files import printable
from engine.language.message import message

CONDITIONS = ("text", *get_args(Field))
SHOWN: dict[str, bool | None] = {"used": False, "excluded": True, "all": None}
"""What is meant of the excluded photographs, by the word for it."""


def filter_of(conditions: Iterable[str], shown: str = "used") -> Filter:
    """The filter that lets through what meets all conditions.

    Raises:
        BadInput: one is not FIELD=VALUE, or the word for what is shown is unknown, or a value
            holds control characters.
    """
    if shown not in SHOWN:
        raise BadInput(
            "“{given}” is not one of {choices}.", given=printable(shown), choices=", ".join(SHOWN)
        )
    values: dict[str, str] = {}
    for condition in conditions:
        field, equals, value = condition.partition("=")
        if field not in CONDITIONS or not equals or not value:
            raise BadInput(
                "--where {condition} must be FIELD=VALUE. The fields are {fields}.",
                condition=condition,
                fields=", ".join(CONDITIONS),
            )
        values[field] = require_plain(value, message("--where {field}", field=field))
    return Filter(**values, excluded=SHOWN[shown])


def conditions_of(chosen: Filter) -> list[str]:
    """The conditions of which `filter_of` makes the filter again, but for what is shown."""
    return [f"{field}={value}" for field in CONDITIONS if (value := getattr(chosen, field))]


def visibility_of(chosen: Filter) -> str:
    """The word for what the filter lets through of the excluded photographs."""
    return next(word for word, excluded in SHOWN.items() if excluded is chosen.excluded)
