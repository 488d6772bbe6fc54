"""One photograph, as the catalogue knows it: its fields are declared here and nowhere else.

Tables, documents, imports, exports, the record on the page and the examination follow from this
declaration through `engine.catalogue.fields`. A new field goes to the end, says by `since` which
version of the catalogue has it first, and catalogues of earlier versions get its column when they
are opened. A facet is also named in `engine.catalogue.facets` and in the filter of
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
    """Properties of a field, apart from its name, type and empty value.

    Args:
        label: what readers see, once it is translated.
        help: what it holds, in a sentence, likewise.
        columns: its names in tables, ours first; empty = imports do not bring it. What imports
            bring is text.
        aliases: its further names in documents.
        parents: a bare name counts below one of these names only.
        bare: its names below them.
        longest: the most characters that imports bring.
        is_identifier: taken as it is or not at all; in other text, a line break is a space.
        is_facet: photographs are counted and filtered by it.
        is_exported: files for other programs have it.
        since: the version of the SQLite catalogue that has it first.
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
    is_exported: bool = True
    since: int = 1


class Photograph(NamedTuple):
    """A row of the catalogue.

    `path` is relative to the home and empty while the bytes are elsewhere; `width` and
    `height` are pixels the right way up, 0 while unknown. `state` is cached where the bytes
    are here, remote where only the address is known. `original_name` is the species' name as
    the source wrote it, empty where that is `species` itself. `flags` are the findings of the
    quality scan (`engine.catalogue.flags`), in alphabetical order; what is `excluded` takes
    part in nothing. `phash` is 16 hex digits.
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
            columns=("species", "scientific_name", "taxon_name", "label"),
            aliases=("species_name", "latin_name", "taxon", "canonical_name"),
            parents=("taxon", "species"),
            bare=("name",),
            # A longer text may still be shortened to the name in it.
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
            aliases=("provider", "dataset", "origin", "publisher"),
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
            aliases=("local_path", "file_path", "filepath", "cache_path", "file_name"),
        ),
    ] = ""
    observation_id: Annotated[
        str,
        PhotoField(
            deferred("Observation"),
            deferred("Photographs of one plant at one time share an observation."),
            columns=("observation_id", "observation"),
            aliases=("occurrence_id", "gbif_id", "obs_id"),
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
            aliases=("user", "login", "recorded_by", "photographer", "creator", "author"),
            longest=1_000,
        ),
    ] = ""
    license: Annotated[
        str,
        PhotoField(
            deferred("Licence"),
            deferred("The licence of the photograph."),
            columns=("license", "licence", "license_code"),
            aliases=("rights", "license_url"),
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
            aliases=("credit", "rights_holder", "copyright"),
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
            is_exported=False,
            since=2,
        ),
    ] = False


def image_id_of(*parts: str) -> str:
    """20 hex digits that are the same whenever the same photograph is imported again."""
    # A file's name may be bytes that are no text.
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:20]
