"""Settings from YAML files, from `key=value` words, and back."""

import difflib
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.errors import BadInput
from engine.files import printable, read_bounded, write_atomic
from engine.settings.base import Settings

S = TypeVar("S", bound=Settings)

# libyaml reads ten times as fast as Python; a PyYAML built without it still reads.
_LOADER: type[yaml.CSafeLoader] | type[yaml.SafeLoader] = (
    yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
)

_LARGEST = 1_000_000
_MOST_VALUES = 10_000
_DEEPEST = 20

# What pydantic adds to a key where a value may be of several kinds.
_KINDS = frozenset({"int", "float", "str", "bool", "[key]"})

# Where pydantic's own words are for programmers.
_MESSAGES = {
    "model_type": "it should be a group of settings, each as `key: value`",
    "missing": "it has too few values",
    "too_long": "it has too many values",
    "string_too_short": "it should not be empty",
    "string_pattern_mismatch": "it should be at most 64 letters, digits, - and _, "
    "the first a letter or a digit",
}


def load(kind: type[S], path: Path, changes: Sequence[str] = ()) -> S:
    """Read settings from a YAML file, with `key.sub=value` changes laid over them.

    Raises:
        BadInput: the file is missing or no YAML mapping; a key is unknown; a value is wrong.
    """
    values = read_yaml(path)
    for change in changes:
        _lay_over(values, change)
    return validate(kind, values, str(path))


def overlaid(settings: S, changes: Sequence[str], where: str) -> S:
    """The settings with `key.sub=value` changes laid over them. `where` is as in `validate`.

    Raises:
        BadInput: a key is unknown or a value is wrong.
    """
    values = settings.model_dump(mode="json")
    for change in changes:
        _lay_over(values, change)
    return validate(type(settings), values, where)


def validate(kind: type[S], values: Mapping[str, Any], where: str) -> S:
    """Settings from plain values. `where` names their origin in the error's sentence.

    Raises:
        BadInput: a key is unknown or a value is wrong.
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        raise BadInput(f"{where}: {explain(kind, error)}") from error


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Raises:
        BadInput: it is missing, not YAML, or something else than a mapping.
    """
    if not path.exists():
        raise BadInput(f"The settings file {path} does not exist.")
    content = read_bounded(path, _LARGEST)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{printable(path)} cannot be read; save it as UTF-8 text.") from error
    try:
        values = parse_yaml(text)
    except ValueError as error:
        raise BadInput(f"{printable(path)} is not valid YAML: {error}.") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise BadInput(f"{path} must hold settings as `key: value`, not a {type(values).__name__}.")
    return values


def save(settings: Settings, path: Path) -> None:
    """Write settings as YAML, all or nothing."""
    write_atomic(path, as_yaml(settings))


def as_yaml(settings: Settings) -> str:
    """Settings as YAML text, every key in it."""
    return yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def explain(kind: type[BaseModel], error: ValidationError) -> str:
    """The first thing that is wrong, as one sentence naming the key and the value."""
    return explain_problem(kind, error.errors()[0])


def explain_problem(kind: type[BaseModel], problem: ErrorDetails) -> str:
    """One of the things that are wrong, as a sentence naming the key and the value."""
    fault = problem["type"]
    key = ".".join(str(part) for part in problem["loc"] if part not in _KINDS)
    if fault == "extra_forbidden":
        near = _nearest(kind, key)
        return f"{key} is not a setting{f'; did you mean {near}?' if near else '.'}"
    message = problem["msg"].removeprefix("Value error, ")
    if not key:
        return f"{message}."
    if fault == "value_error" and isinstance(problem["input"], Mapping):
        return f"in {key}, {message}."
    if fault == "missing":
        key = key.rpartition(".")[0]
    message = _MESSAGES.get(fault, message.replace("Input should", "it should", 1))
    given_value = reprlib.repr(problem["input"])
    end = "" if message.endswith("?") else "."
    return f"{key} is {given_value}: {message[0].lower()}{message[1:]}{end}"


def parse_yaml(text: str) -> Any:
    """The value of a YAML text.

    Raises:
        ValueError: it is not YAML, or holds more, or deeper, than settings need.
    """
    try:
        depth = 0
        # Before any value is made: libyaml's stack, and with it the process, ends in deep ones.
        for count, event in enumerate(yaml.parse(text, _LOADER)):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST or count > _MOST_VALUES:
                raise ValueError("it is nested too deeply, or too long")
        value = yaml.load(text, _LOADER)
        _size_of(value, {})
    except ValueError:
        raise
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error
    except Exception as error:
        # PyYAML lets through whatever the making of a value raises, such as of a false date.
        raise ValueError(f"a value in it cannot be read ({type(error).__name__})") from error
    return value


def _size_of(value: Any, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """How many values it holds, those behind aliases again each time, and how deep they nest.

    Raises:
        ValueError: more than settings need: an alias can stand for millions.
    """
    if not isinstance(value, (dict, list)):
        return 1, 0
    if id(value) not in known:
        # One that holds itself is met again before it is known.
        known[id(value)] = (_MOST_VALUES, 0)
        inner = list(value.values()) if isinstance(value, dict) else value
        sizes = [_size_of(item, known) for item in inner]
        size, depth = 1 + sum(size for size, _ in sizes), 1 + max((d for _, d in sizes), default=0)
        if size > _MOST_VALUES or depth > _DEEPEST:
            raise ValueError("it is nested too deeply or repeats itself too often")
        known[id(value)] = size, depth
    return known[id(value)]


def _nearest(kind: type[BaseModel], key: str) -> str:
    """The setting most like `key`: in its own group, else of that name in another group."""
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


def _lay_over(values: dict[str, Any], change: str) -> None:
    key, separator, text = change.partition("=")
    if not separator or not key.strip():
        raise BadInput(f"{change!r} is no change of a setting; write it as key=value.")
    try:
        value = parse_yaml(text)
    except ValueError as error:
        raise BadInput(f"The value in {change!r} is not valid YAML.") from error
    *groups, last = key.strip().split(".")
    for group in groups:
        if values.get(group) is None:
            values[group] = {}
        inner = values[group]
        if not isinstance(inner, dict):
            raise BadInput(f"{key} cannot be set: {group} is not a group of settings.")
        values = inner
    values[last] = value
