"""The description of a setting: its title, its help, its place on a form, and when it is used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

Level = Literal["common", "more", "expert", "hidden"]
Group = Literal[
    "Run",
    "Network",
    "Photographs",
    "What is trained",
    "Length and batches",
    "Learning rate",
    "Rare species",
    "Regularisation",
    "Augmentation",
    "Validation",
    "Hardware",
    "Logs and checkpoints",
]
Choice = str | bool | int | float | None

_KEY = "form"


@dataclass(frozen=True)
class Condition:
    """A condition on the setting `key`, a dotted key of the whole configuration.

    If `is_one_of`, the value must be one of `values`; otherwise it must be none of them.
    """

    key: str
    values: tuple[Choice, ...]
    is_one_of: bool = True

    def holds(self, given: Sequence[object]) -> bool:
        """Whether it holds for one of these values, the setting's values in all stages."""
        return any((value in self.values) == self.is_one_of for value in given)


def when_is(key: str, *values: Choice) -> Condition:
    """Return the condition that a setting is one of these values."""
    return Condition(key, values)


def when_not(key: str, *values: Choice) -> Condition:
    """Return the condition that a setting is none of these values."""
    return Condition(key, values, is_one_of=False)


@dataclass(frozen=True)
class FormField:
    """How a form shows a setting.

    A setting is used if one of the conditions in `used_when` holds or there are none. `step` is the
    increment of a number. `reason` says why a hidden setting is hidden.
    """

    level: Level = "more"
    group: str = ""
    used_when: tuple[Condition, ...] = ()
    unit: str = ""
    step: float | None = None
    reason: str = ""


def setting(
    default: object,
    *,
    title: str,
    help: str,
    level: Level,
    group: Group,
    used_when: Sequence[Condition] = (),
    unit: str = "",
    step: float | None = None,
    reason: str = "",
    **rules: Any,
) -> Any:
    """Return a pydantic field with its default, form description and validation `rules`.

    `help` says what the value changes, and what to try first. A callable default, such as `dict`,
    creates a new value each time.
    """
    form = FormField(level, group, tuple(used_when), unit, step, reason)
    rules["default_factory" if callable(default) else "default"] = default
    extra: Any = {_KEY: form}
    return Field(title=title, description=help, json_schema_extra=extra, **rules)


def form_field(info: FieldInfo) -> FormField:
    """Return how a form shows a field; without a description it is among the further settings."""
    extra = info.json_schema_extra
    found = extra.get(_KEY) if isinstance(extra, dict) else None
    return found if isinstance(found, FormField) else FormField()


def fields_of(kind: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield the fields that hold values, by dotted key, in declaration order."""
    for name, info in kind.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from fields_of(inner, f"{prefix}{name}.")
        else:
            yield prefix + name, info


def is_used(field: FormField, given: Mapping[str, Sequence[object]]) -> bool:
    """Whether a setting has an effect, given the values of the others by dotted key."""
    return not field.used_when or any(
        condition.holds(given.get(condition.key, ())) for condition in field.used_when
    )
