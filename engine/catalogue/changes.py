"""What curation has done to the catalogue, and can undo."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Action = Literal["exclude", "include", "relabel"]
"""What curation does; include takes an exclusion back."""


class Label(NamedTuple):
    """What a photograph is said to be."""

    species: str
    genus: str = ""
    family: str = ""


@dataclass(frozen=True)
class Change:
    """One act of curation: when (unix seconds), what, to which species where it relabelled, why,
    on how many photographs, and on how many of those it was undone.

    Changes are numbered from 1 as they are made. One that found everything so already is not
    kept; its number is 0.
    """

    number: int
    made: float
    action: Action
    species: str
    note: str
    images: int
    undone: int = 0
