"""The fields of a settings model as a form shows them: as text, numbers and choices."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from engine.language.message import gettext
from engine.registry import Registry, registry_of
from engine.settings.fields import FormField, form_field
from engine.settings.files import parse_yaml
from studio import naming

M = TypeVar("M", bound=BaseModel)
Kind = Literal["choice", "switch", "number", "list", "text", "yaml"]


@dataclass(frozen=True)
class SettingLeaf:
    """A field that has a value; `key` is dotted and relative to the model of the form."""

    key: str
    info: FieldInfo
    value: Any

    @property
    def group(self) -> str:
        """The groups in the key, dotted."""
        return self.key.rpartition(".")[0]

    @property
    def label(self) -> str:
        """The label of the field."""
        return naming.label(self.key, self.info)

    @cached_property
    def form(self) -> FormField:
        """The place of the field on a form, and the condition for its use."""
        return form_field(self.info)

    @property
    def help(self) -> str | None:
        """The description of the field, the range of a number, and the entries of a registry."""
        lines = [naming.help_text(self.info)] + [
            f"- **{gettext(entry.title)}**: {gettext(entry.description)}"
            for entry in (self.registry or {}).values()
        ]
        return "\n".join(line for line in lines if line) or None

    @cached_property
    def type(self) -> tuple[Any, bool]:
        """The type without Annotated and None, and whether None is allowed."""
        return _plain(self.info.annotation)

    @cached_property
    def registry(self) -> Registry[Any] | None:
        """The registry that provides the choices, if any."""
        return registry_of(self.info)

    def option_label(self, option: Any) -> str:
        """The label of an option."""
        if option is None:
            return gettext("Not set")
        return gettext(self.registry[option].title) if self.registry else str(option)

    @property
    def kind(self) -> Kind:
        """The kind of widget for the field.

        Raises:
            TypeError: no widget fits its type.
        """
        plain, optional = self.type
        origin = get_origin(plain)
        if origin is Literal or self.registry is not None:
            return "choice"
        if plain is bool and not optional:
            return "switch"
        if plain in (int, float) and not optional:
            return "number"
        if origin is dict or (origin is tuple and _is_model(get_args(plain)[0])):
            return "yaml"
        if origin is tuple:
            return "list"
        if plain in (int, float, str, bool):
            # A number widget cannot be emptied again, so an optional number is a text widget.
            return "text"
        raise TypeError(f"no widget for the field {self.key} of type {self.info.annotation}")

    @property
    def options(self) -> list[Any]:
        """The options of a choice."""
        plain, optional = self.type
        names = list(get_args(plain) if self.registry is None else self.registry)
        return [*names, *([None] if optional else [])]

    @cached_property
    def shown(self) -> Any:
        """The value in the form that its widget holds."""
        match self.kind:
            case "number":
                return self.type[0](self.value)
            case "list":
                return "" if self.value is None else ", ".join(map(str, self.value))
            case "text":
                return "" if self.value is None else str(self.value)
            case "yaml":
                return _as_yaml(self.value)
        return self.value

    def parsed(self, shown: Any) -> Any:
        """The value of a widget in the form that the model takes.

        Raises:
            SettingError: it is not YAML.
        """
        match self.kind:
            case "list" if self.type[1] and not shown.strip():
                return None
            case "list":
                return [part.strip() for part in shown.split(",")]
            case "text":
                return None if self.type[1] and not shown.strip() else shown
            case "yaml":
                found = parse_yaml(shown, self.label)
                return self.type[0]() if found is None else found
        return shown


def leaves_of(settings: BaseModel, prefix: str = "") -> Iterator[SettingLeaf]:
    """The fields that have values, in the order of declaration."""
    own = type(settings).model_fields
    for name, info in own.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from leaves_of(value, f"{prefix}{name}.")
        elif isinstance(value, Mapping) and (registry := registry_of(info)) is not None:
            for choice in (each for each in registry if each not in own):
                strength = _strength(registry[choice], info)
                yield SettingLeaf(f"{prefix}{name}.{choice}", strength, value.get(choice, 0.0))
        else:
            yield SettingLeaf(prefix + name, info, value)


def with_changes(settings: M, changes: Mapping[str, Any]) -> M:
    """The settings with values replaced by dotted key, validated as a whole.

    Raises:
        pydantic.ValidationError: a value, or their combination, is invalid.
    """
    values = settings.model_dump()
    for key, value in changes.items():
        *groups, name = key.split(".")
        group_values = values
        for group in groups:
            group_values = group_values[group]
        group_values[name] = value
    return type(settings).model_validate(values)


def _strength(entry: Any, mapping: FieldInfo) -> FieldInfo:
    """The field for the strength, 0 to 1, of a registry entry in a mapping of the settings."""
    bounds: Any = Annotated[
        float, Field(ge=0, le=1, title=entry.title, description=entry.description)
    ]
    field = FieldInfo.from_annotation(bounds)
    field.json_schema_extra = mapping.json_schema_extra
    return field


def _plain(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        others = [part for part in get_args(annotation) if part is not types.NoneType]
        if len(others) == 1:
            return _plain(others[0])[0], True
    return annotation, False


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _as_yaml(value: Any) -> str:
    """A mapping or a tuple of models as YAML, without unset fields; empty for none."""
    plain = (
        value
        if isinstance(value, Mapping)
        else [each.model_dump(mode="json", exclude_none=True) for each in value]
    )
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True) if plain else ""
