"""The SQLite catalogue: concurrent writers, persistence and damaged files."""

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.errors import WorkFailed
from engine.home import Home

PROJECT = Path(__file__).resolve().parents[2]


def photograph(image_id: str, species: str = "Acer") -> Photograph:
    return Photograph(image_id, species, source="test")


def test_two_processes_write_concurrently(home: Home, catalogue: SqliteCatalogue) -> None:
    script = """
import sys
import threading
from contextlib import closing
from pathlib import Path
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
with closing(SqliteCatalogue(Path(sys.argv[1]))) as catalogue:
    for number in range(100):
        catalogue.add([Photograph(f"{sys.argv[2]}-{number}", "Acer", source=sys.argv[2]),
                       Photograph(f"both-{number}", "Bellis", source="both")])
"""
    file = home.data / "new.sqlite"
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(file), name], cwd=PROJECT)
        for name in ("one", "two")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with closing(SqliteCatalogue(file)) as read:
        assert read.counts().by_source == {"one": 100, "two": 100, "both": 100}


def test_one_process_reads_while_another_writes(home: Home, catalogue: SqliteCatalogue) -> None:
    catalogue.add(photograph(f"{n}") for n in range(20))
    reading = catalogue.all()
    next(reading)
    with open_catalogue(home) as other:
        other.add([photograph("new", "Zea mays")])
    assert len(list(reading)) == 19
    assert catalogue.counts().images == 21


def test_columns_are_consistent_while_species_are_added(
    home: Home, catalogue: SqliteCatalogue
) -> None:
    catalogue.add(photograph(f"{n}", f"Acer {n}") for n in range(100))

    def write() -> None:
        with open_catalogue(home) as other:
            for n in range(100, 400):
                other.add([photograph(f"{n}", f"Acer {n}")])

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        read = catalogue.columns(["image_id", "species"])
        pairs = zip(read["image_id"].to_pylist(), read["species"].to_pylist(), strict=True)
        assert all(species == f"Acer {image_id}" for image_id, species in pairs)
    writer.join()
    assert len(catalogue.columns(["image_id"])) == 400


def test_added_photographs_survive_the_process(home: Home, catalogue: SqliteCatalogue) -> None:
    catalogue.add([photograph("1")])
    catalogue.close()
    with open_catalogue(home) as again:
        assert again.get("1") == photograph("1")


@pytest.mark.parametrize(
    "content", [b"words, no database " * 60, b"SQLite format 3\0" + b"x" * 4000]
)
def test_a_file_that_is_not_a_catalogue_is_reported_in_a_sentence(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "c.sqlite").write_bytes(content)
    with pytest.raises(WorkFailed, match=r"^The catalogue .*c\.sqlite is damaged .* `doctor`"):
        SqliteCatalogue(tmp_path / "c.sqlite")
    assert (tmp_path / "c.sqlite").read_bytes() == content


def test_damage_found_while_reading_is_reported_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    with closing(SqliteCatalogue(file)) as catalogue:
        catalogue.add(photograph(f"{n}", "Acer " + "x" * 150) for n in range(500))
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xee" * (len(content) - 8192)
    file.write_bytes(content)
    with (
        pytest.raises(WorkFailed, match=r"is damaged .* `doctor`"),
        closing(SqliteCatalogue(file)) as catalogue,
    ):
        list(catalogue.all())


def test_a_folder_that_cannot_be_created_is_reported_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkFailed, match="cannot be used"):
        SqliteCatalogue(tmp_path / "file" / "c.sqlite")
