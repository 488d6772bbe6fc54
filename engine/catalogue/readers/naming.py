"""The species that a taxon's name and rank give."""

import re

from engine.catalogue.importing import Refusal, refused
from engine.language.message import message

_CROSS = frozenset("×xX")
_RANKS_BELOW = (
    "subspecies,variety,varietas,subvariety,form,forma,subform,infrahybrid,nothovariety,race,"
    "cultivar,infraspecific_name,infrasubspecific_name,subsp,ssp,var,f,fo,cv"
)
_BELOW_SPECIES = frozenset(_RANKS_BELOW.split(","))
_SPECIES = frozenset(["species", "hybrid", "sp", "nothospecies"])
_EPITHET = re.compile(r"[a-zà-ÿ][a-zà-ÿ-]+$")


def reduced_name(name: str, rank: str = "") -> str:
    """The species of a taxon of this rank; empty where the rank is above species.

    Names of subspecies and varieties are reduced to their species. Without a rank, a name of one
    word is above species.
    """
    words, level = name.replace("_", " ").split(), rank.strip().lower().rstrip(".")
    if len(words) < 2 or (level and level not in _SPECIES | _BELOW_SPECIES):
        return ""
    if level in _BELOW_SPECIES:
        return " ".join(words[: 3 if words[0] in _CROSS or words[1] in _CROSS else 2])
    return " ".join(words)


def without_author(name: str, author: str = "") -> str:
    """The name without the author that follows it: "Rosa canina L." -> "Rosa canina".

    Of a name whose author is not given, the words up to the epithet remain.
    """
    name, author = " ".join(name.split()), " ".join(author.split())
    if author and name.endswith(f" {author}"):
        return name[: -len(author) - 1]
    words = name.split()
    end = 3 if len(words) > 2 and (words[0] in _CROSS or words[1] in _CROSS) else 2
    if len(words) <= end or not _EPITHET.match(words[end - 1]):
        return name
    below = words[end].rstrip(".").lower() in _BELOW_SPECIES and len(words) > end + 1
    return " ".join(words[: end + 2 if below else end])


def above_species(origin: str, rank: str) -> Refusal:
    """The refusal of a photograph that is identified to a genus, a family or not at all."""
    level = rank.strip().lower()
    if not level:
        return refused(origin, message("It is not identified to a species."))
    if level == "genus":
        return refused(origin, message("It is identified to the genus only."))
    return refused(origin, message("It is identified only to the rank of {rank}.", rank=level))
