"""Finds the column for each field of a photograph, by the names and the values of columns.

Tables, documents of a database, their arrays, and single rows use the same names and checks. The
names come from the declarations in `engine.catalogue.record`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from engine.catalogue.documents import FieldSummary, as_text
from engine.catalogue.fields import FIELDS, IMPORTED
from engine.catalogue.folder_layout import IMAGE_SUFFIXES, part_of
from engine.catalogue.folder_names import is_binomial, is_number
from engine.catalogue.identity import PROVIDERS, canonical_address
from engine.catalogue.other_fields import COMMON_FIELDS
from engine.catalogue.ranks import RANKS

LOCAL_IDS = ("id", "photo_id")
"""Names of ids that are unique within their own table only."""
NAMES: Mapping[str, tuple[str, ...]] = {
    **{name: (*FIELDS[name].columns, *FIELDS[name].aliases) for name in IMPORTED},
    "rank": ("rank", "taxon_rank"),
    "part": COMMON_FIELDS["part"],
}
"""The names that are understood for each field, the studio's own first."""

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")
_FIRST_TAKEN = 200
_ADDRESS = ("http://", "https://")
_PAGE = re.compile(
    r"https?://(?:www\.)?(?:inaturalist\.[a-z.]+/(?:observations|photos|taxa)/\d+"
    r"|gbif\.org/(?:occurrence|species)/\d+|[^/]+/wiki/(?!Special:)|[^?#]+\.html?(?:[?#]|$))",
    re.IGNORECASE,
)
_IMAGE = re.compile(
    rf"(?:{'|'.join(map(re.escape, sorted(IMAGE_SUFFIXES)))})(?:[?#]|$)", re.IGNORECASE
)
_PROVIDERS = frozenset(name for name, _ in PROVIDERS.values())
_ABSOLUTE = re.compile(r"file:|~|[\\/]|[A-Za-z]:[\\/]", re.IGNORECASE)
_PARTED = re.compile(r"[\\/]")
# Beside one of these ranks, a class is a rank too.
_RANKS_BESIDE_CLASS = ("phylum", "order", "filo", "orden")
_CLASS = ("class", "clase")

Grade = int | None
"""How well the values of a column suit a field, 0 the best; None where they do not."""


class SourceColumn(NamedTuple):
    """A column or path, its last name in one form, its parent's name, and its values as text."""

    summary: FieldSummary
    name: str
    parent: str
    texts: list[str]

    @property
    def path(self) -> str:
        return self.summary.path


def source_columns(fields: Iterable[FieldSummary]) -> list[SourceColumn]:
    """The columns of these fields, as `column_of` needs them."""
    return [
        SourceColumn(one, *_last_names(one.path), list(map(as_text, one.values[:_FIRST_TAKEN])))
        for one in fields
    ]


def column_of(field: str, columns: Sequence[SourceColumn]) -> str:
    """The path of the column that suits a field best; empty if none does.

    The values decide first, then the number of records that have the column, then its name.
    """
    about, names = FIELDS.get(field), names_for(field)
    if field == "species" and class_is_rank({one.name: _first(one.texts) for one in columns}):
        names = tuple(name for name in names if name not in _CLASS)
    rated = []
    for one in columns:
        bare = about is not None and one.name in about.bare and one.parent in about.parents
        if one.name not in names and not bare:
            continue
        is_ours = about is not None and one.name in about.columns
        grade = _GRADES.get(field, _any)(one, is_ours)
        if grade is not None:
            rank = -1 if bare else names.index(one.name)
            rated.append((grade, -one.summary.documents, rank, one.path))
    return min(rated)[-1] if rated else ""


def names_for(field: str) -> tuple[str, ...]:
    """The names of columns that may hold a field, the best first.

    Files and addresses share names; their values tell them apart.
    """
    return NAMES[field] + NAMES.get({"url": "path", "path": "url"}.get(field, ""), ())


def class_is_rank(texts: Mapping[str, str]) -> bool:
    """Whether a column `class` is the taxonomic rank, by a value of each column under its name."""
    others = (texts.get(name, "") for name in _RANKS_BESIDE_CLASS)
    return any(text and not is_numeric(text) for text in others)


def name_of_column(path: str) -> str:
    """The last name of a path in one form: "taxon.scientificName" -> "scientific_name"."""
    return _last_names(path)[0]


def holds_numbers(values: Sequence[Any]) -> bool:
    """Whether all of some values are numbers."""
    texts = list(filter(None, map(as_text, values)))
    return bool(texts) and all(map(is_numeric, texts))


def holds_pages(values: Sequence[Any]) -> bool:
    """Whether most of some values are addresses of web pages."""
    texts = list(map(as_text, values))
    return 2 * sum(map(is_page, texts)) > len(texts)


def mostly(holds: Callable[[str], bool], texts: Sequence[str]) -> bool:
    """Whether a condition holds for at least half of some texts; False without texts."""
    return bool(texts) and 2 * sum(map(holds, texts)) >= len(texts)


def is_numeric(text: str) -> bool:
    """Whether a text is a number."""
    return is_number(text) or text.replace(".", "", 1).lstrip("-").isdecimal()


def is_address(text: str) -> bool:
    """Whether a text is a web address."""
    return text.startswith(_ADDRESS)


def is_page(text: str) -> bool:
    """Whether a text is the address of a web page of a known kind."""
    return _PAGE.match(text) is not None


def is_image_address(text: str) -> bool:
    """Whether a web address is that of an image, by its ending or its provider."""
    if not is_address(text):
        return False
    return bool(_IMAGE.search(text)) or canonical_address(text).partition("/")[0] in _PROVIDERS


def is_image_file(text: str) -> bool:
    """Whether a text is the path or name of an image file."""
    ending = text[-5:].lower()
    return not is_address(text) and ending[ending.rfind(".") :] in IMAGE_SUFFIXES


@lru_cache(maxsize=4096)
def _last_names(path: str) -> tuple[str, str]:
    """The last name of a path and its parent's: "obs.taxonName" -> "taxon_name", "obs"."""
    letters = unicodedata.normalize("NFKD", path)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    parts = ["_".join(_WORDS.findall(part)).lower() for part in plain.split(".")]
    return parts[-1], (parts[-2].rstrip("s") if len(parts) > 1 else "")


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _species(one: SourceColumn, is_ours: bool) -> Grade:
    # Numbers in JSON are no names, and neither are numbers in text.
    values = [value for value in one.summary.values[:_FIRST_TAKEN] if isinstance(value, str)]
    names = [text for text in map(as_text, values) if _is_name(text)]
    if not names or (2 * len(names) < len(one.texts) and not is_ours):
        return None
    if mostly(is_binomial, names):
        return 0
    if one.name == "species" and mostly(lambda text: " " in text or "_" in text, names):
        return 0
    return 2 if mostly(lambda text: text.isalpha() and text.islower(), names) else 1


def _url(one: SourceColumn, is_ours: bool) -> Grade:
    addresses = [text for text in one.texts if text.startswith(_ADDRESS)]
    if addresses and (is_ours or 2 * len(addresses) >= len(one.texts)):
        if holds_pages(addresses):
            return None
        return 0 if mostly(is_image_address, addresses) else 1
    return 2 if is_ours and any(one.texts) and not mostly(_is_absolute, one.texts) else None


def _file(one: SourceColumn, is_ours: bool) -> Grade:
    files = [text for text in one.texts if text and not text.startswith(_ADDRESS)]
    if not files or (2 * len(files) < len(one.texts) and not is_ours):
        return None
    if mostly(_is_absolute if one.name in FIELDS["url"].columns else is_image_file, files):
        return 0
    parted = one.name in NAMES["path"] and mostly(lambda text: bool(_PARTED.search(text)), files)
    return 1 if is_ours or parted else None


def _source(one: SourceColumn, is_ours: bool) -> Grade:
    return None if not is_ours and mostly(is_address, one.texts) else _any(one, is_ours)


def _part(one: SourceColumn, is_ours: bool) -> Grade:
    return 0 if mostly(lambda text: bool(part_of(text)), one.texts) else None


def _rank(one: SourceColumn, is_ours: bool) -> Grade:
    return 0 if mostly(lambda text: text.lower() in RANKS, one.texts) else None


def _any(one: SourceColumn, is_ours: bool) -> Grade:
    if one.name in NAMES["license"] and mostly(is_numeric, one.texts):
        # The number of a licence in a list that is elsewhere.
        return None
    filled = sum(map(bool, one.texts))
    return 0 if filled and (is_ours or 2 * filled >= len(one.texts)) else None


_GRADES: Mapping[str, Callable[[SourceColumn, bool], Grade]] = {
    "species": _species,
    "url": _url,
    "path": _file,
    "source": _source,
    "part": _part,
    "rank": _rank,
}


def _is_name(text: str) -> bool:
    is_word = any(letter.isalpha() for letter in text) and not is_numeric(text)
    return is_word and not is_address(text) and not is_image_file(text)


def _is_absolute(text: str) -> bool:
    return _ABSOLUTE.match(text) is not None
