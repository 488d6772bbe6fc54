"""Curation changes: what they record so that they can be undone."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Action = Literal["exclude", "include", "relabel", "join", "compute"]
"""The kinds of curation; include reverses an exclusion, compute sets an own field by a rule."""


class Label(NamedTuple):
    """The label of a photograph: species, genus and family."""

    species: str
    genus: str = ""
    family: str = ""


@dataclass(frozen=True)
class Change:
    """One curation change: time (unix seconds), action, new species (relabelling) or name of the
    own field (computing), note, number of photographs, and how many of those were undone.

    Changes are numbered from 1 in the order they are made. A change that alters no photograph is
    not stored; its number is 0.
    """

    number: int
    made: float
    action: Action
    species: str
    note: str
    images: int
    undone: int = 0


class OwnChange(NamedTuple):
    """An own field of a photograph before and after a change, as JSON text; None: it has none."""

    image_id: str
    was: str | None
    now: str | None
