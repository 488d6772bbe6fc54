"""Species names: the normal form, and the form that searches compare."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from engine.errors import BadInput

LONGEST_SPECIES = 200

# The accepted spelling of rank abbreviations within a name.
_RANKS = {
    "cf": "cf.",
    "aff": "aff.",
    "sp": "sp.",
    "spec": "sp.",
    "spp": "sp.",
    "ssp": "subsp.",
    "subsp": "subsp.",
    "var": "var.",
    "f": "f.",
    "forma": "f.",
    "cv": "cv.",
}
_DOUBTS = frozenset({"cf.", "aff."})
_CROSS = "×"


class BadField(BadInput, ValueError):
    """A text that a record cannot hold; the message says which and why."""


class SpeciesName(NamedTuple):
    """A species name in normal form, its genus, and whether the identification is doubtful.

    It is doubtful if `cf.` or `aff.` was removed from it, or if `sp.` gives only the genus.
    """

    species: str
    genus: str
    doubtful: bool


@lru_cache(maxsize=65_536)
def species_name(text: str) -> SpeciesName:
    """Normalise a species name: composed Unicode, single spaces, no underscores.

    "BELLIS PERENNIS" and "bellis perennis" become "Bellis perennis". A hybrid's x becomes ×.
    "ssp", "var" and similar get one spelling. "Rosa cf. canina" becomes Rosa canina, doubtful. A
    name in mixed case keeps its case, because it may be a common name.

    Raises:
        BadField: the name is empty, longer than `LONGEST_SPECIES`, or holds control characters
            or undecodable bytes.
    """
    name = " ".join(unicodedata.normalize("NFC", text).replace("_", " ").split())
    if not name:
        raise BadField("It has no species name.")
    if len(name) > LONGEST_SPECIES:
        raise BadField(
            "Its species name is longer than {longest} characters.", longest=LONGEST_SPECIES
        )
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise BadField("Its species name contains control characters.")
    words = _crossed(_cased(name).split())
    words = [words[0], *(_RANKS.get(word.lower().rstrip("."), word) for word in words[1:])]
    sure = [words[0], *(word for word in words[1:] if word not in _DOUBTS)]
    doubtful = len(sure) < len(words) or sure[-1] == "sp."
    if len(words) > 2 and "sp." in words:
        # "Rosa sp. 2" means "Rosa sp.": a number is no species name.
        sure, doubtful = sure[: sure.index("sp.") + 1], True
    return SpeciesName(" ".join(sure), genus_of(" ".join(sure)), doubtful)


def genus_of(species: str) -> str:
    """The first word of a binomial; empty if the name is a single word."""
    words = species.removeprefix(f"{_CROSS} ").split(" ")
    return words[0] if len(words) > 1 or species.startswith(_CROSS) else ""


@lru_cache(maxsize=65_536)
def search_form(text: str) -> str:
    """`text` in the form that searches compare: no accents, lower case, single spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.replace("_", " ").split())


def _cased(name: str) -> str:
    several = " " in name
    return name.capitalize() if several and (name.isupper() or name.islower()) else name


def _crossed(words: list[str]) -> list[str]:
    """ "x carnea", "X carnea" and "×carnea" -> "× carnea", also before a genus."""
    spread = " ".join(re.sub(f"^{_CROSS}(?=.)", f"{_CROSS} ", word) for word in words).split()
    if len(spread) == 1:
        return spread
    crossed = [_CROSS if word in ("x", "X") else word for word in spread]
    if crossed[0] == _CROSS:
        crossed[1] = crossed[1][:1].upper() + crossed[1][1:]
    return crossed
