"""iNaturalist's open data: tables of photographs, observations, taxa and observers.

https://github.com/inaturalist/inaturalist-open-data
"""

import gzip
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO

from engine.catalogue.importing import Candidate, Offer, Refusal, refused
from engine.catalogue.other_fields import common_json
from engine.catalogue.readers.joined import JoinedRows, Row
from engine.catalogue.readers.naming import above_species, reduced_name
from engine.catalogue.readers.reader import Unpacked
from engine.catalogue.readers.separated import Separated, cells_of
from engine.catalogue.record import Photograph
from engine.errors import BadInput
from engine.files import is_regular
from engine.language.message import message

_ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
_ADDRESS = "https://inaturalist-open-data.s3.amazonaws.com/photos/{number}/original.{ending}"
# The files in the bucket are at most so large, whatever the tables say.
_LONGEST_SIDE = 2048
_WRITTEN = Separated("\t", headers=0)
_PHOTOS = "photo_id,observation_uuid,observer_id,extension,license,width,height"
_OBSERVATIONS = "observation_uuid,taxon_id,observer_id,latitude,longitude,quality_grade,observed_on"
_COLUMNS = {
    "photos": _PHOTOS.split(","),
    "observations": _OBSERVATIONS.split(","),
    "taxa": ["taxon_id", "ancestry", "rank", "name"],
    "observers": ["observer_id", "login", "name"],
}
"""The columns that are read; the first one is required."""
_REQUIRED = ("photos", "observations", "taxa")


class INaturalistTablesReader:
    """A folder with photos, observations, taxa and observers (.csv or .csv.gz).

    The tables are joined on disk. The order of their columns and rows does not matter.
    """

    source = "iNaturalist"

    def recognises(self, path: Path) -> bool:
        files = _files(path)
        try:
            return set(_REQUIRED) <= files.keys() and "observation_uuid" in _header(files["photos"])
        except BadInput:
            return False

    def read(self, path: Path, source: str, unpacked: Unpacked) -> Iterator[Offer]:
        files = _files(path)
        missing = [name for name in _REQUIRED if name not in files]
        if missing:
            raise BadInput(
                "{folder} lacks tables of iNaturalist's open data: {names}.",
                folder=path.name,
                names=", ".join(f"{name}.csv" for name in missing),
            )
        with JoinedRows() as joined:
            families = _put(joined, files)
            offers = _Offers(joined, families, source)
            for key, photograph, observation in joined.pairs():
                yield offers.of(key, photograph, observation)
            for key in joined.without_photographs():
                if " " not in key:
                    yield refused(f"observations/{key}", message("It has no photograph."))


def _put(joined: JoinedRows, files: dict[str, Path]) -> dict[str, str]:
    """Put all tables into the database; the names of families by their numbers."""
    families: dict[str, str] = {}

    def taxa() -> Iterator[tuple[str, Row]]:
        for row in _rows(files["taxa"], "taxa"):
            number = row.pop("taxon_id", "")
            if row.get("rank") == "family":
                families[number] = row.get("name", "")
            yield f"taxon {number}", row

    joined.put_owners(_keyed(_rows(files["observations"], "observations"), "observation_uuid"))
    joined.put_owners(taxa())
    if "observers" in files:
        rows = _keyed(_rows(files["observers"], "observers"), "observer_id")
        joined.put_owners((f"observer {key}", row) for key, row in rows)
    joined.put_photographs(_keyed(_rows(files["photos"], "photos"), "observation_uuid"))
    return families


class _Offers:
    """Makes photographs of joined rows."""

    def __init__(self, joined: JoinedRows, families: dict[str, str], source: str) -> None:
        self._owner = lru_cache(65_536)(joined.owner)
        self._families = families
        self._source = source

    def of(self, key: str, photograph: Row, observation: Row | None) -> Candidate | Refusal:
        """The photograph, or why it is refused."""
        number = photograph.get("photo_id", "")
        origin = f"photos/{number}"
        if not number.isdecimal():
            return refused(origin, message("It has no number."))
        if observation is None:
            return refused(origin, message("Its observation is not in the tables."))
        taxon = self._owner(f"taxon {observation.get('taxon_id', '')}") or {}
        species = reduced_name(taxon.get("name", ""), taxon.get("rank", ""))
        if not species:
            return above_species(origin, taxon.get("rank", ""))
        observer = photograph.get("observer_id") or observation.get("observer_id", "")
        person = self._owner(f"observer {observer}") or {}
        login = person.get("login") or observer
        width, height = _dimensions(photograph)
        ending = photograph.get("extension") or "jpg"
        return Candidate(
            Photograph(
                image_id=f"inaturalist-{number}",
                species=species,
                family=self._family(taxon),
                source=self._source,
                url=_ADDRESS.format(number=number, ending=ending),
                observation_id=key,
                observer=login,
                # As iNaturalist's API writes them.
                license=photograph.get("license", "").lower(),
                attribution=f"© {person.get('name') or login}",
                width=width,
                height=height,
                extra=_extra(observation),
            ),
            origin,
        )

    def _family(self, taxon: Row) -> str:
        above = reversed(taxon.get("ancestry", "").split("/"))
        return next(filter(None, (self._families.get(one) for one in above)), "")


def _extra(observation: Row) -> str:
    names = ("observed_on", "latitude", "longitude", "quality_grade", "taxon_id")
    return common_json({name: observation.get(name) for name in names})


def _dimensions(photograph: Row) -> tuple[int, int]:
    """Width and height in pixels of the file in the bucket; 0 if unknown."""
    texts = photograph.get("width", ""), photograph.get("height", "")
    if not all(text.isdecimal() and int(text[:9]) > 0 for text in texts):
        return 0, 0
    width, height = (int(text[:9]) for text in texts)
    scale = min(1.0, _LONGEST_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _keyed(rows: Iterable[dict[str, str]], name: str) -> Iterator[tuple[str, Row]]:
    for row in rows:
        yield row.pop(name, ""), row


def _files(folder: Path) -> dict[str, Path]:
    return {
        name: file
        for name in _COLUMNS
        for ending in reversed(_ENDINGS)
        if is_regular(file := folder / f"{name}{ending}")
    }


def _rows(file: Path, table: str) -> Iterator[dict[str, str]]:
    """The values that are read of each row, without empty ones."""
    with _opened(file) as stream:
        cells = cells_of(stream, _WRITTEN, file.name)
        header = next(cells, [])
        places = [(name, header.index(name)) for name in _COLUMNS[table] if name in header]
        if not places or places[0][0] != _COLUMNS[table][0]:
            raise BadInput("{file} has no column {name}.", file=file.name, name=_COLUMNS[table][0])
        for row in cells:
            size = len(row)
            yield {
                name: value
                for name, place in places
                if place < size and (value := row[place].strip())
            }


def _header(file: Path) -> list[str]:
    with _opened(file) as stream:
        return next(cells_of(stream, _WRITTEN, file.name), [])


def _opened(file: Path) -> IO[bytes]:
    try:
        if file.suffix == ".gz":
            return gzip.open(file)  # type: ignore[return-value]
        return file.open("rb")
    except OSError as error:
        raise BadInput(
            "Could not read {file} ({reason}).", file=file.name, reason=str(error)
        ) from error
