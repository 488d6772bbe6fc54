"""Taxonomic ranks: whether a photograph is identified to a species."""

from engine.language.message import Message, message

_ABOVE = frozenset(
    [
        *("kingdom", "phylum", "subphylum", "division", "class", "subclass", "order", "suborder"),
        *("superfamily", "family", "subfamily", "tribe", "subtribe", "genus", "genushybrid"),
        *("subgenus", "section", "subsection", "series", "complex", "unranked"),
    ]
)
RANKS = _ABOVE | {
    *("species", "hybrid", "subspecies", "variety", "subvariety", "form", "subform", "forma"),
    *("cultivar", "ssp", "var", "infraspecific_name"),
}
"""The names of ranks."""
_GROUPS = frozenset(["sect", "section", "subsect", "subg", "subgen", "subgenus", "ser", "series"])


def refusal_above_species(species: str, rank: str, only_species: bool) -> Message | None:
    """Why a photograph that is identified to a genus or higher is refused; None for a species.

    `rank` is empty where it is not known. With `only_species` a name of one word is none of a
    species.
    """
    if rank.lower() in _ABOVE:
        return message("It is identified only to the rank of {rank}.", rank=rank.lower())
    if not only_species or not species:
        return None
    words = species.replace("_", " ").split()
    if len(words) < 2 or words[1].rstrip(".").lower() in _GROUPS:
        return message("It is identified only to {name}, which is no species.", name=species)
    return None
