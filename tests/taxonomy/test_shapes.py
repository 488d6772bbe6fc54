"""Reading the published tables: recognised by their header, plain, zipped or gzipped."""

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.taxonomy.shapes import SHAPES, recognise_table
from engine.taxonomy.table import TaxonRow
from tests.taxonomy.tables import (
    NAMES,
    write_gbif,
    write_inaturalist,
    write_inaturalist_archive,
    write_wcvp,
    write_wfo,
)

Write = Callable[[Path], Path]
WRITERS: dict[str, tuple[str, Write]] = {
    "wfo": ("classification.csv", write_wfo),
    "wcvp": ("wcvp_names.csv", write_wcvp),
    "gbif": ("Taxon.tsv", write_gbif),
}


def read(file: Path) -> tuple[str, dict[str, TaxonRow]]:
    """The shape of a table, and its rows by name and author."""
    shape, table = recognise_table(file)
    return shape, {f"{row.name} {row.author}".strip(): row for row in SHAPES[shape].rows(table)}


@pytest.mark.parametrize("shape", WRITERS)
def test_species_and_what_is_below_are_read_with_status_and_family(
    shape: str, tmp_path: Path
) -> None:
    name, write = WRITERS[shape]
    found, rows = read(write(tmp_path / name))
    assert found == shape
    # The genus is no species, and GBIF's fox is no plant.
    assert len(rows) == len(NAMES) - 1
    rose = rows["Rosa canina L."]
    assert (rose.status, rose.family) == ("accepted", "Rosaceae")
    synonym = rows["Rosa dumetorum Thuill."]
    accepted = rows["Rosa canina var. dumetorum (Thuill.) Parm."]
    assert (synonym.status, synonym.accepted) == ("synonym", accepted.id)
    assert rows["Salvia dubia K.Koch"].status == "unplaced"


def test_a_hybrid_of_gbif_keeps_its_sign(tmp_path: Path) -> None:
    _, rows = read(write_gbif(tmp_path / "Taxon.tsv"))
    assert "Mentha ×piperita L." in rows


@pytest.mark.parametrize("shape", WRITERS)
def test_an_archive_with_other_files_is_read(shape: str, tmp_path: Path) -> None:
    name, write = WRITERS[shape]
    archive = tmp_path / "backbone.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("backbone/VernacularName.tsv", "taxonID\tvernacularName\n" * 5_000)
        opened.write(write(tmp_path / name), f"backbone/{name}")
        opened.writestr("backbone/eml.xml", "<dataset><pubDate>2023-08-28</pubDate></dataset>")
    found, rows = read(archive)
    assert (found, len(rows)) == (shape, len(NAMES) - 1)
    assert recognise_table(archive)[1].version == "2023-08-28"


def test_a_gzipped_table_is_read_and_dated_by_its_name(tmp_path: Path) -> None:
    plain = write_inaturalist(tmp_path / "taxa.csv")
    file = tmp_path / "taxa-20251127.csv.gz"
    file.write_bytes(gzip.compress(plain.read_bytes()))
    shape, rows = read(file)
    assert shape == "inaturalist"
    assert rows["Rosa canina"].family == "Rosaceae"
    assert rows["Rosa canina var. alba"].family == "Rosaceae"
    assert rows["Rosa vetus"].status == "unplaced"
    assert "Vulpes vulpes" not in rows
    assert recognise_table(file)[1].version == "2025-11-27"


def test_the_archive_of_inaturalist_is_read(tmp_path: Path) -> None:
    shape, rows = read(write_inaturalist_archive(tmp_path / "taxa.csv"))
    assert shape == "inaturalist"
    assert list(rows.values()) == [TaxonRow("60", "Rosa canina", "", "accepted", "", "Rosaceae")]


def test_a_misapplied_name_and_one_of_several_plants_are_no_synonyms(tmp_path: Path) -> None:
    file = write_gbif(tmp_path / "Taxon.tsv")
    lines = file.read_text("utf-8").splitlines(keepends=True)
    synonym = next(line for line in lines if "Rosa dumetorum" in line)
    for status in ("misapplied", "proparte synonym"):
        changed = synonym.replace("\tsynonym\t", f"\t{status}\t")
        file.write_text("".join([*(one for one in lines if one != synonym), changed]), "utf-8")
        row = read(file)[1].get("Rosa dumetorum Thuill.")
        assert (row.status if row else "none") == {"misapplied": "none"}.get(status, "unplaced")


@pytest.mark.parametrize("content", [b"", b"name,age\nRosa,3\n", b"\x00\xff" * 900, b"PK\x03\x04"])
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=r"table\.csv"):
        recognise_table(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"Could not read nothing\.zip"):
        recognise_table(tmp_path / "nothing.zip")


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    plain = write_wfo(tmp_path / "classification.csv")
    file = tmp_path / "classification.csv.gz"
    file.write_bytes(gzip.compress(plain.read_bytes())[:-400])
    shape, table = recognise_table(file)
    with pytest.raises(BadInput, match="Could not read"):
        list(SHAPES[shape].rows(table))
