"""The mapping from a photograph's fields to columns of a table or paths in documents."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model

from engine.catalogue.fields import FIELDS, IMPORTED
from engine.language.message import deferred
from engine.settings.base import Settings

_JOINED = re.compile(r"\{([^{}]+)\}")
PATHS = (*IMPORTED, "rank", "part")
"""The keys of a mapping that are paths of values."""


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
    folder: str = Field(
        "",
        description=deferred(
            "The folder that relative file paths start from. Empty = the folder of the table."
        ),
    )
    prefix: str = Field(
        "",
        description=deferred(
            "What file paths start with on the computer that wrote them. It is left out."
        ),
    )
    rank: str = Field(
        "",
        description=deferred(
            "The taxonomic rank of the name. Photographs identified to a genus or higher are "
            "refused."
        ),
    )
    part: str = Field("", description=deferred("The part of a split: train, val or test."))
    only_species: bool = Field(
        False,
        description=deferred("Whether names of one word, such as a genus or family, are refused."),
    )

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

    def in_words(self) -> str:
        """What is read from where: "species = class_name, path = file_name"."""
        named = [*PATHS, "photographs", "folder", "prefix"]
        return ", ".join(f"{name} = {path}" for name in named if (path := self.path_of(name)))

    def parts(self) -> Iterator["PhotographPart"]:
        """The arrays in order, each with the path of every field; one part without an array if a
        document is one photograph."""
        own = {name: path for name in PATHS if (path := self.path_of(name))}
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
        named = (path for part in self.parts() for path in (part.array, *part.paths.values()))
        return {one for path in named for one in paths_in(path)} - {""}


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


def paths_in(path: str) -> list[str]:
    """The paths that one of a mapping reads: several where it joins them."""
    return _JOINED.findall(path) or [path]


if TYPE_CHECKING:
    MappingSettings = _Mapping
else:
    MappingSettings = create_model(
        "MappingSettings",
        __base__=_Mapping,
        __module__=__name__,
        __doc__="Each field names a column of the table or a path into the document, its parts "
        "separated by dots: `taxon.name`. A part that is a number takes that element of an array. "
        "`{genus} {species}` joins several. Empty = there is none.",
        **_paths("_id"),
    )
