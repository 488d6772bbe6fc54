"""Guessing the arrays of photographs in the documents of a collection."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from engine.catalogue.documents import FieldSummary, as_text, summarise_fields
from engine.catalogue.fields import IMPORTED
from engine.catalogue.guessing import guess_mapping
from engine.catalogue.mapping import ArrayMapping, MappingSettings, is_below
from engine.catalogue.source_columns import (
    SourceColumn,
    column_of,
    is_address,
    is_image_address,
    mostly,
    source_columns,
)

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
    alone = source_columns(one for one in seen if one.path == url)
    if is_below(url, first.photographs) or not alone or not _holds_photographs(alone[0], False):
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
    own = source_columns(one for one in seen if is_below(one.path, path))
    fields = {name: column_of(name, own) for name in IMPORTED if name not in _OF_THE_SPECIES}
    array = next((one for one in own if one.path == path), None)
    if array is not None and mostly(is_address, _filled(array)):
        fields["url"] = path
    holder = next((one for one in own if one.path == fields["url"]), None)
    is_named = _PHOTOGRAPHS.search(path.rpartition(".")[2].lower()) is not None
    if holder is None or not _holds_photographs(holder, is_named):
        fields["url"] = ""
    return ArrayMapping(photographs=path, **{**fields, "image_id": _id_in(own, path)})


def _arrays(seen: Sequence[FieldSummary]) -> list[str]:
    """The outermost arrays."""
    paths = [one.path for one in seen if one.is_array]
    return [path for path in paths if not any(is_below(path, o) for o in paths if o != path)]


def _fields_of(array: ArrayMapping) -> int:
    return sum(bool(array.path_of(name)) for name in IMPORTED)


def _id_in(own: Sequence[SourceColumn], array: str) -> str:
    """The path of the elements' ids; empty if two documents have the same, as positions would."""
    ids = [column_of("image_id", own), f"{array}.id", f"{array}._id"]
    by_path = {one.path: one for one in own}
    return next((path for path in ids if path in by_path and _are_different(by_path[path])), "")


def _are_different(one: SourceColumn) -> bool:
    texts = list(map(as_text, one.summary.values))
    return len(set(texts)) == len(texts)


def _holds_photographs(one: SourceColumn, is_named: bool) -> bool:
    """Whether most values are addresses, and most of these of images unless its name says so."""
    addresses = [text for text in one.texts if is_address(text)]
    leads = is_named or 2 * sum(map(is_image_address, addresses)) > len(addresses)
    return mostly(is_address, _filled(one)) and leads


def _filled(one: SourceColumn) -> list[str]:
    return list(filter(None, one.texts))
