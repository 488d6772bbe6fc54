"""The parts of a scientific name, and the forms of names and authors that are compared."""

import re
from functools import lru_cache
from typing import NamedTuple

from engine.catalogue.names import BadField, search_form, species_name
from engine.catalogue.readers.naming import BELOW_SPECIES, may_be_epithet, name_and_author

CROSS = "×"
# In full, these authors begin unlike their abbreviation, or it is too short to be compared.
_AUTHORS = {"linnaeus": "l", "linn": "l", "linné": "l", "decandolle": "dc", "candolle": "dc"}
# A shorter abbreviation may be that of another author: "L." is not "Lam.".
_COMPARED = 3
_QUOTED = re.compile(r"^['\"‘’“”]")
# Species groups, which are wider or narrower than the species.
_GROUPS = frozenset(["agg", "sl", "ss", "sstr", "slat", "sensulato", "sensustricto"])


class ParsedName(NamedTuple):
    """A scientific name apart from its author.

    `name` is in the normal form of `species_name`. `rank` is the mark of a rank below the species,
    such as "var.", empty without one. `key` is equal for spellings that differ in rank marks,
    hybrid signs, hyphens, accents and case only. `is_formula` marks a hybrid that is named by its
    parents.
    """

    name: str
    author: str
    rank: str
    key: str
    is_formula: bool

    @property
    def species(self) -> str:
        """The name without what is below the species."""
        return species_part(self.name)

    @property
    def is_below_species(self) -> bool:
        """Whether it names a subspecies, variety, form or cultivar."""
        return self.species != self.name

    @property
    def is_group(self) -> bool:
        """Whether a group of species is meant, such as by "agg."."""
        return re.sub(r"[.\s]", "", self.author.lower()) in _GROUPS


def parse_name(text: str) -> ParsedName | None:
    """The parts of a species name; None if it is none, such as a name of one word."""
    try:
        whole = species_name(text).species
    except BadField:
        return None
    name, author = name_and_author(whole)
    first, _, rest = author.partition(" ")
    if may_be_epithet(first) and not _mark_in(name):
        # A subspecies without a mark, as iNaturalist writes it.
        name, author = f"{name} {first}", rest
    if first.rstrip(".").lower() in BELOW_SPECIES or _QUOTED.match(first):
        name, author = whole, ""
    words = name.split()
    epithet = 2 if CROSS in words[:2] else 1
    if len(words) <= epithet or words[epithet].rstrip(".") == "sp":
        return None
    is_formula = CROSS in words[epithet:] or CROSS in author.split()
    return ParsedName(name, author, _mark_in(name), key_of(name), is_formula)


def species_part(name: str) -> str:
    """The genus and epithet of a name, with a hybrid's sign."""
    words = name.split()
    return " ".join(words[: 3 if CROSS in words[:2] else 2])


@lru_cache(maxsize=65_536)
def key_of(name: str) -> str:
    """The genus and the joined epithets of a name in normal form, as searches compare them.

    Rank marks, hybrid signs and hyphens are left out: "Quercus ilex subsp. ballota" and "Quercus
    ilex ballota" have one key, and so have "Mentha × piperita" and "Mentha piperita".
    """
    # The form of searches takes ten times as long.
    plain = name.lower() if name.isascii() else search_form(name)
    words = [
        word.replace("-", "")
        for word in plain.split()
        if word != CROSS and word.rstrip(".") not in BELOW_SPECIES
    ]
    return f"{words[0]} {''.join(words[1:])}" if words else ""


def author_form(author: str) -> str:
    """An author in the form that is compared, without spaces, stops and years."""
    plain = re.sub(r"[^\w()]|\d", "", search_form(author))
    return re.sub(r"\w+", lambda word: _AUTHORS.get(word[0], word[0]), plain)


def is_same_author(one: str, other: str) -> bool:
    """Whether two authors are the same, apart from abbreviation and from who is in brackets."""
    first, second = (author_form(author).rpartition(")")[2] for author in (one, other))
    if not first or not second:
        return False
    short, long = sorted((first, second), key=len)
    return short == long or (len(short) >= _COMPARED and long.startswith(short))


def _mark_in(name: str) -> str:
    words = name.split()[2:-1]
    return next((word for word in words if word.rstrip(".").lower() in BELOW_SPECIES), "")
