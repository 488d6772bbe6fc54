"""Where a photograph's fields stand in the documents of a MongoDB collection."""

from pydantic import Field

from engine.settings.base import Settings


class MappingSettings(Settings):
    """Every field names a path into the document, its parts parted by dots: `taxon.name`. A part
    that is a number takes that element of an array. Empty = the documents do not have it."""

    photographs: str = Field(
        "",
        description="The array that holds a document's photographs, where there may be several; "
        "paths that begin with it are then taken from each element. Empty = a document is one "
        "photograph.",
    )
    folder: str = Field(
        "", description="The folder that paths of files are taken from, unless they are full ones."
    )
    image_id: str = Field("_id", description="What tells one photograph from every other.")
    species: str = Field("", description="The species' name; no photograph is taken without.")
    genus: str = Field("", description="The genus; without it the species' first word.")
    family: str = Field("", description="The family.")
    source: str = Field("", description="Where the photograph comes from.")
    url: str = Field("", description="The address of the photograph's bytes.")
    path: str = Field("", description="Its file on this machine.")
    observation_id: str = Field("", description="What its photographs of one plant share.")
    observer: str = Field("", description="Who took it.")
    license: str = Field("", description="Its licence.")
    attribution: str = Field("", description="Whom to credit.")
