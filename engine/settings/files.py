"""Reads settings from YAML files and `key=value` changes, and writes them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from engine.errors import BadInput
from engine.files import printable, read_bounded, write_atomic
from engine.language.message import Message, deferred
from engine.settings.base import SettingError, Settings
from engine.settings.problems import explain_problem

S = TypeVar("S", bound=Settings)

# libyaml is ten times as fast as pure Python, but PyYAML may be built without it.
_LOADER: type[yaml.CSafeLoader] | type[yaml.SafeLoader] = (
    yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
)

_LARGEST = 1_000_000
_MOST_VALUES = 10_000
_DEEPEST = 20
_TOO_MUCH = deferred(
    "{where} is not valid YAML for settings: it is too long, or nests or repeats too much."
)


def load(kind: type[S], path: Path, changes: Sequence[str] = ()) -> S:
    """Read settings from a YAML file and apply `key.sub=value` changes.

    Raises:
        BadInput: the file is missing or not a YAML mapping; a key is unknown; a value is invalid.
    """
    values = read_yaml(path)
    for change in changes:
        lay_over(values, change)
    return validate(kind, values, str(path))


def overlaid(settings: S, changes: Sequence[str], where: str) -> S:
    """Apply `key.sub=value` changes to settings. `where` is as in `validate`.

    Raises:
        BadInput: a key is unknown or a value is invalid.
    """
    values = settings.model_dump(mode="json")
    for change in changes:
        lay_over(values, change)
    return validate(type(settings), values, where)


def validate(kind: type[S], values: Mapping[str, Any], where: str) -> S:
    """Create settings from plain values. `where` names their origin in an error message.

    Raises:
        BadInput: a key is unknown or a value is invalid.
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        raise BadInput("{where}: {problem}", where=where, problem=explain(kind, error)) from error


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file that contains a mapping.

    Raises:
        BadInput: it is missing, not YAML, or not a mapping.
    """
    if not path.exists():
        raise BadInput("The settings file {file} does not exist.", file=path)
    content = read_bounded(path, _LARGEST)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(
            "{file} cannot be read. Save it as UTF-8 text.", file=printable(path)
        ) from error
    try:
        values = parse_yaml(text, printable(path))
    except SettingError as error:
        raise BadInput(error.message) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise BadInput("{file} must hold settings, each as `key: value`.", file=path)
    return values


def save(settings: Settings, path: Path) -> None:
    """Write settings as YAML, atomically."""
    write_atomic(path, as_yaml(settings))


def as_yaml(settings: Settings) -> str:
    """Return settings as YAML text, with all keys."""
    return yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def explain(kind: type[BaseModel], error: ValidationError) -> Message:
    """Return the first error as a message that names the setting and its value."""
    return explain_problem(kind, error.errors()[0])


def parse_yaml(text: str, where: str) -> Any:
    """Parse a YAML text. `where` names its origin in an error message.

    Raises:
        SettingError: it is not YAML, or larger or deeper than settings need.
    """
    try:
        depth = 0
        # Before values are created: deep nesting overflows libyaml's stack and crashes the process.
        for count, event in enumerate(yaml.parse(text, _LOADER)):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST or count > _MOST_VALUES:
                raise SettingError(_TOO_MUCH, where=where)
        value = yaml.load(text, _LOADER)
        _size_of(value, {}, where)
    except SettingError:
        raise
    except yaml.YAMLError as error:
        raise _not_yaml(error, where) from error
    except Exception as error:
        # PyYAML does not wrap errors from creating a value, such as an invalid date.
        raise SettingError(
            "{where} is not valid YAML: a value cannot be read ({error}).",
            where=where,
            error=type(error).__name__,
        ) from error
    return value


def _not_yaml(error: yaml.YAMLError, where: str) -> SettingError:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        said = " ".join(str(error).split())
        return SettingError("{where} is not valid YAML: “{error}”.", where=where, error=said)
    return SettingError(
        "{where} is not valid YAML: “{error}” in line {line}, column {column}.",
        where=where,
        error=getattr(error, "problem", ""),
        line=str(mark.line + 1),
        column=str(mark.column + 1),
    )


def _size_of(value: Any, known: dict[int, tuple[int, int]], where: str) -> tuple[int, int]:
    """Return the number of values, including repetitions by aliases, and the nesting depth.

    Raises:
        SettingError: more than settings need; aliases can expand to millions.
    """
    if not isinstance(value, (dict, list)):
        return 1, 0
    if id(value) not in known:
        # Marks the value as in progress, to detect one that contains itself.
        known[id(value)] = (_MOST_VALUES, 0)
        inner = list(value.values()) if isinstance(value, dict) else value
        sizes = [_size_of(item, known, where) for item in inner]
        size, depth = 1 + sum(size for size, _ in sizes), 1 + max((d for _, d in sizes), default=0)
        if size > _MOST_VALUES or depth > _DEEPEST:
            raise SettingError(_TOO_MUCH, where=where)
        known[id(value)] = size, depth
    return known[id(value)]


def lay_over(values: dict[str, Any], change: str) -> None:
    """Apply a `key.sub=value` change to plain values.

    Raises:
        BadInput: it is no such change, or its value is not YAML.
    """
    key, separator, text = change.partition("=")
    if not separator or not key.strip():
        raise BadInput(
            "{change} is not a change of a setting. Write it as key=value.", change=change
        )
    try:
        value = parse_yaml(text, change)
    except SettingError as error:
        raise BadInput(error.message) from error
    *groups, last = key.strip().split(".")
    for group in groups:
        if values.get(group) is None:
            values[group] = {}
        inner = values[group]
        if not isinstance(inner, dict):
            raise BadInput(
                "{setting} cannot be set: {group} is not a group of settings.",
                setting=key,
                group=group,
            )
        values = inner
    values[last] = value
