"""The record of a photograph: the only declaration of its fields.

Tables, documents, imports, exports, the record on the page and the doctor derive their fields
from it through `engine.catalogue.fields`. Add a new field at the end and set `since` to the
catalogue version that introduces it; older catalogues get its column when they are opened. A
facet field must also be added to `engine.catalogue.facets` and to `Filter` in
`engine.catalogue.store`.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from engine.catalogue.names import LONGEST_SPECIES
from engine.language.message import deferred

State = Literal["cached", "remote"]


@dataclass(frozen=True)
class PhotoField:
    """Properties of a field, besides its name, type and empty value.

    Args:
        label: its label on the pages, before translation.
        help: a sentence that describes its content, before translation.
        columns: its column names in tables, the studio's own first; empty = imports do not set
            it. Imported fields are text.
        aliases: additional names in documents.
        parents: the names that must enclose a `bare` name.
        bare: its names below one of `parents`.
        longest: the maximum number of characters in imports.
        is_identifier: invalid text is refused, not corrected; in other fields a line break
            becomes a space.
        is_facet: photographs are counted and filtered by this field.
        since: the first version of the SQLite catalogue that has it.
    """

    label: str
    help: str
    columns: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    longest: int = 0
    is_identifier: bool = False
    is_facet: bool = False
    since: int = 1


class Photograph(NamedTuple):
    """A row of the catalogue.

    `path` is relative to the home, and empty while the image file is not stored. `width` and
    `height` are pixels after EXIF rotation, 0 while unknown. `state` is cached if the file is
    stored, and remote if only the address is known. `original_name` is the source's species
    name, empty if it equals `species`. `flags` are findings of the quality scan
    (`engine.catalogue.flags`), in alphabetical order. Exports, splits and downloads skip
    `excluded` photographs. `phash` is 16 hex digits. `extra` is a JSON object,
    empty without further fields.
    """

    image_id: Annotated[
        str,
        PhotoField(
            deferred("Image id"),
            deferred("The identifier of the photograph; no other has it."),
            columns=("image_id",),
            aliases=("photo_id", "media_id", "image_uuid", "uuid"),
            longest=500,
            is_identifier=True,
        ),
    ]
    species: Annotated[
        str,
        PhotoField(
            deferred("Species"),
            deferred("The name of the species. Photographs without one are refused."),
            columns=("species", "scientific_name", "taxon_name"),
            aliases=(
                "species_name",
                "latin_name",
                "canonical_name",
                "accepted_name",
                "binomial",
                "nombre_cientifico",
                "nombre_latino",
                "especie",
                "taxon",
                "class_name",
                "class_label",
                "category_name",
                "label_name",
                "plant_name",
                "label",
                "class",
                "category",
                "cls",
                "clase",
                "etiqueta",
                "common_name",
                "nombre_comun",
            ),
            parents=("taxon", "species", "category"),
            bare=("name",),
            # `species_name` may still shorten a longer text to the name in it.
            longest=10 * LONGEST_SPECIES,
            is_facet=True,
        ),
    ]
    genus: Annotated[
        str,
        PhotoField(
            deferred("Genus"),
            deferred("The genus. Without it, the first word of the species is used."),
            columns=("genus",),
            aliases=("taxon_genus_name", "genero"),
            longest=500,
            is_facet=True,
        ),
    ] = ""
    family: Annotated[
        str,
        PhotoField(
            deferred("Family"),
            deferred("The family."),
            columns=("family",),
            aliases=("taxon_family_name", "familia"),
            longest=500,
            is_facet=True,
        ),
    ] = ""
    source: Annotated[
        str,
        PhotoField(
            deferred("Source"),
            deferred("Where the photograph comes from."),
            columns=("source",),
            aliases=(
                "provider",
                "dataset",
                "origin",
                "publisher",
                "image_source",
                "fuente",
                "origen",
            ),
            longest=500,
            is_facet=True,
        ),
    ] = ""
    url: Annotated[
        str,
        PhotoField(
            deferred("Address"),
            deferred("The web address of the image file."),
            columns=("url", "image_url", "photo_url"),
            aliases=(
                "original_url",
                "medium_url",
                "large_url",
                "identifier",
                "uri",
                "link",
                "href",
                "image_source",
                "image_link",
                "media_url",
                "direccion",
                "enlace",
            ),
            longest=2_000,
            is_identifier=True,
        ),
    ] = ""
    path: Annotated[
        str,
        PhotoField(
            deferred("File"),
            deferred("The image file on this computer."),
            columns=("path", "file", "filename", "image_path"),
            aliases=(
                "local_path",
                "file_path",
                "filepath",
                "cache_path",
                "file_name",
                "image_file",
                "image_name",
                "image_filename",
                "img_path",
                "photo_path",
                "image",
                "img",
                "photo",
                "picture",
                "imagen",
                "foto",
                "archivo",
                "fichero",
                "ruta",
            ),
        ),
    ] = ""
    observation_id: Annotated[
        str,
        PhotoField(
            deferred("Observation"),
            deferred("Photographs of one plant at one time share an observation."),
            columns=("observation_id", "observation"),
            aliases=("occurrence_id", "gbif_id", "obs_id", "observation_uuid", "observacion"),
            parents=("observation",),
            bare=("id", "_id"),
            longest=500,
            is_identifier=True,
        ),
    ] = ""
    observer: Annotated[
        str,
        PhotoField(
            deferred("Observer"),
            deferred("The person who took the photograph."),
            columns=("observer", "observer_id", "user_login"),
            aliases=(
                "user",
                "login",
                "recorded_by",
                "photographer",
                "creator",
                "author",
                "autor",
                "observador",
                "fotografo",
            ),
            longest=1_000,
        ),
    ] = ""
    license: Annotated[
        str,
        PhotoField(
            deferred("Licence"),
            deferred("The licence of the photograph."),
            columns=("license", "licence", "license_code"),
            aliases=("rights", "license_url", "licencia"),
            longest=1_000,
            is_facet=True,
        ),
    ] = ""
    attribution: Annotated[
        str,
        PhotoField(
            deferred("Attribution"),
            deferred("The credit that the licence requires."),
            columns=("attribution",),
            aliases=("credit", "rights_holder", "copyright", "atribucion", "creditos"),
            longest=5_000,
        ),
    ] = ""
    width: Annotated[int, PhotoField(deferred("Width"), deferred("Pixels from left to right."))] = 0
    height: Annotated[
        int, PhotoField(deferred("Height"), deferred("Pixels from top to bottom."))
    ] = 0
    sha256: Annotated[
        str, PhotoField(deferred("SHA-256"), deferred("The digest of the image file."))
    ] = ""
    phash: Annotated[
        str,
        PhotoField(
            deferred("Perceptual hash"),
            deferred("64 bits that differ little between similar pictures."),
        ),
    ] = ""
    state: Annotated[
        State,
        PhotoField(
            deferred("State"),
            deferred("Whether the image file is on this computer."),
            is_facet=True,
        ),
    ] = "remote"
    original_name: Annotated[
        str,
        PhotoField(
            deferred("Original name"), deferred("The species name as the source wrote it."), since=2
        ),
    ] = ""
    flags: Annotated[
        tuple[str, ...],
        PhotoField(
            deferred("Quality"),
            deferred("The findings of the quality scan."),
            is_facet=True,
            since=2,
        ),
    ] = ()
    excluded: Annotated[
        bool,
        PhotoField(
            deferred("Excluded"),
            deferred("Whether exports, splits and downloads leave it out."),
            is_facet=True,
            since=2,
        ),
    ] = False
    extra: Annotated[
        str,
        PhotoField(
            deferred("Other fields"),
            deferred("Fields of its source that the catalogue has no name for, as JSON."),
            since=4,
        ),
    ] = ""


def image_id_of(*parts: str) -> str:
    """An id of 20 hex digits, the same whenever the same photograph is imported again."""
    # A file name may hold undecodable bytes.
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:20]
