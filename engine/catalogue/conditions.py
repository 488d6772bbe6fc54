"""Filters written as text, one condition per field: "species=Bellis perennis"."""

from collections.abc import Iterable
from typing import get_args

from engine.catalogue.checking import require_plain
from engine.catalogue.store import Field, Filter
from engine.errors import BadInput
from engine.files import printable
from engine.language.message import message

CONDITIONS = ("text", *get_args(Field))
SHOWN: dict[str, bool | None] = {"used": False, "excluded": True, "all": None}
"""The value of `Filter.excluded` for each keyword."""


def filter_of(conditions: Iterable[str], shown: str = "used") -> Filter:
    """The filter for photographs that meet all conditions.

    Raises:
        BadInput: a condition is not FIELD=VALUE, `shown` is no key of `SHOWN`, or a value holds
            control characters.
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
    """The conditions from which `filter_of` rebuilds the filter, without `shown`."""
    return [f"{field}={value}" for field in CONDITIONS if (value := getattr(chosen, field))]


def visibility_of(chosen: Filter) -> str:
    """The key of `SHOWN` that corresponds to the filter's `excluded`."""
    return next(word for word, excluded in SHOWN.items() if excluded is chosen.excluded)
