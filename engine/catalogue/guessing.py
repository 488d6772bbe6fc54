"""Guessing where the fields of photographs stand, by the names and the values of some records."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from engine.catalogue.documents import (
    FieldSummary,
    as_text,
    summarise_fields,
    value_at,
)
from engine.catalogue.fields import FIELDS, IMPORTED
from engine.catalogue.folder_layout import IMAGE_SUFFIXES, part_of
from engine.catalogue.folder_names import is_binomial, is_number
from engine.catalogue.mapping import MappingSettings, is_below
from engine.catalogue.ranks import RANKS

LOCAL_IDS = ("id", "photo_id")
"""Names of ids that are unique within their own table only."""
NAMES: Mapping[str, tuple[str, ...]] = {
    **{name: (*FIELDS[name].columns, *FIELDS[name].aliases) for name in IMPORTED},
    "rank": ("rank", "taxon_rank"),
    "part": ("part", "split", "subset", "partition", "set", "fold", "particion", "conjunto"),
}
"""The names that are understood for each field, the studio's own first."""

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")
_FIRST_TAKEN = 200
# So few rows with the same id may be mistakes.
_FEW = 10
# Names of a taxon of any rank, where a column `species` holds species.
_ANY_RANK = ("scientific_name", "taxon_name", "taxon", "canonical_name", "name")
_EPITHETS = ("species", "epithet", "specific_epithet", "species_epithet")
_ADDRESS = ("http://", "https://")
_PAGE = re.compile(
    r"https?://(?:www\.)?(?:inaturalist\.[a-z.]+/(?:observations|photos|taxa)/\d+"
    r"|gbif\.org/(?:occurrence|species)/\d+|[^/]+/wiki/(?!Special:)|[^?#]+\.html?(?:[?#]|$))",
    re.IGNORECASE,
)
_OBSERVATION = re.compile(
    r"https?://(?:www\.)?(?:inaturalist\.[a-z.]+/observations|gbif\.org/occurrence)/(\d+)/?$",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"file:|~|[\\/]|[A-Za-z]:[\\/]", re.IGNORECASE)
_PARTED = re.compile(r"[\\/]")

Grade = int | None
"""How well the values of a path suit a field, 0 the best; None where they do not."""


class _Path(NamedTuple):
    """A path, its last name in one form, and its values as text."""

    summary: FieldSummary
    name: str
    parent: str
    texts: list[str]


def guess_mapping(
    documents: Iterable[Mapping[str, Any]], otherwise_id: str = "_id"
) -> MappingSettings:
    """Guess the path of each photograph field from the names and values in some records.

    `otherwise_id` is the path of the image id where no other is found.
    """
    records = list(documents)
    seen = [_path(one) for one in summarise_fields(records)]
    fields = {
        field: path for field in NAMES if field != "image_id" and (path := _best(field, seen))
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
    inside = [one for one in seen if array and one.summary.path.startswith(f"{array}.")]
    # In the documents of a database, `_id` comes before `id`.
    top = (
        []
        if otherwise_id
        else [one.summary.path for one in seen if one.summary.path.lower() == "id"]
    )
    own_ids = [f"{array}.id", f"{array}._id"] if array else top
    fields["image_id"] = _image_id(records, inside or seen, fields, own_ids) or otherwise_id
    return MappingSettings(
        photographs=array, only_species=_names_any_rank(fields.get("species", ""), seen), **fields
    )


def name_of_column(path: str) -> str:
    """The last name of a path in one form: "taxon.scientificName" -> "scientific_name"."""
    return _last_names(path)[0]


def holds_numbers(values: Sequence[Any]) -> bool:
    """Whether all of some values are numbers."""
    texts = list(filter(None, map(as_text, values)))
    return bool(texts) and all(map(_is_numeric, texts))


def holds_pages(values: Sequence[Any]) -> bool:
    """Whether most of some values are addresses of web pages."""
    texts = list(map(as_text, values))
    return 2 * sum(_PAGE.match(text) is not None for text in texts) > len(texts)


def _path(one: FieldSummary) -> _Path:
    name, parent = _last_names(one.path)
    return _Path(one, name, parent, list(map(as_text, one.values[:_FIRST_TAKEN])))


def _last_names(path: str) -> tuple[str, str]:
    """The last name of a path and its parent's: "obs.taxonName" -> "taxon_name", "obs"."""
    letters = unicodedata.normalize("NFKD", path)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    parts = ["_".join(_WORDS.findall(part)).lower() for part in plain.split(".")]
    return parts[-1], (parts[-2].rstrip("s") if len(parts) > 1 else "")


def _best(field: str, seen: Sequence[_Path]) -> str:
    """The path that suits a field best: by its values, its frequency, then its name."""
    about, own = FIELDS.get(field), NAMES[field]
    # Files and addresses share names; their values tell them apart.
    names = [*own, *NAMES[{"url": "path", "path": "url"}.get(field, field)]]
    rated = []
    for one in seen:
        bare = about is not None and one.name in about.bare and one.parent in about.parents
        if one.name not in names and not bare:
            continue
        is_ours = about is not None and one.name in about.columns
        grade = _GRADES.get(field, _any)(one, is_ours)
        if grade is not None:
            rank = -1 if bare else names.index(one.name)
            rated.append((grade, -one.summary.documents, rank, one.summary.path))
    return min(rated)[-1] if rated else ""


def _file_by_values(seen: Sequence[_Path]) -> str:
    """The only path whose values are files of images, whatever its name."""
    found = [one.summary.path for one in seen if _mostly(_is_image_file, one.texts)]
    return found[0] if len(found) == 1 else ""


def _species(one: _Path, is_ours: bool) -> Grade:
    # Numbers in JSON are no names, and neither are numbers in text.
    values = [value for value in one.summary.values[:_FIRST_TAKEN] if isinstance(value, str)]
    names = [text for text in map(as_text, values) if _is_name(text)]
    if not names or (2 * len(names) < len(one.texts) and not is_ours):
        return None
    if _mostly(is_binomial, names):
        return 0
    if one.name == "species" and _mostly(lambda text: " " in text or "_" in text, names):
        return 0
    return 2 if _mostly(lambda text: text.isalpha() and text.islower(), names) else 1


def _url(one: _Path, is_ours: bool) -> Grade:
    addresses = [text for text in one.texts if text.startswith(_ADDRESS)]
    if addresses and (is_ours or 2 * len(addresses) >= len(one.texts)):
        if holds_pages(addresses):
            return None
        return 0 if _mostly(_is_image_address, addresses) else 1
    return 2 if is_ours and any(one.texts) and not _mostly(_is_absolute, one.texts) else None


def _file(one: _Path, is_ours: bool) -> Grade:
    files = [text for text in one.texts if text and not text.startswith(_ADDRESS)]
    if not files or (2 * len(files) < len(one.texts) and not is_ours):
        return None
    if _mostly(_is_absolute if one.name in FIELDS["url"].columns else _is_image_file, files):
        return 0
    parted = one.name in NAMES["path"] and _mostly(lambda text: bool(_PARTED.search(text)), files)
    return 1 if is_ours or parted else None


def _source(one: _Path, is_ours: bool) -> Grade:
    return None if not is_ours and _mostly(_is_address, one.texts) else _any(one, is_ours)


def _part(one: _Path, is_ours: bool) -> Grade:
    return 0 if _mostly(lambda text: bool(part_of(text)), one.texts) else None


def _rank(one: _Path, is_ours: bool) -> Grade:
    return 0 if _mostly(lambda text: text.lower() in RANKS, one.texts) else None


def _any(one: _Path, is_ours: bool) -> Grade:
    if one.name in NAMES["license"] and _mostly(_is_numeric, one.texts):
        # The number of a licence in a list that is elsewhere.
        return None
    filled = sum(map(bool, one.texts))
    return 0 if filled and (is_ours or 2 * filled >= len(one.texts)) else None


_GRADES: Mapping[str, Callable[[_Path, bool], Grade]] = {
    "species": _species,
    "url": _url,
    "path": _file,
    "source": _source,
    "part": _part,
    "rank": _rank,
}


def _mostly(holds: Callable[[str], bool], texts: Sequence[str]) -> bool:
    return bool(texts) and 2 * sum(map(holds, texts)) >= len(texts)


def _is_name(text: str) -> bool:
    is_word = any(letter.isalpha() for letter in text) and not _is_numeric(text)
    return is_word and not _is_address(text) and not _is_image_file(text)


def _is_numeric(text: str) -> bool:
    return is_number(text) or text.replace(".", "", 1).lstrip("-").isdecimal()


def _is_address(text: str) -> bool:
    return text.startswith(_ADDRESS)


def _is_image_address(text: str) -> bool:
    try:
        return PurePosixPath(urlsplit(text).path).suffix.lower() in IMAGE_SUFFIXES
    except ValueError:
        return False


def _is_image_file(text: str) -> bool:
    ending = text[-5:].lower()
    return not _is_address(text) and ending[ending.rfind(".") :] in IMAGE_SUFFIXES


def _is_absolute(text: str) -> bool:
    return _ABSOLUTE.match(text) is not None


def _genus_and_epithet(fields: Mapping[str, str], seen: Sequence[_Path]) -> str:
    """The path that joins genus and epithet, where the species column has the epithet alone."""
    genus = next((one for one in seen if one.summary.path == fields.get("genus")), None)
    chosen = fields.get("species", "")
    epithets = [
        one for one in seen
        if one.name in _EPITHETS and (one.summary.path == chosen or not chosen)
        and _mostly(lambda text: text.replace("-", "").isalpha() and text.islower(), one.texts)
    ]  # fmt: skip
    if genus is None or not epithets or not _mostly(str.istitle, genus.texts):
        return ""
    return f"{{{genus.summary.path}}} {{{epithets[0].summary.path}}}"


def _array_of(holder: str, records: Sequence[Mapping[str, Any]], seen: Sequence[_Path]) -> str:
    """The array that holds the files or addresses, in most records that have them."""
    for one in seen:
        path = one.summary.path
        if one.summary.is_array and is_below(holder, path):
            values = [value_at(record, path, whole=True) for record in records]
            arrays = sum(isinstance(value, list) for value in values)
            if 2 * arrays > sum(value is not None for value in values):
                return path
    return ""


def _observation_of_pages(records: Sequence[Mapping[str, Any]], seen: Sequence[_Path]) -> str:
    """The path of the observation, where a column has its web page: `id` if that is its number."""
    for one in seen:
        if not _mostly(lambda text: _OBSERVATION.match(text) is not None, one.texts):
            continue
        pages = [(record, as_text(value_at(record, one.summary.path))) for record in records]
        if all(
            found is None or as_text(record.get("id")) == found[1]
            for record, text in pages
            for found in [_OBSERVATION.match(text)]
        ):
            return "id"
        return one.summary.path
    return ""


def _image_id(
    records: Sequence[Mapping[str, Any]], seen: Sequence[_Path], fields: Mapping[str, str],
    own_ids: Sequence[str],
) -> str:  # fmt: skip
    """The path of an id that tells photographs apart: known by its name, or one of `own_ids`."""
    holder = fields.get("url") or fields.get("path", "")
    named = [
        one.summary.path for name in NAMES["image_id"] for one in seen
        if one.name == name and any(one.texts)
    ]  # fmt: skip
    there = {one.summary.path for one in seen}
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


def _names_any_rank(path: str, seen: Sequence[_Path]) -> bool:
    """Whether a column of species names has genera and families in some rows."""
    one = next((one for one in seen if one.summary.path == path), None)
    return one is not None and one.name in _ANY_RANK and _mostly(is_binomial, one.texts)
