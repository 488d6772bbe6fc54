"""Photographs exported with all their fields, and imported again with the same bytes."""

import csv
import hashlib
import json
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from engine.catalogue.curation import exclude
from engine.catalogue.exported_folder import LAYOUTS, Layout
from engine.catalogue.flags import LICENCE_CONFLICT
from engine.catalogue.importers import IMPORTERS
from engine.catalogue.importing import ImportReport
from engine.catalogue.photograph_export import (
    ExportScope,
    estimated_bytes,
    export_photographs,
    require_empty,
)
from engine.catalogue.recognition import importers_for
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue, Filter
from engine.errors import BadInput, WorkFailed
from engine.files import sha256_of
from engine.home import Home, open_home
from engine.images.store import ImageStore
from tests.catalogue.test_whole_export import content
from tests.conftest import Mount

ALL = ExportScope(Filter(excluded=None))
IMPORTER = {"folder": "image-folder", "shards": "webdataset", "parquet": "image-parquet"}


@pytest.fixture
def filled(small_catalogue: SqliteCatalogue) -> SqliteCatalogue:
    """Twelve photographs with files: one is listed twice, one is excluded. Two more are
    without a file; one of these has no address."""
    cornus = small_catalogue.get("cornus-1")
    assert cornus is not None
    small_catalogue.update([{"image_id": "cornus-1", "license": "CC BY", "attribution": "Ana"}])
    small_catalogue.add(
        [
            cornus._replace(image_id="again", license="CC BY-NC", source="other"),
            Photograph("remote", "Acer campestre", url="https://a.test/1.jpg", extra='{"a": 1}'),
            Photograph("lost", "Cornus mas", width=7, flags=("dark",)),
        ]
    )
    exclude(small_catalogue, ["dahlia-2"])
    return small_catalogue


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[tuple[SqliteCatalogue, ImageStore, Home]]:
    """Another, empty home."""
    home = open_home(tmp_path / "copy")
    with closing(SqliteCatalogue(home.catalogue)) as catalogue:
        yield catalogue, ImageStore(home), home


@pytest.mark.parametrize("layout", LAYOUTS)
def test_photographs_come_back_with_their_bytes_and_all_fields(
    home: Home, filled: SqliteCatalogue, copy: Any, tmp_path: Path, layout: Layout
) -> None:
    target = tmp_path / "out"
    made = export_photographs(home, filled, target, layout, ALL)
    assert (made.images, made.missing, made.species) == (12, 2, 4)
    assert importers_for(target) == [IMPORTER[layout]]
    catalogue, store, other = copy
    take = IMPORTERS[IMPORTER[layout]].take
    report = take(catalogue, target, store.keep, "", lambda *_: None)
    assert report == ImportReport(added=14, listed=1)
    assert content(catalogue) == content(filled)
    files = [one for one in catalogue.all(Filter(excluded=None)) if one.path]
    assert len(files) == 12
    assert all(sha256_of(other.resolve(one.path)) == one.sha256 for one in files)
    take(catalogue, target, store.keep, "", lambda *_: None)
    assert content(catalogue) == content(filled)


def test_a_folder_holds_the_bytes_by_species(
    home: Home, filled: SqliteCatalogue, tmp_path: Path
) -> None:
    export_photographs(home, filled, tmp_path / "out", "folder")
    found = list((tmp_path / "out").rglob("*.jpg"))
    assert {path.parent.name for path in found} == set(filled.count_by("species"))
    stored = {one.sha256 for one in filled.all() if one.sha256}
    assert {sha256_of(path) for path in found} == stored
    rows = [json.loads(line) for line in (tmp_path / "out" / "catalogue.jsonl").open()]
    with_file = [row for row in rows if row["path"]]
    assert all(sha256_of(tmp_path / "out" / row["path"]) == row["sha256"] for row in with_file)
    assert len(with_file) == 11


def test_files_that_were_removed_from_a_folder_are_refused_unless_they_can_be_downloaded(
    home: Home, small_catalogue: SqliteCatalogue, copy: Any, tmp_path: Path
) -> None:
    small_catalogue.update([{"image_id": "dahlia-0", "url": "https://a.test/0.jpg"}])
    export_photographs(home, small_catalogue, tmp_path / "out", "folder")
    for name in ("dahlia-0", "dahlia-1"):
        one = small_catalogue.get(name)
        assert one is not None
        (tmp_path / "out" / one.species / Path(one.path).name).unlink()
    catalogue, store, _ = copy
    report = IMPORTERS["image-folder"].take(
        catalogue, tmp_path / "out", store.keep, "", lambda *_: None
    )
    assert (report.added, report.refused) == (11, 1)
    assert report.refusals[0].reason.endswith("does not exist.")
    assert catalogue.get("dahlia-0").state == "remote"


def test_a_path_that_leads_out_of_the_folder_is_refused(
    home: Home, small_catalogue: SqliteCatalogue, copy: Any, tmp_path: Path
) -> None:
    export_photographs(home, small_catalogue, tmp_path / "out", "folder")
    table = tmp_path / "out" / "catalogue.jsonl"
    first, *others = table.read_text().splitlines(keepends=True)
    row = json.loads(first) | {"path": "../secret.jpg"}
    table.write_text("".join([json.dumps(row) + "\n", *others]))
    (tmp_path / "secret.jpg").write_bytes(b"x")
    catalogue, store, _ = copy
    report = IMPORTERS["image-folder"].take(
        catalogue, tmp_path / "out", store.keep, "", lambda *_: None
    )
    assert (report.added, report.refused) == (11, 1)
    assert "outside of the folder" in report.refusals[0].reason


def test_hard_links_share_the_bytes_of_the_store(
    home: Home, filled: SqliteCatalogue, tmp_path: Path
) -> None:
    export_photographs(home, filled, tmp_path / "out", "folder", mode="link")
    file = next((tmp_path / "out").rglob("*.jpg"))
    assert file.stat().st_nlink == 2


def test_a_split_gives_its_parts(home: Home, filled: SqliteCatalogue, tmp_path: Path) -> None:
    parts = {"dahlia-0": "train", "dahlia-1": "test", "cornus-1": "train", "gone": "val"}
    wanted = ExportScope(split="one", parts=parts)
    made = export_photographs(home, filled, tmp_path / "out", "folder", wanted)
    assert made.by_part == {"train": 2, "test": 1}
    names = {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()}
    assert names == {"train", "test"}
    export_photographs(home, filled, tmp_path / "shards", "shards", wanted)
    assert (tmp_path / "shards" / "train-000000.tar").is_file()
    export_photographs(home, filled, tmp_path / "parquet", "parquet", wanted)
    table = parquet.read_table(tmp_path / "parquet" / "data" / "train-00000.parquet")
    assert sorted(table["image_id"].to_pylist()) == ["cornus-1", "dahlia-0"]


def test_a_shard_is_a_webdataset(home: Home, filled: SqliteCatalogue, tmp_path: Path) -> None:
    export_photographs(home, filled, tmp_path / "out", "shards")
    classes = (tmp_path / "out" / "classes.txt").read_text().splitlines()
    with tarfile.open(tmp_path / "out" / "photographs-000000.tar") as archive:
        names = archive.getnames()
        assert len(names) == 33
        for key in {name.partition(".")[0] for name in names}:
            image, row, number = (
                archive.extractfile(f"{key}.{ending}").read()  # type: ignore[union-attr]
                for ending in ("jpg", "json", "cls")
            )
            assert classes[int(number)] == json.loads(row)["species"]
            assert sha256_of_bytes(image) == json.loads(row)["sha256"]


def sha256_of_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_parquet_has_the_columns_of_hugging_face(
    home: Home, filled: SqliteCatalogue, tmp_path: Path
) -> None:
    export_photographs(home, filled, tmp_path / "out", "parquet")
    table = parquet.read_table(tmp_path / "out" / "data" / "train-00000.parquet")
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    assert list(features) == table.schema.names
    assert features["image"] == {"_type": "Image"}
    one = table.to_pylist()[0]
    assert set(one["image"]) == {"bytes", "path"}
    assert sha256_of_bytes(one["image"]["bytes"]) == one["sha256"]
    assert "path: data/train-*" in (tmp_path / "out" / "README.md").read_text()


def test_licences_and_credits_are_of_every_photograph(
    home: Home, filled: SqliteCatalogue, tmp_path: Path
) -> None:
    made = export_photographs(home, filled, tmp_path / "out", "folder")
    rows = list(csv.DictReader((tmp_path / "out" / "licences.csv").open()))
    assert len(rows) == made.images == 11
    assert all((tmp_path / "out" / row["file"]).is_file() for row in rows)
    one = next(row for row in rows if row["image_id"] == "cornus-1")
    assert (one["license"], one["listed_licenses"]) == ("CC BY-NC", "CC BY")
    assert made.by_license == {"": 10, "CC BY-NC": 1}
    text = (tmp_path / "out" / "CREDITS.txt").read_text()
    assert "Credits of 11 photographs" in text
    assert "CC BY-NC: 1" in text
    assert f"{one['file']}: Cornus mas · Ana · CC BY-NC · test" in text
    (row,) = [
        row
        for row in map(json.loads, (tmp_path / "out" / "catalogue.jsonl").open())
        if row["image_id"] == "cornus-1"
    ]
    assert row["flags"] == [LICENCE_CONFLICT]


def test_missing_and_damaged_files_are_listed_with_the_reason(
    home: Home, filled: SqliteCatalogue, tmp_path: Path
) -> None:
    gone, damaged = (filled.get(name) for name in ("dahlia-0", "dahlia-1"))
    assert gone and damaged
    home.resolve(gone.path).unlink()
    with home.resolve(damaged.path).open("ab") as file:
        file.write(b"x")
    made = export_photographs(home, filled, tmp_path / "out", "shards")
    assert (made.images, made.missing) == (9, 4)
    rows = csv.DictReader((tmp_path / "out" / "missing.csv").open())
    assert {row["image_id"]: row["reason"].split(".")[0].split(":")[0] for row in rows} == {
        "dahlia-0": "Its file is missing",
        "dahlia-1": "Its file is damaged",
        "lost": "It is not downloaded",
        "remote": "It is not downloaded",
    }
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert (manifest["images"], manifest["missing"]) == (9, 4)


def test_the_filter_and_rare_species_apply(
    home: Home, filled: SqliteCatalogue, tmp_path: Path
) -> None:
    cornels = ExportScope(Filter(species="Cornus mas"))
    assert export_photographs(home, filled, tmp_path / "a", "folder", cornels).images == 4
    rare = ExportScope(min_images=4)
    assert export_photographs(home, filled, tmp_path / "b", "folder", rare).species == 2
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text())
    assert manifest["where"] == ["species=Cornus mas"]


def test_a_folder_with_files_is_refused(
    home: Home, filled: SqliteCatalogue, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    require_empty(tmp_path / "out")
    (tmp_path / "out" / "mine.txt").touch()
    with pytest.raises(BadInput, match="is not empty"):
        export_photographs(home, filled, tmp_path / "out", "folder")
    with pytest.raises(BadInput, match="cannot be read"):
        export_photographs(home, filled, tmp_path / "out" / "mine.txt", "folder")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_export_that_breaks_off_leaves_nothing(
    home: Home, filled: SqliteCatalogue, tmp_path: Path, layout: Layout
) -> None:
    def interrupt(done: int, total: int, note: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_photographs(home, filled, tmp_path / "out", layout, report=interrupt)
    assert not (tmp_path / "out").exists()


def test_what_a_killed_export_left_is_replaced(
    home: Home, filled: SqliteCatalogue, tmp_path: Path
) -> None:
    left = tmp_path / "out" / ".unfinished" / "Acer"
    left.mkdir(parents=True)
    (left / "half.jpg").touch()
    made = export_photographs(home, filled, tmp_path / "out", "folder")
    assert made.images == 11
    assert not list((tmp_path / "out").rglob("half.jpg"))
    assert not (tmp_path / "out" / ".unfinished").exists()


def test_a_disk_that_is_too_full_is_refused_before_anything_is_written(
    home: Home, filled: SqliteCatalogue, tmp_path: Path, mounted: Mount
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    mounted(full, "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    with pytest.raises(WorkFailed, match="The export needs"):
        export_photographs(home, filled, full / "out", "folder")
    assert not list(full.iterdir())


def test_the_same_photographs_give_the_same_shards(
    home: Home, filled: SqliteCatalogue, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        export_photographs(home, filled, tmp_path / name, "shards")
    one, two = (tmp_path / name / "photographs-000000.tar" for name in "ab")
    assert one.read_bytes() == two.read_bytes()


def test_species_that_no_folder_can_be_called(
    home: Home, filled: SqliteCatalogue, tmp_path: Path
) -> None:
    filled.update(
        [
            {"image_id": "dahlia-0", "species": "a/b"},
            {"image_id": "dahlia-1", "species": "a_b"},
            {"image_id": "dahlia-3", "species": ".hidden"},
            {"image_id": "dahlia-4", "species": "Ä" * 200},
        ]
    )
    export_photographs(home, filled, tmp_path / "out", "folder")
    names = {path.parent.name for path in (tmp_path / "out").rglob("*.jpg")}
    assert {"a_b", "a_b (2)", "_hidden", "Ä" * 100} <= names


def test_the_size_is_estimated_from_the_first_photographs(
    home: Home, filled: SqliteCatalogue
) -> None:
    sizes = [home.resolve(one.path).stat().st_size for one in filled.all() if one.path]
    assert estimated_bytes(home, filled, Filter()) == sum(sizes)
    assert estimated_bytes(home, filled, Filter(species="none")) == 0
    assert estimated_bytes(home, filled, Filter(state="remote")) == 0


def test_both_stores_export_photographs(
    home: Home, small_catalogue: SqliteCatalogue, either: Catalogue, tmp_path: Path
) -> None:
    either.add(small_catalogue.all())
    assert export_photographs(home, either, tmp_path / "out", "shards").images == 12
