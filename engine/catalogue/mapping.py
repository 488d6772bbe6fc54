"""The mapping from a photograph's fields to paths in the documents of a MongoDB collection."""

from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model

from engine.catalogue.fields import FIELDS, IMPORTED
from engine.language.message import deferred
from engine.settings.base import Settings


class _Mapping(Settings):
    photographs: str = Field(
        "",
        description=deferred(
            "The array of photographs, where a document has several. Paths that start with it are "
            "read from each element. Empty = one photograph per document."
        ),
    )
    folder: str = Field("", description=deferred("The folder that relative file paths start from."))

    def path_of(self, field: str) -> str:
        """The path of a field; empty if the documents do not have it."""
        return str(getattr(self, field))


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
        __doc__="Each field names a path into the document, its parts separated by dots: "
        "`taxon.name`. A part that is a number takes that element of an array. Empty = the "
        "documents do not have it.",
        **_paths(),
    )
