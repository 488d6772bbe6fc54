"""The photograph that a row of named values describes, whatever the values are called."""

import re
from collections.abc import Mapping
from typing import Any

from engine.catalogue.fields import FIELDS
from engine.catalogue.names import genus_of
from engine.catalogue.readers.extras import extra_text
from engine.catalogue.readers.naming import reduced_name
from engine.catalogue.record import Photograph
from engine.language.message import Message, message

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")
_SPECIES = (
    "species,scientific_name,species_name,taxon_name,latin_name,canonical_name,binomial,taxon,"
    "class_name,label_name,category_name,label,class,category,name,cls"
)
_EXTRA = {
    "observed_on": ("observed_on", "event_date", "observation_date", "date", "created"),
    "latitude": ("latitude", "decimal_latitude", "lat"),
    "longitude": ("longitude", "decimal_longitude", "lon", "lng"),
    "place": ("place", "place_guess", "locality", "location"),
    "organ": ("organ", "plant_organ", "plant_part"),
    "elevation": ("elevation", "altitude"),
    "quality_grade": ("quality_grade",),
    "taxon_id": ("taxon_id", "species_id", "taxon_key"),
    "part": ("part", "split", "subset", "partition"),
}
_PLAIN = ("genus", "family", "source", "url", "observation_id", "observer", "license")
_NAMES: Mapping[str, tuple[str, ...]] = {
    **{name: (*FIELDS[name].columns, *FIELDS[name].aliases) for name in (*_PLAIN, "attribution")},
    "species": tuple(_SPECIES.split(",")),
    "rank": ("rank", "taxon_rank"),
    **_EXTRA,
}
"""The names that are understood for each field, the best first."""
NUMBER_ONLY = message("Its class is a number, and no names of classes are given.")


def photograph_in(
    row: Mapping[str, Any], source: str, species: str = "", part: str = ""
) -> Photograph | Message:
    """The photograph that a row describes, without file and id; or why it describes none.

    `source`, `species` and `part` apply where the row has none. Numbers are no names of species.
    """
    values = {_plain(name): value for name, value in row.items()}

    def text(field: str) -> str:
        found = (as_words(values.get(name)) for name in _NAMES[field])
        return next(filter(None, found), "")

    names = [one for name in _NAMES["species"] if (one := as_words(values.get(name)))]
    written = next((one for one in names if not is_numeric(one)), species)
    if not written:
        return NUMBER_ONLY if names else message("It has no species name.")
    rank = text("rank")
    if rank and not (reduced := reduced_name(written, rank)):
        return message("It is identified only to the rank of {rank}.", rank=rank)
    named = reduced if rank else written
    url = text("url")
    extra = {field: text(field) for field in _EXTRA}
    return Photograph(
        image_id="",
        species=named,
        genus=text("genus") or genus_of(named),
        family=text("family"),
        source=text("source") or source,
        url=url if url.startswith(("http://", "https://")) else "",
        observation_id=text("observation_id"),
        observer=text("observer"),
        license=text("license"),
        attribution=text("attribution"),
        extra=extra_text(extra | {"part": extra["part"] or part}),
    )


def class_number(row: Mapping[str, Any]) -> int:
    """The number that a row gives instead of a name of a class; -1 if it gives none."""
    values = {_plain(name): value for name, value in row.items()}
    texts = (as_words(values.get(name)) for name in _NAMES["species"])
    return next((int(one) for one in texts if one.isascii() and one.isdecimal()), -1)


def as_words(value: Any) -> str:
    """A plain value as text on one line; empty for nested and missing values."""
    if value is None or value != value or isinstance(value, dict | list | bytes | bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())


def is_numeric(text: str) -> bool:
    """Whether a text is a number."""
    return text.replace(".", "", 1).lstrip("-").isdecimal()


def _plain(name: object) -> str:
    """A column's name in one form: "scientificName" -> "scientific_name"."""
    return "_".join(_WORDS.findall(str(name))).lower()
