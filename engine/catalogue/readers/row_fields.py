"""Reads a photograph from a row of named values; many names are understood for each field."""

from collections.abc import Mapping
from typing import Any

from engine.catalogue.documents import as_text
from engine.catalogue.fields import IMPORTED
from engine.catalogue.names import genus_of
from engine.catalogue.other_fields import COMMON_FIELDS, common_json
from engine.catalogue.readers.naming import reduced_name
from engine.catalogue.readers.parts import part_in
from engine.catalogue.record import Photograph
from engine.catalogue.source_columns import (
    NAMES,
    class_is_rank,
    is_address,
    is_image_address,
    is_numeric,
    is_page,
    name_of_column,
    names_for,
)
from engine.language.message import Message, message

_NAMES = {**NAMES, **COMMON_FIELDS}
_TEXTS = tuple(name for name in IMPORTED if name not in ("image_id", "path"))
NUMBER_ONLY = message("Its class is a number, and no names of classes are given.")


def photograph_in(
    row: Mapping[str, Any], source: str, species: str = "", part: str = ""
) -> Photograph | Message:
    """The photograph of a row, without file and id; or the reason for its refusal.

    `source`, `species` and `part` are used if the row has none. Numbers are no species names.
    """
    values = _values(row)

    def texts(field: str) -> list[str]:
        return [text for name in _NAMES[field] if (text := values.get(name))]

    names = texts("species")
    written = next((one for one in names if not is_numeric(one)), species)
    written = written or values.get("name", "")
    if not written or is_numeric(written):
        return NUMBER_ONLY if names or written else message("It has no species name.")
    fields = {field: _first(texts(field)) for field in _TEXTS}
    genus, rank = fields["genus"], _first(texts("rank"))
    if genus and " " not in written and written.islower():
        # The epithet alone.
        written = f"{genus} {written}"
    if rank and not reduced_name(written, rank):
        return message("It is identified only to the rank of {rank}.", rank=rank.lower())
    named = reduced_name(written, rank) if rank else written
    fields["species"], fields["genus"] = named, genus or genus_of(named)
    fields["source"] = fields["source"] or source
    fields["url"] = _image_address(values)
    if is_numeric(fields["license"]):
        fields["license"] = ""
    common = {field: _first(texts(field)) for field in COMMON_FIELDS}
    common["part"] = part_in(texts("part")) or part or common["part"]
    return Photograph(image_id="", extra=common_json(common), **fields)  # type: ignore[arg-type]


def class_number(row: Mapping[str, Any]) -> int:
    """The class number of a row; -1 if it has none."""
    values = _values(row)
    texts = (values.get(name, "") for name in NAMES["species"])
    return next((int(one) for one in texts if one.isascii() and one.isdecimal()), -1)


def as_words(value: Any) -> str:
    """A plain value as text on one line; empty for nested and missing values."""
    return " ".join(as_text(value).split())


def _values(row: Mapping[str, Any]) -> dict[str, str]:
    """The values of a row as text, by normalised column names."""
    values = {name_of_column(str(name)): as_words(value) for name, value in row.items()}
    if class_is_rank(values):
        values.pop("class", None)
    return values


def _image_address(values: Mapping[str, str]) -> str:
    """The address of the picture. A web page is ignored: several photographs may share it."""
    for name in names_for("url"):
        address = values.get(name, "")
        # The name says that it is the address of an image: image_url, medium_url.
        is_named = name.endswith("_url") and not is_page(address)
        if is_address(address) and (is_named or is_image_address(address)):
            return address
    return ""


def _first(texts: list[str]) -> str:
    return texts[0] if texts else ""
