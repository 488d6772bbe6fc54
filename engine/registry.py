"""Registries of named entries for settings, forms and the command line."""

import difflib
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from engine.language.message import gettext

T = TypeVar("T")


class UnknownEntry(ValueError):
    """No entry of a registry has the name `given`.

    `choices` are the names that there are; `near` is the one most like it, empty where none is.
    """

    def __init__(self, given: str, choices: Sequence[str]) -> None:
        super().__init__(given)
        self.given, self.choices = given, list(choices)
        self.near = next(iter(difflib.get_close_matches(given, choices, n=1)), "")

    def __str__(self) -> str:
        if not self.near:
            return gettext("“{given}” is not {choices:or}", given=self.given, choices=self.choices)
        return gettext(
            "“{given}” is not {choices:or}; did you mean {near}?",
            given=self.given,
            choices=self.choices,
            near=self.near,
        )


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
        raise UnknownEntry(given, list(self))


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
