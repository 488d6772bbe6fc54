"""The matches of a filter, and the matches of each further choice."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from engine.catalogue.store import UNSTATED, Catalogue, Field, Filter

FIELDS: tuple[Field, ...] = get_args(Field)


@dataclass(frozen=True)
class FoundPhotographs:
    """The filter and, for each field, the photographs by value with that field unfiltered."""

    chosen: Filter
    offered: Mapping[Field, Mapping[str, int]]

    @property
    def images(self) -> int:
        """The number of photographs that match the filter."""
        return sum(self.count_by("species").values())

    def count_by(self, field: Field) -> dict[str, int]:
        """The photographs that match the filter, counted by a field."""
        value = getattr(self.chosen, field)
        offered = dict(self.offered[field])
        if not value:
            return offered
        value = "" if value == UNSTATED else value
        return {value: offered[value]} if value in offered else {}


def find_photographs(catalogue: Catalogue, chosen: Filter) -> FoundPhotographs:
    """Count the matches of the filter for each field."""
    return FoundPhotographs(
        chosen, {field: catalogue.count_by(field, _with(chosen, field, "")) for field in FIELDS}
    )


def by_exclusion(catalogue: Catalogue, found: FoundPhotographs) -> dict[bool | None, int]:
    """The matches among photographs in use (False), excluded (True), and in total."""
    side = found.chosen.excluded is not True
    other = sum(
        catalogue.count_by("species", dataclasses.replace(found.chosen, excluded=side)).values()
    )
    if found.chosen.excluded is None:
        return {False: found.images - other, True: other, None: found.images}
    return {not side: found.images, side: other, None: found.images + other}


def is_known(catalogue: Catalogue, field: Field, value: str) -> bool:
    """Whether any photograph has that value, regardless of the other filters."""
    return bool(catalogue.count_by(field, _with(Filter(excluded=None), field, value)))


def _with(chosen: Filter, field: Field, value: str) -> Filter:
    values: dict[str, Any] = {field: value}
    return dataclasses.replace(chosen, **values)
