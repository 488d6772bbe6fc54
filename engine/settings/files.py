"""Settings from YAML files, from `key=value` words, and back."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from engine.errors import BadInput
from engine.files import write_atomic
from engine.settings.base import Settings

S = TypeVar("S", bound=Settings)


def load(kind: type[S], path: Path, changes: Sequence[str] = ()) -> S:
    """Read settings from a YAML file, with `key.sub=value` changes laid over them.

    Raises:
        BadInput: the file is missing or no YAML mapping; a key is unknown; a value is wrong.
    """
    values = read_yaml(path)
    for change in changes:
        _lay_over(values, change)
    return validate(kind, values, str(path))


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
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"The settings file {path} does not exist.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The settings file {path} cannot be read: {error}.") from error
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise BadInput(f"{path} is not valid YAML: {problem}.") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise BadInput(f"{path} must hold settings as `key: value`, not a {type(values).__name__}.")
    return values


def save(settings: Settings, path: Path) -> None:
    """Write settings as YAML, all or nothing."""
    text = yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    write_atomic(path, text)


def explain(kind: type[BaseModel], error: ValidationError) -> str:
    """The first thing that is wrong, as one sentence naming the key and the value."""
    problem = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{key} is not a setting{_suggestion(kind, problem['loc'])}."
    message = problem["msg"].removeprefix("Value error, ")
    if not key or problem["type"] == "value_error":
        return f"{message}." if not key else f"in {key}, {message}."
    return f"{key} is {problem['input']!r}: {message[0].lower()}{message[1:]}."


def _suggestion(kind: type[BaseModel], location: tuple[int | str, ...]) -> str:
    group: type[BaseModel] = kind
    for part in location[:-1]:
        field = group.model_fields.get(str(part))
        if field is None or not isinstance(field.annotation, type):
            return ""
        group = field.annotation
    near = difflib.get_close_matches(str(location[-1]), list(group.model_fields), n=1)
    if not near:
        return ""
    return (
        f"; did you mean {'.'.join([*map(str, location[:-1]), near[0]])}?".removesuffix("?") + "?"
    )


def _lay_over(values: dict[str, Any], change: str) -> None:
    key, separator, text = change.partition("=")
    if not separator or not key.strip():
        raise BadInput(f"{change!r} is no change of a setting; write it as key=value.")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadInput(f"The value in {change!r} is not valid YAML.") from error
    *groups, last = key.strip().split(".")
    for group in groups:
        inner = values.setdefault(group, {})
        if not isinstance(inner, dict):
            raise BadInput(f"{key} cannot be set: {group} is not a group of settings.")
        values = inner
    values[last] = value
