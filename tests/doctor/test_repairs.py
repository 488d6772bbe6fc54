"""Repairs: each does what it announces, moves files aside, and deletes nothing."""

import os
from contextlib import closing

import pytest

from engine.backups.making import back_up
from engine.catalogue.folder_import import import_folder
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.doctor.condition import Health
from engine.doctor.examine import examine
from engine.doctor.repairs import Repaired, repair, repairable
from engine.embeddings.store import FeatureStore
from engine.errors import BadInput
from engine.home import Home
from engine.images.store import ImageStore
from engine.locks import claim, release
from engine.quality.store import MeasureStore
from engine.taxonomy.store import open_taxonomy
from tests.conftest import MakeImage
from tests.doctor.conftest import alter


def mend(home: Home, key: str) -> Repaired:
    check = examine(home, 0).named(key)
    assert check is not None
    assert check.repair
    return repair(home, check)


def files_in(home: Home) -> int:
    return sum(1 for file in home.images.glob("*/*") if file.is_file())


def test_a_damaged_photograph_is_moved_aside_and_fetched_again(
    garden: Home, photographs: list[Photograph]
) -> None:
    one = photographs[0]
    alter(garden.resolve(one.path), 40, 1)
    damaged = garden.resolve(one.path).read_bytes()
    done = mend(garden, "changed")
    assert done.text.endswith("1 marked for download.")
    (aside,) = garden.set_aside.glob(f"*/{one.path}")
    assert aside.read_bytes() == damaged
    with closing(SqliteCatalogue(garden.catalogue)) as catalogue:
        found = catalogue.get(one.image_id)
    assert found is not None
    assert (found.state, found.path) == ("remote", "")
    assert examine(garden, 0).state != "fault"


def test_a_photograph_repaired_in_the_meantime_is_not_modified(
    garden: Home, photographs: list[Photograph]
) -> None:
    file = garden.resolve(photographs[0].path)
    good = file.read_bytes()
    alter(file, 40, 1)
    check = examine(garden, 0).named("changed")
    assert check is not None
    file.write_bytes(good)
    repair(garden, check)
    assert file.read_bytes() == good


def test_a_photograph_without_an_address_is_restored_by_a_second_import(
    home: Home, make_image: MakeImage
) -> None:
    folder = make_image("Rosa canina/1.jpg").parent.parent
    with closing(SqliteCatalogue(home.catalogue)) as catalogue:
        import_folder(catalogue, folder, ImageStore(home).keep)
        (one,) = catalogue.all()
    home.resolve(one.path).write_bytes(b"")
    mend(home, "empty")
    with closing(SqliteCatalogue(home.catalogue)) as catalogue:
        import_folder(catalogue, folder, ImageStore(home).keep)
    assert examine(home, 0).named("missing").state == "sound"  # type: ignore[union-attr]


def test_missing_photographs_are_fetched_again(garden: Home, photographs: list[Photograph]) -> None:
    for one in (*photographs[:3], *photographs[70:73]):
        garden.resolve(one.path).unlink()
    done = mend(garden, "missing")
    assert done.text == "3 of 6 missing photographs are marked for download."
    with closing(SqliteCatalogue(garden.catalogue)) as catalogue:
        assert catalogue.counts(Filter(state="remote")).images == 3


def test_strays_get_their_record_from_an_export(
    garden: Home, photographs: list[Photograph]
) -> None:
    from engine.catalogue.export import export_catalogue

    with closing(SqliteCatalogue(garden.catalogue)) as catalogue:
        export_catalogue(catalogue, garden.exports / "today", 1)
    for file in garden.data.glob("catalogue.sqlite*"):
        file.unlink()
    with closing(SqliteCatalogue(garden.catalogue)) as catalogue:
        catalogue.add(photographs[:90])
    for one in photographs[90:]:
        os.utime(garden.resolve(one.path), (1e9, 1e9))
    before = files_in(garden)
    assert mend(garden, "strays").text == "Added 10 records for 10 files."
    with closing(SqliteCatalogue(garden.catalogue)) as catalogue:
        assert catalogue.get("photo-095") == photographs[95]
    assert files_in(garden) == before


def test_temporary_files_are_moved_aside(garden: Home) -> None:
    left = garden.images / ".picture.jpg.x1y2z3a4"
    left.write_bytes(b"half")
    os.utime(left, (1e9, 1e9))
    mend(garden, "temporary")
    assert not left.exists()
    assert [file.read_bytes() for file in garden.set_aside.glob("*/data/images/.*")] == [b"half"]


def test_a_draft_of_a_split_is_moved_aside(garden: Home) -> None:
    draft = garden.splits / ".first.123"
    draft.mkdir(parents=True)
    (draft / "train.jsonl").write_text("{}")
    os.utime(draft, (1e9, 1e9))
    mend(garden, "temporary")
    assert not draft.exists()
    (moved,) = garden.set_aside.glob("*/data/splits/.first.123/train.jsonl")
    assert moved.read_text() == "{}"


def test_a_damaged_catalogue_is_restored_from_the_newest_backup(garden: Home) -> None:
    back_up(garden, "2026-11-01")
    alter(garden.catalogue, 8192, 1, start=garden.catalogue.stat().st_size // 3)
    assert "the backup 2026-11-01 with 100 photographs." in mend(garden, "database-catalogue").text
    health = examine(garden, 0)
    assert {check.key for check in health.checks if check.state == "fault"} == set()


def test_several_findings_of_a_damaged_catalogue_are_one_repair(garden: Home) -> None:
    back_up(garden)
    alter(garden.catalogue, 8192, 1, start=garden.catalogue.stat().st_size // 3)
    keys = [check.key for check in repairable(examine(garden, 0))]
    assert keys == ["database-catalogue"]


def test_damaged_quality_measures_are_computed_again(garden: Home) -> None:
    garden.quality.write_bytes(b"no database at all " * 500)
    mend(garden, "database-quality")
    store = MeasureStore(garden)
    assert store.all() == {}
    store.close()


def test_features_that_are_damaged_are_computed_anew(garden: Home) -> None:
    garden.features.write_bytes(b"no database at all " * 500)
    mend(garden, "database-features")
    store = FeatureStore(garden)
    assert store.known() == set()
    store.close()


def test_a_damaged_taxonomy_table_is_set_aside(garden: Home) -> None:
    garden.taxonomy.write_bytes(b"no database at all " * 500)
    assert "Add the taxonomy table again." in mend(garden, "database-taxonomy").text
    with open_taxonomy(garden) as store:
        assert store is None


def test_repairs_are_refused_while_work_is_running(garden: Home) -> None:
    garden.quality.write_bytes(b"no database at all " * 500)
    health: Health = examine(garden, 0)
    lock = claim(garden.jobs / "quality" / "lock")
    assert lock is not None
    try:
        with pytest.raises(BadInput, match="are running"):
            repair(garden, repairable(health)[0])
    finally:
        release(lock)
