"""Guessing where the fields of photographs stand, by the names and the values of some records."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.catalogue.documents import as_text, summarise_fields, value_at
from engine.catalogue.folder_names import is_binomial
from engine.catalogue.mapping import MappingSettings, is_below
from engine.catalogue.source_columns import (
    NAMES,
    SourceColumn,
    column_of,
    is_image_file,
    mostly,
    name_of_column,
    source_columns,
)

# So few rows with the same id may be mistakes.
_FEW = 10
# Names of a taxon of any rank, where a column `species` holds species.
_ANY_RANK = ("scientific_name", "taxon_name", "taxon", "canonical_name", "name")
_EPITHETS = ("species", "epithet", "specific_epithet", "species_epithet")
_OBSERVATION = re.compile(
    r"https?://(?:www\.)?(?:inaturalist\.[a-z.]+/observations|gbif\.org/occurrence)/(\d+)/?$",
    re.IGNORECASE,
)


def guess_mapping(
    documents: Iterable[Mapping[str, Any]], otherwise_id: str = "_id"
) -> MappingSettings:
    """Guess the path of each photograph field from the names and values in some records.

    `otherwise_id` is the path of the image id where no other is found.
    """
    records = list(documents)
    seen = source_columns(summarise_fields(records))
    fields = {
        field: path for field in NAMES if field != "image_id" and (path := column_of(field, seen))
    }
    if "url" not in fields and "path" not in fields and (path := _file_by_values(seen)):
        fields["path"] = path
    holder = fields.get("url") or fields.get("path", "")
    array = _array_of(holder, records, seen)
    joined = _genus_and_epithet(fields, seen)
    fields |= {"species": joined} if joined else {}
    by_page = _observation_of_pages(records, seen)
    if by_page and "observation_id" not in fields:
        fields["observation_id"] = by_page
    inside = [one for one in seen if array and one.path.startswith(f"{array}.")]
    # In the documents of a database, `_id` comes before `id`.
    top = [] if otherwise_id else [one.path for one in seen if one.path.lower() == "id"]
    own_ids = [f"{array}.id", f"{array}._id"] if array else top
    fields["image_id"] = _image_id(records, inside or seen, fields, own_ids) or otherwise_id
    return MappingSettings(
        photographs=array, only_species=_names_any_rank(fields.get("species", ""), seen), **fields
    )


def _file_by_values(seen: Sequence[SourceColumn]) -> str:
    """The only path whose values are files of images, whatever its name."""
    found = [one.path for one in seen if mostly(is_image_file, one.texts)]
    return found[0] if len(found) == 1 else ""


def _genus_and_epithet(fields: Mapping[str, str], seen: Sequence[SourceColumn]) -> str:
    """The path that joins genus and epithet, where the species column has the epithet alone."""
    genus = next((one for one in seen if one.path == fields.get("genus")), None)
    chosen = fields.get("species", "")
    epithets = [
        one for one in seen
        if one.name in _EPITHETS and (one.path == chosen or not chosen)
        and mostly(lambda text: text.replace("-", "").isalpha() and text.islower(), one.texts)
    ]  # fmt: skip
    if genus is None or not epithets or not mostly(str.istitle, genus.texts):
        return ""
    return f"{{{genus.path}}} {{{epithets[0].path}}}"


def _array_of(
    holder: str, records: Sequence[Mapping[str, Any]], seen: Sequence[SourceColumn]
) -> str:
    """The array that holds the files or addresses, in most records that have them."""
    for one in seen:
        path = one.path
        if one.summary.is_array and is_below(holder, path):
            values = [value_at(record, path, whole=True) for record in records]
            arrays = sum(isinstance(value, list) for value in values)
            if 2 * arrays > sum(value is not None for value in values):
                return path
    return ""


def _observation_of_pages(
    records: Sequence[Mapping[str, Any]], seen: Sequence[SourceColumn]
) -> str:
    """The path of the observation, where a column has its web page: `id` if that is its number."""
    for one in seen:
        if not mostly(lambda text: _OBSERVATION.match(text) is not None, one.texts):
            continue
        pages = [(record, as_text(value_at(record, one.path))) for record in records]
        if all(
            found is None or as_text(record.get("id")) == found[1]
            for record, text in pages
            for found in [_OBSERVATION.match(text)]
        ):
            return "id"
        return one.path
    return ""


def _image_id(
    records: Sequence[Mapping[str, Any]], seen: Sequence[SourceColumn], fields: Mapping[str, str],
    own_ids: Sequence[str],
) -> str:  # fmt: skip
    """The path of an id that tells photographs apart: known by its name, or one of `own_ids`."""
    holder = fields.get("url") or fields.get("path", "")
    named = [
        one.path for name in NAMES["image_id"] for one in seen
        if one.name == name and any(one.texts)
    ]  # fmt: skip
    there = {one.path for one in seen}
    for path in [*named, *(path for path in own_ids if path in there)]:
        most = 2 if name_of_column(path) == "image_id" else 1
        is_observation = path == fields.get("observation_id")
        # Inside an array, each has its own.
        within = "." in path and path in own_ids
        if not is_observation and (within or _tells_apart(records, path, holder, most)):
            return path
    return ""


def _tells_apart(records: Sequence[Mapping[str, Any]], path: str, holder: str, most: int) -> bool:
    """Whether an id stands for one photograph, on average for fewer than `most` others."""
    pairs = {
        (one, as_text(value_at(record, holder)))
        for record in records
        if (one := as_text(value_at(record, path, whole=True)))
    }
    ids = len({one for one, _ in pairs})
    few = most > 1 and len(pairs) < _FEW
    return few or ids == len(pairs) or len(pairs) < most * ids


def _names_any_rank(path: str, seen: Sequence[SourceColumn]) -> bool:
    """Whether a column of species names has genera and families in some rows."""
    one = next((one for one in seen if one.path == path), None)
    return one is not None and one.name in _ANY_RANK and mostly(is_binomial, one.texts)
