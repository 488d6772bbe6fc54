"""The mapping from a photograph's fields to columns of a table or paths in documents."""

import re
from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model

from engine.catalogue.fields import FIELDS, IMPORTED
from engine.language.message import deferred
from engine.settings.base import Settings

_JOINED = re.compile(r"\{([^{}]+)\}")
PATHS = (*IMPORTED, "rank", "part")
"""The keys of a mapping that are paths of values."""


class _Mapping(Settings):
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

    def in_words(self) -> str:
        """What is read from where: "species = class_name, path = file_name"."""
        named = [*PATHS, "photographs", "folder", "prefix"]
        return ", ".join(f"{name} = {path}" for name in named if (path := self.path_of(name)))

    def path_of(self, field: str) -> str:
        """The path of a field; empty if the documents do not have it."""
        return str(getattr(self, field))


def paths_in(path: str) -> list[str]:
    """The paths that one of a mapping reads: several where it joins them."""
    return _JOINED.findall(path) or [path]


def _paths() -> dict[str, Any]:
    return {
        name: (str, Field("_id" if name == "image_id" else "", description=FIELDS[name].help))
        for name in IMPORTED
    }


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
        **_paths(),
    )
