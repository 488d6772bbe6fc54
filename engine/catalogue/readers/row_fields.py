"""The photograph that a row of named values describes, whatever the values are called."""

import re
from collections.abc import Mapping
from typing import Any

from engine.catalogue.fields import FIELDS
from engine.catalogue.names import genus_of
from engine.catalogue.readers.extras import extra_text
from engine.catalogue.readers.naming import reduced_name
from engine.catalogue.readers.parts import part_in
from engine.catalogue.readers.picture_files import is_picture
from engine.catalogue.record import Photograph
from engine.language.message import Message, message

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")
_SPECIES = (
    "species,scientific_name,species_name,taxon_name,latin_name,canonical_name,binomial,taxon,"
    "class_name,label_name,category_name,label,class,category,cls"
)
# Beside one of these, `class` is a rank of the taxon.
_RANKS = ("phylum", "order")
_IMAGE_ADDRESSES = ("image_url", "photo_url", "original_url", "large_url", "medium_url")
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
    values = _values(row)

    def text(field: str) -> str:
        found = (as_words(values.get(name)) for name in _NAMES[field])
        return next(filter(None, found), "")

    names = [one for name in _NAMES["species"] if (one := as_words(values.get(name)))]
    written = next((one for one in names if not is_numeric(one)), species)
    written = written or as_words(values.get("name"))
    if not written or is_numeric(written):
        return NUMBER_ONLY if names or written else message("It has no species name.")
    genus, rank = text("genus"), text("rank")
    if genus and " " not in written and written.islower():
        # The epithet alone.
        written = f"{genus} {written}"
    if rank and not reduced_name(written, rank):
        return message("It is identified only to the rank of {rank}.", rank=rank.lower())
    named = reduced_name(written, rank) if rank else written
    licence = text("license")
    extra = {field: text(field) for field in _EXTRA}
    return Photograph(
        image_id="",
        species=named,
        genus=genus or genus_of(named),
        family=text("family"),
        source=text("source") or source,
        url=_image_address(values),
        observation_id=text("observation_id"),
        observer=text("observer"),
        license="" if is_numeric(licence) else licence,
        attribution=text("attribution"),
        extra=extra_text(extra | {"part": part_in([extra["part"]]) or extra["part"] or part}),
    )


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {_plain(name): value for name, value in row.items()}
    if any(name in values for name in _RANKS):
        values.pop("class", None)
    return values


def _image_address(values: Mapping[str, Any]) -> str:
    """The address of the picture; a web page would make one photograph of all that name it."""
    for name in _NAMES["url"]:
        address = as_words(values.get(name))
        is_picture_file = is_picture(address.partition("?")[0])
        if address.startswith(("http://", "https://")) and (
            name in _IMAGE_ADDRESSES or is_picture_file
        ):
            return address
    return ""


def class_number(row: Mapping[str, Any]) -> int:
    """The number that a row gives instead of a name of a class; -1 if it gives none."""
    values = _values(row)
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
