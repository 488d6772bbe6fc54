"""Describes errors in settings as whole messages in which a setting is a field."""

import difflib
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from engine.language.message import Message, deferred, message
from engine.registry import UnknownEntry
from engine.settings.base import SettingError

SETTING = "setting"
"""Message fields whose names begin with this hold dotted keys of settings."""

# pydantic appends these to a key if a value may have several types.
_KINDS = frozenset({"int", "float", "str", "bool", "[key]"})

_NAME_PATTERN = "{0,63}"

_CHOICE = deferred("{setting} must be {choices:or}, not {given}.")

# By the types of the lower and upper bound: the error message, and the help text.
_RANGES: Mapping[tuple[type | None, type | None], tuple[str, str]] = {
    (Ge, Le): (
        deferred("{setting} must be {low} to {high}, not {given}."),
        deferred("Allowed: {low} to {high}."),
    ),
    (Gt, Le): (
        deferred("{setting} must be more than {low} and at most {high}, not {given}."),
        deferred("Allowed: more than {low} and at most {high}."),
    ),
    (Ge, Lt): (
        deferred("{setting} must be at least {low} and less than {high}, not {given}."),
        deferred("Allowed: at least {low} and less than {high}."),
    ),
    (Gt, Lt): (
        deferred("{setting} must be more than {low} and less than {high}, not {given}."),
        deferred("Allowed: more than {low} and less than {high}."),
    ),
    (Ge, None): (
        deferred("{setting} must be at least {low}, not {given}."),
        deferred("Allowed: at least {low}."),
    ),
    (Gt, None): (
        deferred("{setting} must be more than {low}, not {given}."),
        deferred("Allowed: more than {low}."),
    ),
    (None, Le): (
        deferred("{setting} must be at most {high}, not {given}."),
        deferred("Allowed: at most {high}."),
    ),
    (None, Lt): (
        deferred("{setting} must be less than {high}, not {given}."),
        deferred("Allowed: less than {high}."),
    ),
}

# By pydantic's error type.
_PROBLEMS: Mapping[str, str] = {
    "missing": deferred("{setting} has too few values: {given}."),
    "too_short": deferred("{setting} has too few values: {given}."),
    "too_long": deferred("{setting} has too many values: {given}."),
    "string_too_short": deferred("{setting} must not be empty."),
    "string_too_long": deferred("{setting} is too long: {given}."),
    "string_type": deferred("{setting} must be text, not {given}."),
    "finite_number": deferred("{setting} must be a finite number, not {given}."),
    "model_type": deferred(
        "{setting} must be a group of settings, each as `key: value`, not {given}."
    ),
    **dict.fromkeys(
        ("int_parsing", "int_type", "int_from_float", "int_parsing_size"),
        deferred("{setting} must be a whole number, not {given}."),
    ),
    **dict.fromkeys(
        ("float_parsing", "float_type"), deferred("{setting} must be a number, not {given}.")
    ),
    **dict.fromkeys(
        ("bool_parsing", "bool_type"), deferred("{setting} must be true or false, not {given}.")
    ),
    **dict.fromkeys(
        ("list_type", "tuple_type"), deferred("{setting} must be a list, not {given}.")
    ),
}


def explain_problem(kind: type[BaseModel], problem: ErrorDetails) -> Message:
    """Return an error as a message that names the setting and its value."""
    fault = problem["type"]
    place = [str(part) for part in problem["loc"] if part not in _KINDS]
    key, given = ".".join(place), reprlib.repr(problem["input"])
    if fault == "extra_forbidden":
        return _unknown(kind, key)
    field, group = _at(kind, place)
    if fault == "value_error":
        return _refused(problem, key, "" if group is None else key)
    if fault == "missing":
        key = key.rpartition(".")[0]
    if fault == "literal_error" and field is not None:
        return message(
            _CHOICE, setting=key, choices=list(map(str, _choices(field.annotation))), given=given
        )
    if fault == "string_pattern_mismatch" and _NAME_PATTERN in problem["ctx"]["pattern"]:
        return message(
            "{setting} is {given}. Use at most 64 letters, digits, - and _, starting with a "
            "letter or digit.",
            setting=key,
            given=given,
        )
    form, low, high = _bounds(field)
    if form in _RANGES and fault.startswith(("greater_than", "less_than")):
        return Message(
            _RANGES[form][0],
            {SETTING: key, "low": low, "high": high, "given": _value(problem["input"])},
        )
    unexplained = deferred("{setting} cannot be {given}.")
    return Message(_PROBLEMS.get(fault, unexplained), {SETTING: key, "given": given})


def allowed_values(field: FieldInfo) -> Message | None:
    """Return the allowed range of a number as a sentence; None without bounds."""
    form, low, high = _bounds(field)
    return Message(_RANGES[form][1], {"low": low, "high": high}) if form in _RANGES else None


def settings_in(problem: Message) -> list[str]:
    """Return the keys of the settings that a message names."""
    return [str(value) for name, value in problem.fields.items() if name.startswith(SETTING)]


def _unknown(kind: type[BaseModel], key: str) -> Message:
    near = _nearest(kind, key)
    if not near:
        return message("{setting} is not a setting.", setting=key)
    return message(
        "{setting} is not a setting. Did you mean {setting_meant}?", setting=key, setting_meant=near
    )


def _refused(problem: ErrorDetails, key: str, group: str) -> Message:
    """Return the message of our own validator; `group` is empty if it checks one field."""
    error, given = problem["ctx"]["error"], reprlib.repr(problem["input"])
    if isinstance(error, SettingError):
        start = f"{group or key.rpartition('.')[0]}.".lstrip(".")
        named = {
            name: f"{start}{value}" if name.startswith(SETTING) else value
            for name, value in error.message.fields.items()
        }
        own = {} if group or not key else {SETTING: key, "given": given}
        return Message(error.message.text, own | named)
    if isinstance(error, UnknownEntry):
        fields = {SETTING: key, "choices": error.choices, "given": given}
        if not error.near:
            return Message(_CHOICE, fields)
        return message(
            "{setting} must be {choices:or}, not {given}. Did you mean {meant}?",
            meant=error.near,
            **fields,
        )
    if not key:
        return message("{reason}.", reason=str(error))
    return message("{setting}: {reason}.", setting=key, reason=str(error))


def _at(
    kind: type[BaseModel], place: Sequence[str]
) -> tuple[FieldInfo | None, type[BaseModel] | None]:
    """Return the innermost field on the path, and its group of settings if it is one."""
    field: FieldInfo | None = None
    group: type[BaseModel] | None = kind
    for part in place:
        if group is not None and part in group.model_fields:
            field = group.model_fields[part]
            group = _group_in(field.annotation)
    return field, group


def _group_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_group_in(part) for part in get_args(annotation))
    return next((group for group in inner if group is not None), None)


def _choices(annotation: Any) -> list[Any]:
    """Return the values of a Literal, including one that is optional."""
    parts = get_args(annotation)
    if any(isinstance(part, type) or get_args(part) for part in parts):
        return [choice for part in parts for choice in _choices(part)]
    return list(parts)


def _bounds(
    field: FieldInfo | None,
) -> tuple[tuple[type | None, type | None], object, object]:
    """Return the types of a number's bounds, and the bounds as message fields."""
    kinds: list[type | None] = [None, None]
    values: list[object] = ["", ""]
    for rule in _rules(field) if field is not None else ():
        match rule:
            case Ge(ge=value) | Gt(gt=value):
                kinds[0], values[0] = type(rule), _value(value)
            case Le(le=value) | Lt(lt=value):
                kinds[1], values[1] = type(rule), _value(value)
    return (kinds[0], kinds[1]), values[0], values[1]


def _rules(field: FieldInfo) -> Iterator[Any]:
    """Yield the constraints of a field, including those inside an optional type."""
    yield from field.metadata
    for part in getattr(field.annotation, "__args__", ()):
        for rule in getattr(part, "__metadata__", ()):
            yield from rule.metadata if isinstance(rule, FieldInfo) else [rule]


def _value(value: Any) -> object:
    """Format a number as a message field: an integer is grouped, others are written as typed."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else f"{value:g}"
    return value if isinstance(value, int) else reprlib.repr(value).strip("'\"")


def _nearest(kind: type[BaseModel], key: str) -> str:
    """Return the setting most similar to `key` in its group, else one of that name elsewhere."""
    keys = list(_keys(kind))
    group, _, name = key.rpartition(".")
    siblings = {
        known.rpartition(".")[2]: known for known in keys if known.rpartition(".")[0] == group
    }
    near = difflib.get_close_matches(name, siblings, n=1)
    if near:
        return siblings[near[0]]
    others = [known for known in keys if known.rpartition(".")[2] == name]
    return others[0] if others else ""


def _keys(kind: type[BaseModel], group: str = "") -> Iterator[str]:
    for name, field in kind.model_fields.items():
        yield group + name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _keys(field.annotation, f"{group}{name}.")
