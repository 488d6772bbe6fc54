"""Records: small JSON files, read into validated, frozen dataclasses.

The fields of a record have the types below, so that later code can rely on their values. Keys of
other versions are ignored. An invalid file is refused with a message.
"""

import json
import re
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError

from engine.errors import BadInput
from engine.files import parse_json, printable, read_json
from engine.language.message import Message, message

RECORD_BYTES = 1_000_000
_LONGEST_TEXT = 20_000
_MOST_ITEMS = 1_000
_LARGEST = 1e18
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

T = TypeVar("T")
D = TypeVar("D")


def _one_line(text: str) -> str:
    if printable(text) != text:
        raise ValueError("it holds a control character")
    return text


def _readable(text: str) -> str:
    return _CONTROL.sub("�", text[:_LONGEST_TEXT])


Name = Annotated[str, StringConstraints(max_length=300), AfterValidator(_one_line)]
"""A short text on one line."""


def _readable_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {_readable(name): _readable_field(value) for name, value in fields.items()}


def _readable_field(value: Any) -> Any:
    if isinstance(value, Mapping):
        # A message within a message.
        return _readable_fields(value)
    if isinstance(value, list):
        return [_readable_field(item) for item in value[:_MOST_ITEMS]]
    usable = value is None or (isinstance(value, int | float) and abs(value) <= _LARGEST)
    return value if usable else _readable(str(value))


def _readable_message(message: Message) -> Message:
    fields = _readable_fields(message.fields)
    return Message(_readable(message.text), fields, _readable(message.plural))


FilePath = Annotated[str, StringConstraints(max_length=4_096, pattern=r"^[^\x00]+$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,64}$")]

Text = Annotated[str, AfterValidator(_readable)]
"""Sentences: long text is cut, control characters are replaced."""

StoredMessage = Annotated[Message, AfterValidator(_readable_message)]
"""A message stored in a file, cleaned like `Text`."""

Count = Annotated[int, Field(ge=0, le=10**15)]
ProcessId = Annotated[int, Field(ge=1, le=2**31 - 1)]
Number = Annotated[float, Field(ge=-1e18, le=1e18)]
# A mean of single-precision numbers may exceed the range by a rounding error.
Share = Annotated[float, Field(ge=-1e-6, le=1 + 1e-6)]
Moment = Annotated[float, Field(ge=0, le=1e11)]
"""Unix seconds, until the year 5138."""


def as_record(kind: type[T], value: Any, where: str) -> T:
    """Validate plain values as a record; `where` names their origin in the error message.

    Raises:
        BadInput: a key is missing, or a value has the wrong type or range.
    """
    try:
        record: T = _adapter(kind).validate_python(value)
    except ValidationError as error:
        raise BadInput("{file} is damaged: {fault}.", file=where, fault=_fault(error)) from error
    return record


def as_record_or(kind: type[T], value: Any, default: D) -> T | D:
    """Validate plain values as a record; `default` if they are invalid."""
    try:
        return as_record(kind, value, "")
    except BadInput:
        return default


def read_record(kind: type[T], path: Path, most: int = RECORD_BYTES) -> T:
    """The record in a JSON file of at most `most` bytes.

    Raises:
        BadInput: the file is missing, too large, not JSON, or not a valid record.
    """
    return as_record(kind, read_json(path, most), printable(path))


def read_record_or(kind: type[T], path: Path, default: D, most: int = RECORD_BYTES) -> T | D:
    """The record in a JSON file; `default` if it is missing or damaged."""
    try:
        return read_record(kind, path, most)
    except BadInput:
        return default


def written_message(told: Message | None) -> str:
    """A message as a column of a database holds it, in no language; empty where there is none."""
    return json.dumps(told.record()) if told else ""


def read_message(text: str) -> Message | None:
    """The message in a column of a database; an earlier version wrote plain English."""
    if not text.startswith("{"):
        return Message(text) if text else None
    try:
        return as_record_or(Message, parse_json(text), Message(text))
    except ValueError:
        return Message(text)


def _adapter(kind: Any) -> TypeAdapter[Any]:
    # Cached, because building an adapter takes milliseconds.
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _fault(error: ValidationError) -> Message:
    """A message about the first fault, with its key and value."""
    fault = error.errors(include_url=False, include_context=False)[0]
    key = printable(".".join(map(str, fault["loc"])))[:200]
    if fault["type"] == "missing":
        return message("{key} is missing", key=key)
    value = reprlib.repr(fault["input"])
    if not key:
        return message("it is {value}", value=value)
    return message("{key} is {value}", key=key, value=value)
