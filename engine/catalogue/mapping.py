"""The mapping from a photograph's fields to paths in the documents of a MongoDB collection."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model

from engine.catalogue.fields import FIELDS, IMPORTED
from engine.language.message import deferred
from engine.settings.base import Settings


class _Paths:
    def path_of(self, field: str) -> str:
        """The path of a field; empty if none is named."""
        return str(getattr(self, field))


class _Array(_Paths, Settings):
    """A further array. Where a path is empty, that of the document counts."""

    photographs: str = Field(
        "", description=deferred("A further array of photographs in each document.")
    )


def _paths(image_id: str) -> dict[str, Any]:
    return {
        name: (str, Field(image_id if name == "image_id" else "", description=FIELDS[name].help))
        for name in IMPORTED
    }


if TYPE_CHECKING:
    ArrayMapping = _Array
else:
    ArrayMapping = create_model(
        "ArrayMapping",
        __base__=_Array,
        __module__=__name__,
        **_paths(""),
    )


class _Mapping(_Paths, Settings):
    photographs: str = Field(
        "",
        description=deferred(
            "The array of photographs, where a document has several. Paths that start with it are "
            "read from each element. Empty = one photograph per document."
        ),
    )
    folder: str = Field("", description=deferred("The folder that relative file paths start from."))
    other_fields: bool = Field(
        True,
        description=deferred(
            "Whether to keep fields without a path here, as JSON of at most 4 KB per photograph."
        ),
    )
    arrays: tuple[ArrayMapping, ...] = Field(
        (),
        description=deferred(
            "Further arrays of photographs. An empty path stands for that of the document."
        ),
    )

    def parts(self) -> Iterator["PhotographPart"]:
        """The arrays in order, each with the path of every field; one part without an array if a
        document is one photograph."""
        own = {name: path for name in IMPORTED if (path := self.path_of(name))}
        if not self.arrays or own.keys() & {"url", "path"}:
            yield PhotographPart(self.photographs, own)
        shared = {
            name: path
            for name, path in own.items()
            if name not in OWN_FIELDS and not is_below(path, self.photographs)
        }
        for array in self.arrays:
            named = {name: path for name in IMPORTED if (path := array.path_of(name))}
            yield PhotographPart(array.photographs, shared | named)

    def every_path(self) -> set[str]:
        """All paths that the mapping names."""
        return {path for part in self.parts() for path in (part.array, *part.paths.values())} - {""}


OWN_FIELDS = frozenset({"image_id", "url", "path"})
"""The fields that no array takes from its document."""


class PhotographPart:
    """An array of photographs and the path of each field; `array` is empty where a document is
    one photograph."""

    def __init__(self, array: str, paths: dict[str, str]) -> None:
        self.array, self.paths = array, paths
        self.within = {
            name: path[len(array) + 1 :] for name, path in paths.items() if is_below(path, array)
        }
        """The fields that each element of the array has, by their path in the element."""
        self.around = {name: path for name, path in paths.items() if name not in self.within}

    @property
    def has_own_ids(self) -> bool:
        """Whether the elements of the array have ids."""
        return "image_id" in self.within


def is_below(path: str, parent: str) -> bool:
    """Whether a path is `parent` or leads into it; False without a parent."""
    return bool(parent) and (path == parent or path.startswith(f"{parent}."))


if TYPE_CHECKING:
    MappingSettings = _Mapping
else:
    MappingSettings = create_model(
        "MappingSettings",
        __base__=_Mapping,
        __module__=__name__,
        __doc__="Each field names a path into the document, its parts separated by dots: "
        "`taxon.name`. A part that is a number takes that element of an array. Empty = the "
        "documents do not have it.",
        **_paths("_id"),
    )
