"""Darwin Core archives, and downloads of GBIF."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from engine.catalogue.checking import quoted
from engine.catalogue.importing import Candidate, Offer, Refusal, refused
from engine.catalogue.names import genus_of
from engine.catalogue.other_fields import common_json
from engine.catalogue.readers.darwin_core_archive import (
    DarwinCoreArchive,
    DataFile,
    has_descriptor,
)
from engine.catalogue.readers.joined import JoinedRows, Row
from engine.catalogue.readers.naming import above_species, reduced_name, without_author
from engine.catalogue.readers.reader import Unpacked
from engine.catalogue.record import Photograph
from engine.errors import BadInput
from engine.files import is_regular
from engine.language.message import message

# The last two are names of earlier versions of the standard.
_OCCURRENCES = ("Occurrence", "DarwinCore", "SimpleDarwinRecord")
# GBIF's Multimedia and Image, Audubon Core's Multimedia, the Encyclopedia of Life's Document.
_MEDIA = ("Multimedia", "Image", "Document")
_OCCURRENCE_TERMS = (
    "acceptedScientificName,associatedMedia,country,countryCode,decimalLatitude,"
    "decimalLongitude,elevation,eventDate,family,genericName,genus,license,locality,"
    "minimumElevationInMeters,occurrenceID,recordedBy,rightsHolder,scientificName,"
    "scientificNameAuthorship,species,specificEpithet,stateProvince,taxonID,taxonKey,taxonRank"
)
_OF_OCCURRENCES = frozenset(_OCCURRENCE_TERMS.split(","))
_MEDIA_TERMS = (
    "accessURI,created,creator,format,identifier,license,Owner,owner,rights,rightsHolder,title,"
    "type,UsageTerms"
)
_OF_MEDIA = frozenset(_MEDIA_TERMS.split(","))
_PICTURES = ("", "stillimage", "image")
_OBSERVATION = re.compile(r"https?://(?:www\.)?inaturalist\.[a-z.]+/observations/(\d+)/?$")
# Pl@ntNet's records at GBIF name the organ after the species.
_ORGAN = re.compile(r": (flower|leaf|fruit|bark|habit|branch|scan|other)$")
_SEVERAL = re.compile(r"\s*[|;]\s*")
_SIMPLE = b"gbifID\t"


class DarwinCoreReader:
    """A zip file or folder with meta.xml, a table of occurrences, and one of their media.

    The tables are joined on disk, so that their size is not limited by memory.
    """

    source = ""

    def recognises(self, path: Path) -> bool:
        return has_descriptor(path) or _is_simple(path)

    def read(self, path: Path, source: str, unpacked: Unpacked) -> Iterator[Offer]:
        if _is_simple(path):
            raise BadInput(
                "{file} is a simple table of GBIF, which lists no photographs. Download the Darwin "
                "Core archive instead.",
                file=path.name,
            )
        with closing(DarwinCoreArchive(path)) as archive:
            yield from _offers(archive, source)


def _offers(archive: DarwinCoreArchive, source: str) -> Iterator[Offer]:
    core, extensions = archive.tables()
    if core.kind not in _OCCURRENCES:
        raise BadInput(
            "The core of {file} is {kind}. Only archives of occurrences can be imported.",
            file=archive.name,
            kind=core.kind or "–",
        )
    media = [table for table in extensions if table.kind in _MEDIA]
    with JoinedRows() as joined:
        joined.put_owners(_chosen(archive.rows(core), _OF_OCCURRENCES))
        if media:
            joined.put_photographs(_media(archive, media))
        else:
            joined.put_photographs(_associated(archive, core))
        for key, medium, occurrence in joined.pairs():
            yield _offer(key, medium, occurrence, source)
        for key in joined.without_photographs():
            yield refused(f"occurrence {key}", message("It has no photograph."))


def _media(
    archive: DarwinCoreArchive, tables: Iterable[DataFile]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    for table in tables:
        yield from _chosen(archive.rows(table), _OF_MEDIA)


def _associated(
    archive: DarwinCoreArchive, core: DataFile
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The addresses that the occurrences themselves list."""
    for key, row in archive.rows(core):
        for address in filter(None, _SEVERAL.split(row.get("associatedMedia", ""))):
            yield key, {"identifier": address}


def _chosen(
    rows: Iterable[tuple[str, Mapping[str, str]]], wanted: frozenset[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    for key, row in rows:
        yield key, {term: value for term, value in row.items() if term in wanted}


def _offer(key: str, medium: Row, occurrence: Row | None, source: str) -> Candidate | Refusal:
    address = medium.get("accessURI") or medium.get("identifier", "")
    origin = f"occurrence {key} {address}".strip()
    if occurrence is None or not key:
        return refused(origin, message("Its occurrence is not in the archive."))
    kind = medium.get("type", "").rsplit("/", 1)[-1]
    form = medium.get("format", "")
    if kind.lower() not in _PICTURES or form.startswith(("audio/", "video/", "text/")):
        return refused(origin, message("It is no picture, but {kind}.", kind=kind or form))
    if not address.startswith(("http://", "https://")):
        return refused(origin, message("It has no address on the web."))
    species = _species(occurrence)
    if not species:
        return above_species(origin, occurrence.get("taxonRank", ""))
    full = quoted(occurrence.get("scientificName", ""))
    owner = medium.get("rightsHolder") or medium.get("Owner") or medium.get("owner", "")
    observer = medium.get("creator") or occurrence.get("recordedBy", "")
    licence = medium.get("license") or medium.get("UsageTerms") or medium.get("rights", "")
    return Candidate(
        Photograph(
            image_id="",
            species=species,
            genus=occurrence.get("genus") or genus_of(species),
            family=occurrence.get("family", ""),
            source=source,
            url=address,
            observation_id=_observation(key, occurrence),
            observer=observer,
            license=licence or occurrence.get("license", ""),
            original_name=full if full != species else "",
            attribution=owner or occurrence.get("rightsHolder", "") or observer,
            extra=_extra(medium, occurrence),
        ),
        origin,
    )


def _species(occurrence: Row) -> str:
    """The species of an occurrence; empty where it is identified to a higher rank."""
    rank = occurrence.get("taxonRank", "")
    if name := occurrence.get("species"):
        # GBIF writes the binomial; others write the epithet alone.
        genus = occurrence.get("genus", "")
        return reduced_name(name) or reduced_name(f"{genus} {name}".strip())
    genus = occurrence.get("genericName") or occurrence.get("genus", "")
    if genus and (epithet := occurrence.get("specificEpithet")):
        return reduced_name(f"{genus} {epithet}")
    name = occurrence.get("acceptedScientificName") or occurrence.get("scientificName", "")
    return reduced_name(without_author(name, occurrence.get("scientificNameAuthorship", "")), rank)


def _observation(key: str, occurrence: Row) -> str:
    identity = occurrence.get("occurrenceID") or key
    # The same observation has this number where it comes from iNaturalist itself.
    found = _OBSERVATION.match(identity)
    return found[1] if found else identity


def _extra(medium: Row, occurrence: Row) -> str:
    country = occurrence.get("country") or occurrence.get("countryCode", "")
    place = [occurrence.get("locality", ""), occurrence.get("stateProvince", ""), country]
    organ = _ORGAN.search(medium.get("title", ""))
    return common_json(
        {
            "observed_on": occurrence.get("eventDate") or medium.get("created"),
            "latitude": occurrence.get("decimalLatitude"),
            "longitude": occurrence.get("decimalLongitude"),
            "elevation": occurrence.get("elevation") or occurrence.get("minimumElevationInMeters"),
            "place": ", ".join(filter(None, place)),
            "taxon_id": occurrence.get("taxonKey") or occurrence.get("taxonID"),
            "organ": organ and organ[1],
        }
    )


def _is_simple(path: Path) -> bool:
    """Whether a path is GBIF's simple download: a table separated by tabs, or a zip file of it."""
    try:
        if not is_regular(path):
            return False
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                if len(names) != 1 or not names[0].endswith((".csv", ".txt")):
                    return False
                with archive.open(names[0]) as stream:
                    return stream.read(len(_SIMPLE)) == _SIMPLE
        if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
            return False
        with path.open("rb") as stream:
            header = stream.readline(10_000)
        return header.startswith(_SIMPLE) and b"\tdatasetKey\t" in header
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile):
        return False
