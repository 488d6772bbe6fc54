"""Guessing the arrays of photographs in the documents of a collection."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from engine.catalogue.documents import FieldSummary, as_text, summarise_fields
from engine.catalogue.fields import IMPORTED
from engine.catalogue.guessing import NAMES, guess_mapping, name_of_column
from engine.catalogue.identity import canonical_address
from engine.catalogue.mapping import ArrayMapping, MappingSettings, is_below

_FIRST_TAKEN = 200
_WEB = ("http://", "https://")
_IMAGE = re.compile(r"\.(?:avif|bmp|gif|jpe?g|jpe|png|tiff?|webp)(?:[?#]|$)", re.IGNORECASE)
_PROVIDER = re.compile(r"(?:inaturalist|flickr|plantnet|wikimedia|gbif|google)/")
# What the name of an array of photographs contains.
_PHOTOGRAPHS = re.compile(r"im(?:a)?g|photo|foto|pict|media")
# A species has these, not one photograph of it.
_OF_THE_SPECIES = ("species", "genus", "family")


def guess_collection(documents: Iterable[Mapping[str, Any]]) -> MappingSettings:
    """Guess the path of each photograph field, and every array of photographs in the documents.

    Of several arrays, the one with most fields comes first.
    """
    given = list(documents)
    seen = summarise_fields(given)
    guessed = {path: guess_array(seen, path) for path in _arrays(seen)}
    found = sorted((one for one in guessed.values() if one.path_of("url")), key=_fields_of)
    if not found:
        return guess_mapping(given)
    first, *others = reversed(found)
    left_out = {one.photographs for one in others}
    mapping = guess_mapping([_without(document, left_out) for document in given])
    url = mapping.path_of("url")
    alone = next((one for one in seen if one.path == url), None)
    if is_below(url, first.photographs) or alone is None or not _leads_to_images(alone):
        own = {"url": first.path_of("url"), "image_id": first.path_of("image_id") or "_id"}
        mapping = mapping.model_copy(update={"photographs": first.photographs, **own})
    else:
        others = [first, *others]
    return mapping.model_copy(update={"arrays": tuple(others)})


def _without(value: Any, left_out: Collection[str], path: str = "") -> Any:
    """A document without what stands at some paths."""
    if not isinstance(value, Mapping):
        return value
    paths = {name: f"{path}.{name}" if path else str(name) for name in value}
    return {
        name: _without(inner, left_out, paths[name])
        for name, inner in value.items()
        if paths[name] not in left_out
    }


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


def _best(field: str, seen: Sequence[FieldSummary]) -> str:
    """The most frequent path with a name of this field whose values are not mostly empty."""
    rated = []
    for one in seen:
        name = name_of_column(one.path)
        values = one.values[:_FIRST_TAKEN]
        texts = _addresses(values) if field == "url" else list(filter(None, map(as_text, values)))
        if name in NAMES[field] and 2 * len(texts) >= len(values):
            rated.append((-one.documents, NAMES[field].index(name), one.path))
    return min(rated)[-1] if rated else ""


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
