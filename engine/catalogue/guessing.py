"""Guessing from some documents where each field of a photograph stands."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.catalogue.documents import FieldSummary, as_text, last_names, summarise_fields
from engine.catalogue.fields import FIELDS, IMPORTED
from engine.catalogue.identity import canonical_address
from engine.catalogue.mapping import ArrayMapping, MappingSettings, is_below
from engine.catalogue.names import BadField, species_name

_FIRST_TAKEN = 200
_WEB = ("http://", "https://")
_BINOMIAL = re.compile(r"(?:× )?[^\W\d_a-zà-ÿ][\w.-]+ (?:× )?[^\W\d_A-ZÀ-Þ]")
_IMAGE = re.compile(r"\.(?:avif|bmp|gif|jpe?g|jpe|png|tiff?|webp)(?:[?#]|$)", re.IGNORECASE)
_PROVIDER = re.compile(r"(?:inaturalist|flickr|plantnet|wikimedia|gbif|google)/")
# What the name of an array of photographs contains.
_PHOTOGRAPHS = re.compile(r"im(?:a)?g|photo|foto|pict|media")
# A species has these, not one photograph of it.
_OF_THE_SPECIES = ("species", "genus", "family")


def guess_mapping(documents: Iterable[Mapping[str, Any]]) -> MappingSettings:
    """Guess the path of each photograph field from the names and values in some documents.

    Every array of photographs is proposed, the one with most fields first.
    """
    seen = summarise_fields(documents)
    guessed = {path: guess_array(seen, path) for path in _arrays(seen)}
    found = {path: one for path, one in guessed.items() if one.path_of("url")}
    holder = _best("url", seen) or _best("path", seen)
    elsewhere = [one for one in seen if one.path == holder and not _unlikely("url", one)]
    if found and (not elsewhere or any(is_below(holder, path) for path in found)):
        array = max(found, key=lambda path: _fields_of(found[path]))
    else:
        array = next((one.path for one in seen if one.is_array and is_below(holder, one.path)), "")
    others = [one for path, one in found.items() if path != array]
    left = [one for one in seen if not any(is_below(one.path, o.photographs) for o in others)]
    own = [one for one in left if is_below(one.path, array)]
    fields = {name: _best(name, left, array) for name in IMPORTED}
    if array in found:
        fields["url"] = found[array].path_of("url")
    ids = _id_in(own, array) if array else _best("image_id", left)
    return MappingSettings(
        photographs=array,
        arrays=tuple(sorted(others, key=_fields_of, reverse=True)),
        **{**fields, "image_id": ids or "_id"},
    )


def guess_array(seen: Sequence[FieldSummary], path: str) -> ArrayMapping:
    """Guess the paths of an array of photographs; `url` is empty if it holds no photographs."""
    own = [one for one in seen if is_below(one.path, path)]
    fields = {name: _best(name, own) for name in IMPORTED if name not in _OF_THE_SPECIES}
    (array,) = [one for one in own if one.path == path] or [FieldSummary(path, 0, [], True)]
    if _share(_addresses(array.values), array.values) > 0.5:
        fields["url"] = path
    holder = next((one for one in own if one.path == fields["url"]), None)
    named = _PHOTOGRAPHS.search(path.rpartition(".")[2].lower())
    if holder is None or not (named or _leads_to_images(holder)):
        fields["url"] = ""
    return ArrayMapping(photographs=path, **{**fields, "image_id": _id_in(own, path)})


def _arrays(seen: Sequence[FieldSummary]) -> list[str]:
    """The outermost arrays."""
    paths = [one.path for one in seen if one.is_array]
    return [path for path in paths if not any(is_below(path, o) for o in paths if o != path)]


def _fields_of(array: ArrayMapping) -> int:
    return sum(bool(array.path_of(name)) for name in IMPORTED)


def _id_in(own: Sequence[FieldSummary], array: str) -> str:
    """The path of the elements' ids; empty if two documents have the same, as positions would."""
    named = _best("image_id", own)
    ids = [named, f"{array}.id", f"{array}._id"]
    by_path = {one.path: one for one in own}
    return next((path for path in ids if path in by_path and _are_different(by_path[path])), "")


def _are_different(one: FieldSummary) -> bool:
    texts = list(map(as_text, one.values))
    return len(set(texts)) == len(texts)


def _best(field: str, seen: Sequence[FieldSummary], array: str = "") -> str:
    """The most likely path; of equal ones, one in `array`."""
    about = FIELDS[field]
    names = [*about.columns, *about.aliases]
    inner = array if field not in _OF_THE_SPECIES else ""
    rated = []
    for one in seen:
        name, parent = last_names(one.path)
        bare = name in about.bare and parent in about.parents
        if (name in names or bare) and not _unfit(field, one):
            rank = -1 if bare else names.index(name)
            outside = bool(inner) and not is_below(one.path, inner)
            rated.append((outside, _unlikely(field, one), -one.documents, rank, one.path))
    return min(rated)[-1] if rated else ""


def _unfit(field: str, one: FieldSummary) -> bool:
    """Whether most of a path's values are not valid for the field."""
    values = one.values[:_FIRST_TAKEN]
    texts = list(map(as_text, values))
    if field == "species":
        texts = [value for value in values if isinstance(value, str)]
    if field == "url":
        texts = _addresses(values)
    if field == "path":
        texts = [text for text in texts if not text.startswith(_WEB)]
    return 2 * sum(map(bool, texts)) < len(values)


def _unlikely(field: str, one: FieldSummary) -> bool:
    """Whether the values fit, but others would be better: an epithet alone, a web page."""
    if field == "species":
        names = [value for value in one.values[:_FIRST_TAKEN] if isinstance(value, str)]
        return _share(list(filter(_is_binomial, names)), names) <= 0.5
    return field == "url" and not _leads_to_images(one)


def _is_binomial(text: str) -> bool:
    try:
        return _BINOMIAL.match(species_name(text).species) is not None
    except BadField:
        return False


def _addresses(values: Iterable[Any]) -> list[str]:
    return [text for text in map(as_text, values) if text.startswith(_WEB)]


def _leads_to_images(one: FieldSummary) -> bool:
    addresses = _addresses(one.values[:_FIRST_TAKEN])
    images = [
        url for url in addresses if _IMAGE.search(url) or _PROVIDER.match(canonical_address(url))
    ]
    return _share(images, addresses) > 0.5


def _share(some: Sequence[Any], of: Iterable[Any]) -> float:
    """The share of the values that are not empty."""
    there = sum(value is not None for value in of)
    return len(some) / there if there else 0.0
