"""Rules that compute own fields of photographs from other fields."""

from typing import Self

from pydantic import Field, RootModel, field_validator, model_validator

from engine.settings.base import SettingError, Settings


class FieldRule(Settings):
    """How an own field follows from another field."""

    from_: str = Field(
        "",
        alias="from",
        description="The field that decides: one of the record, `tier`, or an own field.",
    )
    values: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="For each value of the new field, the values that lead to it.",
    )
    otherwise: str = Field(
        "", description="The value for photographs without a match. Empty: they get none."
    )

    @field_validator("values", mode="before")
    @classmethod
    def _one_or_several(cls, values: object) -> object:
        if not isinstance(values, dict):
            return values
        return {name: [one] if isinstance(one, str) else one for name, one in values.items()}

    @model_validator(mode="after")
    def _each_leads_to_one(self) -> Self:
        found: dict[str, str] = {}
        for name, matches in self.values.items():
            for match in matches:
                other = found.setdefault(match.casefold(), name)
                if other != name:
                    raise SettingError(
                        "{value} leads to both {one} and {other}. Remove it from one of them.",
                        value=match,
                        one=other,
                        other=name,
                    )
        return self

    @property
    def value_by_match(self) -> dict[str, str]:
        """The value of the new field by value of the deciding one, in lower case."""
        return {
            match.casefold(): name for name, matches in self.values.items() for match in matches
        }


class FieldRules(RootModel[dict[str, FieldRule]]):
    """A rule for each own field, by name."""
