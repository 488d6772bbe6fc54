"""What licences allow: how strict each is, and for what a model trained under it may be used."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from engine.language.message import deferred

Tier = Literal["production", "research", "unknown"]
TIER_NAMES: dict[Tier, str] = {
    "production": deferred("Production"),
    "research": deferred("Research"),
    "unknown": deferred("Unknown licence"),
}
"""By tier, what readers see, once it is translated."""
TIER_WORDS: dict[str, Tier] = {
    **{tier: tier for tier in TIER_NAMES},
    "permissive": "production",
}
"""The words that name a tier in a condition."""

_WORDS = re.compile(r"[a-z]+|0")
_SPACED = re.compile(r"\b(non|no|share)[ -]+(commercial|deriv\w*|alike)")
# The words of Creative Commons' own names, as they are written out in full and in short.
_PARTS = {
    "by": "by",
    "attribution": "by",
    "nc": "nc",
    "noncommercial": "nc",
    "nd": "nd",
    "noderivs": "nd",
    "noderivatives": "nd",
    "derivs": "nd",
    "sa": "sa",
    "sharealike": "sa",
}
_FREE = re.compile(
    r"cc[ -]?(?:0|zero)\b|publicdomain|public domain|\bpdm?\b|\bown\b|no known copyright"
)
_RESERVED = re.compile(r"all rights reserved|©|\(c\)|^c$|copyright")
_CREATIVE_COMMONS = re.compile(r"\bcc\b|creative ?commons|^(?:by|attribution)\b")
_ALLOWING_ALL = re.compile(r"\bmit\b|\bapache\b|\bbsd\b|\bodbl\b|\bogl\b")
_STRICTEST, _UNKNOWN = 100, 90
# No derivatives forbids more than no commercial use, and that more than share alike.
_WEIGHTS = {"by": 1, "sa": 2, "nc": 4, "nd": 8}
_MOST_FOR_PRODUCTION = _WEIGHTS["by"] + _WEIGHTS["sa"]


@lru_cache(maxsize=4_096)
def strictness(licence: str) -> int:
    """How much a licence forbids: 0 for the public domain, more for each condition.

    Texts that name no licence known here are stricter than any Creative Commons licence, and
    reserved rights are the strictest. An empty text is as unknown as one that says nothing.
    """
    text = " ".join(licence.casefold().replace("_", "-").split())
    if _FREE.search(text):
        return 0
    if _RESERVED.search(text) and not _CREATIVE_COMMONS.search(text):
        return _STRICTEST
    if _ALLOWING_ALL.search(text):
        return _WEIGHTS["by"]
    parts = _conditions(text)
    if "by" in parts or (parts and _CREATIVE_COMMONS.search(text)):
        return sum(_WEIGHTS[part] for part in parts | {"by"})
    return _UNKNOWN


def strictest(licences: Iterable[str]) -> str:
    """The strictest of some licences, the first of equals; one that is not stated counts only
    where none is."""
    stated = [licence for licence in licences if licence]
    return max(stated, key=strictness, default="")


@lru_cache(maxsize=4_096)
def tier_of(licence: str) -> Tier:
    """What a model that was trained on photographs of this licence may be used for.

    Production: public domain, CC BY, CC BY-SA and one's own. Research: conditions on commercial
    use or on derivatives. Unknown: anything else, such as reserved rights or no statement.
    """
    how_strict = strictness(licence) if licence else _UNKNOWN
    if how_strict <= _MOST_FOR_PRODUCTION:
        return "production"
    return "research" if how_strict < _UNKNOWN else "unknown"


def _conditions(text: str) -> set[str]:
    joined = _SPACED.sub(r"\1\2", text)
    return {_PARTS[word] for word in _WORDS.findall(joined) if word in _PARTS}
