"""The matches of a filter, and the matches of each further choice."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

from engine.catalogue.own_fields import PREFIX
from engine.catalogue.store import UNSTATED, Catalogue, Field, FieldCondition, Filter

FIELDS: tuple[Field, ...] = get_args(Field)


@dataclass(frozen=True)
class FoundPhotographs:
    """The filter and, for each field, the photographs by value with that field unfiltered.

    An own field is called `extra.NAME`.
    """

    chosen: Filter
    offered: Mapping[str, Mapping[str, int]]

    @property
    def images(self) -> int:
        """The number of photographs that match the filter."""
        return sum(self.count_by("species").values())

    def count_by(self, field: str) -> dict[str, int]:
        """The photographs that match the filter, counted by a field."""
        value = value_of(self.chosen, field)
        offered = dict(self.offered[field])
        if not value:
            return offered
        value = "" if value == UNSTATED else value
        return {value: offered[value]} if value in offered else {}


def find_photographs(
    catalogue: Catalogue, chosen: Filter, own: Sequence[str] = ()
) -> FoundPhotographs:
    """Count the matches of the filter for each field and each of these own fields."""
    fields = (*FIELDS, *(PREFIX + name for name in own))
    return FoundPhotographs(
        chosen, {field: _count(catalogue, field, with_value(chosen, field, "")) for field in fields}
    )


def value_of(chosen: Filter, field: str) -> str:
    """The value that a filter selects of a field; empty if it selects none."""
    if not field.startswith(PREFIX):
        return str(getattr(chosen, field))
    return next((one.value for one in chosen.conditions if one[:2] == (field, "=")), "")


def by_exclusion(catalogue: Catalogue, found: FoundPhotographs) -> dict[bool | None, int]:
    """The matches among photographs in use (False), excluded (True), and in total."""
    side = found.chosen.excluded is not True
    other = sum(
        catalogue.count_by("species", dataclasses.replace(found.chosen, excluded=side)).values()
    )
    if found.chosen.excluded is None:
        return {False: found.images - other, True: other, None: found.images}
    return {not side: found.images, side: other, None: found.images + other}


def is_known(catalogue: Catalogue, field: str, value: str) -> bool:
    """Whether any photograph has that value, regardless of the other filters."""
    return bool(_count(catalogue, field, with_value(Filter(excluded=None), field, value)))


def with_value(chosen: Filter, field: str, value: str) -> Filter:
    """The filter with a value of a field selected; with none, if the value is empty."""
    if not field.startswith(PREFIX):
        values: dict[str, Any] = {field: value}
        return dataclasses.replace(chosen, **values)
    others = tuple(one for one in chosen.conditions if one[:2] != (field, "="))
    own = (FieldCondition(field, "=", value),) if value else ()
    return dataclasses.replace(chosen, conditions=others + own)


def _count(catalogue: Catalogue, field: str, chosen: Filter) -> dict[str, int]:
    if field.startswith(PREFIX):
        return catalogue.count_by_own(field.removeprefix(PREFIX), chosen)
    return catalogue.count_by(cast(Field, field), chosen)
