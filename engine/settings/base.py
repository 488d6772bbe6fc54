"""The base of all groups of settings."""

from typing import Any, get_origin

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from engine.language.message import Message


class SettingError(ValueError):
    """A value or a combination of values is invalid.

    Args:
        text: the message in English, a literal with named fields. If it is about one field, it may
            contain `{setting}` and `{given}`, which are filled in.
        fields: those whose names begin with `setting` are keys in the group that raises the error.
    """

    def __init__(self, text: str, **fields: object) -> None:
        super().__init__(text)
        self.message = Message(text, fields)

    def __str__(self) -> str:
        return str(self.message)


class Settings(BaseModel):
    """A frozen group of settings; an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_group_is_absent(cls, values: Any) -> Any:
        # In YAML, `training:` with all lines below it commented out is None.
        if not isinstance(values, dict):
            return values
        return {
            key: value
            for key, value in values.items()
            if value is not None or not _is_group(cls, key)
        }

    @field_validator("*", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        # Python and pydantic accept True as 1, but `epochs: yes` is a mistake.
        kind = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and kind in (int, float, int | None, float | None):
            raise SettingError("{setting} must be a number, not {given}.")
        return value


def _is_group(kind: type[BaseModel], key: Any) -> bool:
    field = kind.model_fields.get(str(key))
    if field is None:
        return False
    holder = get_origin(field.annotation) or field.annotation
    return isinstance(holder, type) and issubclass(holder, (Settings, dict))
