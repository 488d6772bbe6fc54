"""Ordering photographs by age, from their records."""

import re

from engine.catalogue.record import Photograph

LAST_NUMBER = r"(?P<number>\d{1,17})\D*$"
"""The last number in a name, as a pattern for Python and RE2."""

_LAST_NUMBER = re.compile(LAST_NUMBER, re.ASCII)


def newness_of(photograph: Photograph) -> int:
    """The number of its observation, which increases with time; else its own number; else 0."""
    found = _LAST_NUMBER.search(photograph.observation_id or photograph.image_id)
    return int(found["number"]) if found else 0
