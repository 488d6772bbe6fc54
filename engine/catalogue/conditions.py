"""Filters written as text: "species=Bellis perennis", "license~production", "region!=EU_SW"."""

import difflib
import re
from collections.abc import Iterable
from typing import cast, get_args

from engine.catalogue.checking import require_plain
from engine.catalogue.fields import FIELDS
from engine.catalogue.licences import TIER_WORDS, tier_of
from engine.catalogue.names import search_form
from engine.catalogue.own_fields import PREFIX
from engine.catalogue.store import UNSTATED, Catalogue, Field, FieldCondition, Filter, Operator
from engine.errors import BadInput
from engine.files import printable
from engine.language.message import message

CONDITIONS = ("text", *get_args(Field))
"""The fields that a filter compares with one value, and for which it has an attribute."""
SHOWN: dict[str, bool | None] = {"used": False, "excluded": True, "all": None}
"""The value of `Filter.excluded` for each keyword."""
DECLARED = tuple(dict.fromkeys([*CONDITIONS, *(name for name in FIELDS if name != "excluded")]))
"""The names that mean a field of the record; any other is an own field."""

_WRITTEN = re.compile(r"([^=!~]+)(!=|=|~)(.+)", re.DOTALL)
_MOST_NAMED = 10


def filter_of(conditions: Iterable[str], shown: str = "used") -> Filter:
    """The filter for photographs that meet all conditions.

    A name that is no field of the record is that of an own field, with or without `extra.`.

    Raises:
        BadInput: a condition is not FIELD=VALUE, FIELD!=VALUE or FIELD~VALUE, `shown` is no key
            of `SHOWN`, or a value holds control characters.
    """
    if shown not in SHOWN:
        raise BadInput(
            "“{given}” is not one of {choices}.", given=printable(shown), choices=", ".join(SHOWN)
        )
    values: dict[str, str] = {}
    others: list[FieldCondition] = []
    for one in map(condition_of, conditions):
        if one.operator == "=" and one.field in CONDITIONS and one.field not in values:
            values[one.field] = one.value
        else:
            others.append(one)
    return Filter(**values, excluded=SHOWN[shown], conditions=tuple(others))


def condition_of(text: str) -> FieldCondition:
    """A condition from its text.

    Raises:
        BadInput: it is no condition, or its value holds control characters.
    """
    written = _WRITTEN.fullmatch(text)
    if not written or (written[1] == "text" and written[2] != "="):
        raise BadInput(
            "{condition} must be FIELD=VALUE, FIELD!=VALUE or FIELD~VALUE. The fields are "
            "{fields}, and own fields.",
            condition=printable(text),
            fields=", ".join(CONDITIONS),
        )
    field, operator, value = written.groups()
    field = require_plain(field.strip(), message("Filter"))
    declared = field in DECLARED or field.startswith(PREFIX)
    return FieldCondition(
        field if declared else PREFIX + field,
        cast(Operator, operator),
        require_plain(value, message("Filter {field}", field=field)),
    )


def condition_text(condition: FieldCondition) -> str:
    """The text from which `condition_of` makes the condition."""
    field = condition.field.removeprefix(PREFIX)
    return "".join((condition.field if field in DECLARED else field, *condition[1:]))


def conditions_of(chosen: Filter) -> list[str]:
    """The conditions from which `filter_of` rebuilds the filter, without `shown`."""
    own = [f"{field}={value}" for field in CONDITIONS if (value := getattr(chosen, field))]
    return own + list(map(condition_text, chosen.conditions))


def visibility_of(chosen: Filter) -> str:
    """The key of `SHOWN` that corresponds to the filter's `excluded`."""
    return next(word for word, excluded in SHOWN.items() if excluded is chosen.excluded)


def require_known_fields(catalogue: Catalogue, chosen: Filter) -> Filter:
    """The filter, if all of its fields exist.

    Raises:
        BadInput: no photograph has an own field of this name.
    """
    for one in chosen.conditions:
        name = one.field.removeprefix(PREFIX)
        if one.field.startswith(PREFIX) and not catalogue.has_own(name):
            raise unknown_field(name, [*DECLARED, *catalogue.own_names()])
    return chosen


def unknown_field(name: str, there: list[str]) -> BadInput:
    """The refusal of a field that does not exist; it names similar ones, or else the first."""
    by_form = {known.casefold(): known for known in reversed(there)}
    near = difflib.get_close_matches(name.casefold(), by_form, n=3)
    named = [by_form[one] for one in near] or there[:_MOST_NAMED]
    return BadInput(
        "No photograph has a field {name}. Use one such as: {fields}.",
        name=printable(name),
        fields=", ".join(named),
    )


def meets(condition: FieldCondition, value: str) -> bool:
    """Whether the value of the condition's field passes it."""
    wanted = "" if condition.value == UNSTATED else condition.value
    if condition.field in ("flag", "flags") and value:
        # One of several findings passes, or all are not the one.
        each = (meets(condition._replace(field=""), flag) for flag in value.split())
        return all(each) if condition.operator == "!=" else any(each)
    if condition.operator == "!=" or not wanted:
        return (value == wanted) == (condition.operator != "!=")
    if condition.operator == "=":
        return value == wanted
    if condition.field == "license" and wanted in TIER_WORDS:
        return tier_of(value) == TIER_WORDS[wanted]
    return search_form(wanted) in search_form(value)
