"""iNaturalist's open-data tables."""

import gzip
from pathlib import Path

import pytest

from engine.catalogue.importers import IMPORTERS
from engine.errors import BadInput
from tests.catalogue.readers.conftest import extra_of, reasons

HEADERS = {
    "photos": "photo_uuid photo_id observation_uuid observer_id extension license width height "
    "position",
    "observations": "observation_uuid observer_id latitude longitude positional_accuracy taxon_id "
    "quality_grade observed_on",
    "taxa": "taxon_id ancestry rank_level rank name active",
    "observers": "observer_id login name",
}
ROSACEAE = "48460/47126/211194/47125/47132/47148"
TAXA = [
    ["47148", "48460/47126/211194/47125/47132", "30", "family", "Rosaceae", "true"],
    ["53438", ROSACEAE, "20", "genus", "Rosa", "true"],
    ["53439", f"{ROSACEAE}/53438", "10", "species", "Rosa canina", "true"],
    ["53440", f"{ROSACEAE}/53438/53439", "5", "variety", "Rosa canina andegavensis", "true"],
    ["53441", f"{ROSACEAE}/53438", "10", "hybrid", "Rosa × alba", "true"],
    ["53442", f"{ROSACEAE}/53438", "11", "complex", "Rosa canina", "true"],
]
OBSERVERS = [["1", "ana", 'Ana "Nita" García'], ["2", "eva", ""]]


def observation(uuid: str, taxon: str) -> list[str]:
    return [uuid, "1", "40.41", "-3.70", "12", taxon, "research", "2021-05-01"]


def photo(number: str, uuid: str, observer: str = "1", licence: str = "CC-BY-NC") -> list[str]:
    return [f"p-{number}", number, uuid, observer, "jpeg", licence, "4096", "3072", "0"]


@pytest.fixture
def tables(tmp_path: Path):
    """tables(photos, observations) writes the four tables; photos is compressed."""

    def make(photos: list[list[str]], observations: list[list[str]]) -> Path:
        rows = {"photos": photos, "observations": observations}
        rows |= {"taxa": TAXA, "observers": OBSERVERS}
        for name, header in HEADERS.items():
            lines = ["\t".join(header.split()), *map("\t".join, rows[name])]
            content = ("\n".join(lines) + "\n").encode()
            if name == "photos":
                (tmp_path / "photos.csv.gz").write_bytes(gzip.compress(content))
            else:
                (tmp_path / f"{name}.csv").write_bytes(content)
        return tmp_path

    return make


def test_the_tables_are_joined(tables, take, photograph_of, catalogue) -> None:
    folder = tables(
        [
            photo("11", "u-1"),
            photo("12", "u-1", "2", "CC0"),
            photo("13", "u-2"),
            photo("14", "u-3"),
        ],
        [observation("u-1", "53439"), observation("u-2", "53440"), observation("u-3", "53441")],
    )
    assert IMPORTERS["inaturalist-tables"].recognises(folder)
    report = take("inaturalist-tables", folder)
    assert (report.added, report.refused) == (4, 0)
    one = photograph_of("/photos/11/")
    assert one.url == ("https://inaturalist-open-data.s3.amazonaws.com/photos/11/original.jpeg")
    assert (one.image_id, one.species, one.genus, one.family) == (
        "inaturalist-11",
        "Rosa canina",
        "Rosa",
        "Rosaceae",
    )
    assert (one.license, one.observer, one.attribution) == (
        "cc-by-nc",
        "ana",
        '© Ana "Nita" García',
    )
    assert (one.observation_id, one.source) == ("u-1", "iNaturalist")
    assert (one.width, one.height, one.state) == (2048, 1536, "remote")
    assert extra_of(one) == {
        "latitude": 40.41,
        "longitude": -3.7,
        "observed_on": "2021-05-01",
        "quality_grade": "research",
        "taxon_id": "53439",
    }
    two = photograph_of("/photos/12/")
    assert (two.license, two.observer, two.attribution) == ("cc0", "eva", "© eva")
    assert photograph_of("/photos/13/").species == "Rosa canina"
    assert photograph_of("/photos/14/").species == "Rosa × alba"
    before = list(catalogue.all())
    assert take("inaturalist-tables", folder).known == 4
    assert list(catalogue.all()) == before


def test_ranks_above_species_and_missing_rows_are_refused(tables, take) -> None:
    folder = tables(
        [photo(str(n), f"u-{n}") for n in range(1, 6)] + [photo("x", "u-1")],
        [
            observation("u-1", "53438"),
            observation("u-2", "47148"),
            observation("u-3", "53442"),
            observation("u-4", ""),
            observation("u-9", "53439"),
        ],
    )
    report = take("inaturalist-tables", folder)
    assert (report.added, report.refused) == (0, 7)
    assert reasons(report) == {
        "photos/1": "It is identified to the genus only.",
        "photos/2": "It is identified only to the rank of family.",
        "photos/3": "It is identified only to the rank of complex.",
        "photos/4": "It is not identified to a species.",
        "photos/5": "Its observation is not in the tables.",
        "photos/x": "It has no number.",
        "observations/u-9": "It has no photograph.",
    }


def test_observers_may_be_missing_but_other_tables_not(tables, take, photograph_of) -> None:
    folder = tables([photo("11", "u-1")], [observation("u-1", "53439")])
    (folder / "observers.csv").unlink()
    assert take("inaturalist-tables", folder).added == 1
    assert photograph_of("/photos/11/").observer == "1"
    (folder / "taxa.csv").unlink()
    assert not IMPORTERS["inaturalist-tables"].recognises(folder)
    with pytest.raises(BadInput, match=r"lacks tables .*: taxa\.csv"):
        take("inaturalist-tables", folder)


def test_a_table_that_breaks_off_or_lacks_a_column_is_explained(tables, take) -> None:
    folder = tables([photo(str(n), "u-1") for n in range(999)], [observation("u-1", "53439")])
    packed = (folder / "photos.csv.gz").read_bytes()
    (folder / "photos.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(BadInput, match=r"Could not read photos\.csv\.gz"):
        take("inaturalist-tables", folder)
    (folder / "taxa.csv").write_text("id,name\n1,Rosa\n")
    with pytest.raises(BadInput, match=r"taxa\.csv has no column taxon_id"):
        take("inaturalist-tables", folder)
