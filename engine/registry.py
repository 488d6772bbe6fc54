"""Registries of named entries for settings, forms and the command line."""

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from engine.language.message import Message

T = TypeVar("T")


class UnknownEntry(ValueError):
    """No entry of a registry has this name; the message lists the names."""

    def __init__(self, text: str, **fields: object) -> None:
        super().__init__(text)
        self.message = Message(text, fields)

    def __str__(self) -> str:
        return str(self.message)


class Registry(dict[str, T]):
    """Entries of one kind by name, in display order.

    Args:
        kind: the name of the kind in messages, such as "loss".
        entries: the studio's own entries.
        former: old names, each with the current name.
    """

    def __init__(
        self, kind: str, entries: Mapping[str, T], former: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(entries)
        self.kind = kind
        self._former = dict(former or {})

    def name_of(self, given: str) -> str:
        """The current name for `given`, which may be an old name.

        Raises:
            UnknownEntry: no entry has this name; the message lists the names and the nearest one.
        """
        name = self._former.get(given, given)
        if name in self:
            return name
        *others, last = (repr(known) for known in self)
        near = difflib.get_close_matches(given, self, n=1)
        fields: dict[str, object] = {"names": ", ".join(others), "last": last}
        if near and others:
            raise UnknownEntry(
                "it should be {names} or {last}; did you mean {near}?", near=near[0], **fields
            )
        if others:
            raise UnknownEntry("it should be {names} or {last}", **fields)
        raise UnknownEntry("it should be {last}", last=last)


@dataclass(frozen=True)
class OneOf:
    """Marks a text setting as the name of a registry's entry.

    `path` names the registry as "module:variable". The module is imported when a value is
    validated, so that the settings do not depend on the packages that define the entries. Such a
    module must not import torch, because pages and forms import it too.
    """

    path: str

    @property
    def registry(self) -> Registry[Any]:
        """The registry itself."""
        module, _, variable = self.path.partition(":")
        registry: Registry[Any] = getattr(importlib.import_module(module), variable)
        return registry

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            # None is allowed for an optional setting.
            lambda given: None if given is None else self.registry.name_of(given),
            handler(source),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {"enum": list(self.registry)}


def registry_of(field: FieldInfo) -> Registry[Any] | None:
    """The registry that a setting chooses from; None if it has none.

    For a mapping, the registry of its keys.
    """
    marks = [*field.metadata, *_marks(field.annotation)]
    return next((mark.registry for mark in marks if isinstance(mark, OneOf)), None)


def _marks(annotation: Any) -> list[Any]:
    inner = [mark for part in get_args(annotation) for mark in _marks(part)]
    return [*getattr(annotation, "__metadata__", ()), *inner]
