"""What a form calls its settings, and sentences about them in the same words."""

import re
import reprlib
from collections.abc import Iterator, Mapping
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from engine.settings.files import explain

_OUT_OF_RANGE = frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal"})
_NO_NUMBER = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
}


def label(key: str, info: FieldInfo) -> str:
    """What a field is called: "training.batch_size" -> "Batch size", unless it has a title."""
    return info.title or key.rpartition(".")[2].replace("_", " ").capitalize()


def group_words(group: str) -> str:
    """ "augmentation.train" -> "Augmentation · train"."""
    return group.replace(".", " · ").replace("_", " ").capitalize()


def field_labels(kind: type[BaseModel]) -> dict[str, str]:
    """What each setting is called, by its dotted key; with its group where two are called alike."""
    fields = dict(_fields(kind))
    names = {key: label(key, info) for key, info in fields.items()}
    called = list(names.values())
    return {
        key: f"{name} ({group_words(group)})" if group and called.count(name) > 1 else name
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
    problem = error.errors()[0]
    # The places within a list of values are no fields.
    parts = [part for part in problem["loc"] if isinstance(part, str)]
    fields = dict(_fields(kind))
    key = next(
        (
            ".".join(parts[:length])
            for length in range(len(parts), 0, -1)
            if ".".join(parts[:length]) in fields
        ),
        "",
    )
    if not key:
        sentence = in_labels(explain(kind, error), kind)
        return sentence[0].upper() + sentence[1:]
    name, given = field_labels(kind)[key], problem["input"]
    allowed = range_words(fields[key])
    if problem["type"] in _OUT_OF_RANGE and allowed:
        told = given if isinstance(given, str) else _number(given)
        return f"{name} must be {allowed}, not {told}."
    if problem["type"] in _NO_NUMBER:
        return f"{name} must be {_NO_NUMBER[problem['type']]}, not {reprlib.repr(given)}."
    words = explain(kind, error).partition(" is ")[2]
    return in_labels(f"{name} is {words}" if words else explain(kind, error), kind)


def range_words(info: FieldInfo) -> str:
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


def _fields(kind: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, info in kind.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, f"{prefix}{name}.")
        elif not (isinstance(inner, type) and issubclass(inner, Mapping)):
            yield prefix + name, info


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,g}"
