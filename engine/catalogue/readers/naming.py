"""Derives the species from the name and rank of a taxon."""

import re

from engine.catalogue.importing import Refusal, refused
from engine.language.message import message

_CROSS = frozenset("×xX")
_RANKS_BELOW = (
    "subspecies,variety,varietas,subvariety,form,forma,subform,infrahybrid,nothovariety,race,"
    "cultivar,infraspecific_name,infrasubspecific_name,subsp,ssp,var,f,fo,cv,subvar,subf,convar,"
    "nothosubsp,nothovar,nothof,nothosubspecies,nothoform"
)
BELOW_SPECIES = frozenset(_RANKS_BELOW.split(","))
"""The names and abbreviations of ranks below the species, in lower case, without a full stop."""
_SPECIES = frozenset(["species", "hybrid", "sp", "nothospecies"])
_EPITHET = re.compile(r"[a-zà-ÿ][a-zà-ÿ-]+$")
# Words in lower case within authors.
_WORDS_OF_AUTHORS = (
    "ex,et,in,and,non,nec,sensu,auct,auctt,emend,apud,pro,hort,fil,agg,de,da,di,do,du,del,della,"
    "des,der,den,la,le,van,von,zu,zur"
)
_OF_AUTHORS = frozenset(_WORDS_OF_AUTHORS.split(","))


def reduced_name(name: str, rank: str = "") -> str:
    """The species of a taxon of this rank; empty if the rank is above species.

    Names of subspecies and varieties are reduced to their species. Without a rank, a name of one
    word is above species.
    """
    words, level = name.replace("_", " ").split(), rank.strip().lower().rstrip(".")
    if len(words) < 2 or (level and level not in _SPECIES | BELOW_SPECIES):
        return ""
    if level in BELOW_SPECIES:
        return " ".join(words[: 3 if words[0] in _CROSS or words[1] in _CROSS else 2])
    return " ".join(words)


def without_author(name: str, author: str = "") -> str:
    """The name without its author: "Rosa canina L." -> "Rosa canina".

    If `author` is empty, the name ends with the epithet.
    """
    name, author = " ".join(name.split()), " ".join(author.split())
    if author and name.endswith(f" {author}"):
        return name[: -len(author) - 1]
    return name_and_author(name)[0]


def name_and_author(text: str) -> tuple[str, str]:
    """A name and the author that follows it: "Rosa canina L." -> "Rosa canina", "L.".

    An author between the species and the epithet below it is left out: "Rosa canina L. var. alba
    Desv." -> "Rosa canina var. alba", "Desv.". A name of one word stays as it is.
    """
    words = text.split()
    end = 3 if len(words) > 2 and (words[0] in _CROSS or words[1] in _CROSS) else 2
    if len(words) <= end or not _EPITHET.match(words[end - 1]):
        return " ".join(words), ""
    below = [
        place
        for place in range(end, len(words) - 1)
        if words[place].rstrip(".").lower() in BELOW_SPECIES and may_be_epithet(words[place + 1])
    ]
    if not below:
        return " ".join(words[:end]), " ".join(words[end:])
    rank = below[-1]
    return " ".join([*words[:end], *words[rank : rank + 2]]), " ".join(words[rank + 2 :])


def may_be_epithet(word: str) -> bool:
    """Whether a word within a name may be an epithet: in lower case, none of an author's words."""
    return bool(_EPITHET.match(word)) and word not in _OF_AUTHORS


def above_species(origin: str, rank: str) -> Refusal:
    """The refusal of a photograph that is not identified to a species."""
    level = rank.strip().lower()
    if not level:
        return refused(origin, message("It is not identified to a species."))
    if level == "genus":
        return refused(origin, message("It is identified to the genus only."))
    return refused(origin, message("It is identified only to the rank of {rank}.", rank=level))
