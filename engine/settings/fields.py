"""What a setting says about itself: its title, its help, its place on a form, when it is used."""

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
    """What the setting `key`, dotted from the whole configuration, must be.

    With `is_one_of`, its value is one of `values`; without, it is none of them.
    """

    key: str
    values: tuple[Choice, ...]
    is_one_of: bool = True

    def holds(self, given: Sequence[object]) -> bool:
        """Whether it holds for one of these values: those that the setting has in the stages."""
        return any((value in self.values) == self.is_one_of for value in given)


def when_is(key: str, *values: Choice) -> Condition:
    """The condition that a setting is one of these values."""
    return Condition(key, values)


def when_not(key: str, *values: Choice) -> Condition:
    """The condition that a setting is none of these values."""
    return Condition(key, values, is_one_of=False)


@dataclass(frozen=True)
class FormField:
    """How a form shows a setting.

    A setting is used when one condition of `used_when` holds, or when it has none. `step`
    is a sensible change of a number. `reason` says why a hidden setting is not shown.
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
    """A field with its default, how a form shows it, and pydantic's own `rules` for its value.

    `help` says what changes with the value, and what to try first. A default that is called, such
    as `dict`, makes a new value each time.
    """
    form = FormField(level, group, tuple(used_when), unit, step, reason)
    rules["default_factory" if callable(default) else "default"] = default
    extra: Any = {_KEY: form}
    return Field(title=title, description=help, json_schema_extra=extra, **rules)


def form_field(info: FieldInfo) -> FormField:
    """How a form shows a field; one that says nothing stands among the further settings."""
    extra = info.json_schema_extra
    found = extra.get(_KEY) if isinstance(extra, dict) else None
    return found if isinstance(found, FormField) else FormField()


def fields_of(kind: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """The fields that hold values, by dotted key, in the order of declaration."""
    for name, info in kind.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from fields_of(inner, f"{prefix}{name}.")
        else:
            yield prefix + name, info


def is_used(field: FormField, given: Mapping[str, Sequence[object]]) -> bool:
    """Whether a setting has an effect, where the others have these values, by dotted key."""
    return not field.used_when or any(
        condition.holds(given.get(condition.key, ())) for condition in field.used_when
    )
