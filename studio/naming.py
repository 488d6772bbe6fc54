"""What a form calls its settings, and sentences about them in the same words."""

import re
import reprlib
from collections.abc import Iterator, Mapping
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from engine.settings.fields import fields_of
from engine.settings.files import explain_problem

_OUT_OF_RANGE = frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal"})
# A key, dotted, as a sentence of the engine names it.
_WORD = re.compile(r"[\w.]*\w")
_NO_NUMBER = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
}


def label(key: str, info: FieldInfo) -> str:
    """What a field is called: "training.batch_size" -> "Batch size", unless it has a title."""
    return info.title or key.rpartition(".")[2].replace("_", " ").capitalize()


def describe_group(group: str) -> str:
    """ "augmentation.train" -> "Augmentation · train"."""
    return group.replace(".", " · ").replace("_", " ").capitalize()


def field_labels(kind: type[BaseModel]) -> dict[str, str]:
    """What each setting is called, by its dotted key; with its group where two are called alike."""
    fields = dict(fields_of(kind))
    names = {key: label(key, info) for key, info in fields.items()}
    called = list(names.values())
    return {
        key: f"{name} ({describe_group(group)})" if group and called.count(name) > 1 else name
        for key, name in names.items()
        for group in [key.rpartition(".")[0]]
    }


def in_labels(sentence: str, kind: type[BaseModel]) -> str:
    """A sentence of the engine with each setting under the name that the form has for it."""
    names = {key: name for key, name in field_labels(kind).items() if "." in key}
    longest_first = sorted(names, key=len, reverse=True)
    found = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, longest_first))})(?![\w.]*\w)")
    return found.sub(lambda match: names[match[0]], sentence) if names else sentence


def refusal_text(kind: type[BaseModel], error: ValidationError) -> str:
    """The first thing that is wrong with what a form was given, in one sentence."""
    return _sentence(kind, error.errors()[0])


def refusals(kind: type[BaseModel], error: ValidationError) -> dict[str, str]:
    """What is wrong, a sentence for each field by dotted key.

    A combination of fields is refused at each of them; "" holds what concerns no field.
    """
    found: dict[str, str] = {}
    for problem in error.errors():
        sentence = _sentence(kind, problem)
        for key in _concerned(kind, problem) or [""]:
            found.setdefault(key, sentence)
    return found


def _sentence(kind: type[BaseModel], problem: ErrorDetails) -> str:
    fields = dict(fields_of(kind))
    key = _field_of(fields, problem)
    whole = explain_problem(kind, problem)
    if not key:
        sentence = in_labels(_with_whole_keys(fields, problem) or whole, kind)
        return sentence[0].upper() + sentence[1:]
    name, given = field_labels(kind)[key], problem["input"]
    allowed = describe_range(fields[key])
    if problem["type"] in _OUT_OF_RANGE and allowed:
        written = given if isinstance(given, str) else _number(given)
        return f"{name} must be {allowed}, not {written}."
    if problem["type"] in _NO_NUMBER:
        return f"{name} must be {_NO_NUMBER[problem['type']]}, not {reprlib.repr(given)}."
    words = whole.partition(" is ")[2]
    return in_labels(f"{name} is {words}" if words else whole, kind)


def _field_of(fields: Mapping[str, FieldInfo], problem: ErrorDetails) -> str:
    """The field that a problem is about; empty where it is about several."""
    # The places within a list of values are no fields.
    parts = [part for part in problem["loc"] if isinstance(part, str)]
    paths = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((path for path in paths if path in fields), "")


def _with_whole_keys(fields: Mapping[str, FieldInfo], problem: ErrorDetails) -> str:
    """What is wrong inside a group of settings, each dotted from the top; empty for others."""
    group = "".join(f"{part}." for part in problem["loc"])
    if problem["type"] != "value_error" or not group:
        return ""
    message = problem["msg"].removeprefix("Value error, ")
    return _WORD.sub(
        lambda word: group + word[0] if group + word[0] in fields else word[0], f"{message}."
    )


def _concerned(kind: type[BaseModel], problem: ErrorDetails) -> list[str]:
    """The field that a problem is about, or the fields that its sentence names."""
    fields = dict(fields_of(kind))
    key = _field_of(fields, problem)
    if key:
        return [key]
    group = "".join(f"{part}." for part in problem["loc"])
    words = set(_WORD.findall(problem["msg"]))
    return [key for key in fields if key in words or (group and key.removeprefix(group) in words)]


def describe_range(info: FieldInfo) -> str:
    """What a number may be: "1 to 10,000", "more than 0 and at most 10"; empty without bounds."""
    bounds: dict[type, str] = {}
    for rule in _rules(info):
        match rule:
            case Ge(ge=value) | Gt(gt=value) | Le(le=value) | Lt(lt=value):
                bounds[type(rule)] = _number(value)
    if Ge in bounds and Le in bounds:
        return f"{bounds[Ge]} to {bounds[Le]}"
    words = {Ge: "at least", Gt: "more than", Le: "at most", Lt: "less than"}
    return " and ".join(f"{words[kind]} {bounds[kind]}" for kind in words if kind in bounds)


def _rules(info: FieldInfo) -> Iterator[Any]:
    """The rules of a field, and those of what it may be beside None."""
    yield from info.metadata
    for part in getattr(info.annotation, "__args__", ()):
        for rule in getattr(part, "__metadata__", ()):
            yield from rule.metadata if isinstance(rule, FieldInfo) else [rule]


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,g}"
