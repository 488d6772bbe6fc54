"""How new a photograph is, from its record."""

import re

from engine.catalogue.record import Photograph

LAST_NUMBER = r"(?P<number>\d{1,17})\D*$"
"""The last number in a name, for any regular expressions."""

_LAST_NUMBER = re.compile(LAST_NUMBER, re.ASCII)


def newness_of(photograph: Photograph) -> int:
    """The number of its observation, which are numbered as they are made; else its own; else 0."""
    found = _LAST_NUMBER.search(photograph.observation_id or photograph.image_id)
    return int(found["number"]) if found else 0
