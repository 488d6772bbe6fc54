"""What a download removes: only its own files, and only few of them without confirmation."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.download.pins import pin_split
from engine.download.queue import Queue
from engine.download.reconcile import PhotographsMissing, reconcile
from engine.download.run import Consent, download
from engine.download.store import open_download_store
from engine.download.trash import days
from engine.home import Home, open_home
from engine.images.store import ImageStore
from engine.runs.protection import protection
from tests.conftest import PROJECT
from tests.download import situations
from tests.download.conftest import QUICK
from tests.download.server import Server
from tests.download.situations import (
    FETCHED,
    IMPORTED,
    age,
    engine,
    fetch,
    files,
    filled,
    imported,
    serving_photographs,
)


@pytest.fixture(scope="module")
def host() -> Iterator[Server]:
    started = serving_photographs()
    yield started
    started.close()


@pytest.fixture(scope="module")
def full(host: Server, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with photographs from a folder and from a server. It must not be changed."""
    return filled(tmp_path_factory.mktemp("full"), host)


@pytest.fixture
def place(full: Home, tmp_path: Path) -> Home:
    """A copy of the full home, as if it was moved to another machine."""
    shutil.copytree(full.root, tmp_path / "home")
    return open_home(tmp_path / "home")


def test_a_lost_catalogue_loses_no_file(place: Home, host: Server, tmp_path: Path) -> None:
    situations.lost_catalogue(place, host, tmp_path)


@pytest.mark.mongo
def test_a_manual_change_of_store_loses_no_file_and_keeps_a_pinned_split(
    place: Home, host: Server, tmp_path: Path
) -> None:
    situations.change_of_store(place, host, tmp_path)


def test_an_unmounted_disk_loses_neither_files_nor_rows(
    place: Home, host: Server, tmp_path: Path
) -> None:
    situations.unmounted_disk(place, host, tmp_path)


def test_missing_photographs_that_were_accepted_are_found_again_with_the_disk(
    place: Home,
) -> None:
    before = files(place)
    place.images.rename(place.root / "disk")
    status, told, _ = fetch(place, "--accept-missing", "--limit=0")
    assert (status, told["cache_after"]) == (0, 0)
    shutil.rmtree(place.images, ignore_errors=True)
    (place.root / "disk").rename(place.images)
    status, told, _ = fetch(place, "--limit=0")
    assert (status, told["cache_after"]) == (0, IMPORTED + FETCHED)
    assert files(place) == before


def test_a_second_home_on_the_same_folder_of_photographs_is_refused(
    place: Home, host: Server, tmp_path: Path
) -> None:
    situations.shared_folder(place, host, tmp_path)


def test_an_older_catalogue_loses_no_file(place: Home, host: Server, tmp_path: Path) -> None:
    situations.catalogue_of_yesterday(place, host, tmp_path)


def test_many_strays_are_removed_only_after_confirmation_and_can_be_restored(place: Home) -> None:
    before = files(place)
    with closing(SqliteCatalogue(place.root / "empty.sqlite")) as empty:
        download(place, empty, QUICK)
        assert files(place) == before
        summary = download(place, empty, QUICK, consent=Consent(remove_strays=True))
    assert summary.removed == FETCHED and summary.removed_bytes > 0
    (day,) = days(place)
    assert summary.trash == f"data/images/.trash/{day.date}"
    assert (day.files, day.bytes) == (summary.removed, summary.removed_bytes)
    lines = (place.root / summary.trash / "manifest.jsonl").read_text().split("\n")
    line = next(json.loads(text) for text in lines if text)
    assert line["why"] == "stray" and line["fetched"][0]["url"].startswith("http://127.0.0.1")
    status, told, _ = engine(place, "download", "trash", "list")
    assert (status, told["days"][0]["files"]) == (0, FETCHED)
    status, told, _ = engine(place, "download", "trash", "restore", day.date)
    assert (status, told) == (0, {"restored": FETCHED, "left": 0})
    assert files(place) == before and not days(place)
    age(place)
    # Files that a person restored belong to that person.
    with closing(SqliteCatalogue(place.root / "empty.sqlite")) as empty:
        assert download(place, empty, QUICK, consent=Consent(remove_strays=True)).removed == 0
    assert files(place) == before


def test_a_single_stray_is_moved_to_the_trash_without_confirmation(place: Home) -> None:
    with closing(SqliteCatalogue(place.catalogue)) as catalogue:
        one = next(iter(catalogue.all(Filter(species="Acer campestre"))))
        # Its row names other bytes now.
        lost = {"state": "remote", "path": "", "sha256": "", "url": "https://example.org/gone.jpg"}
        catalogue.update([{"image_id": one.image_id} | lost])
        with open_download_store(place) as downloads:
            Queue(downloads).fill(catalogue, "original")
            found = reconcile(place, downloads, catalogue)
    assert (found.removed, found.waiting.paths) == (1, ())
    assert Path(one.path).name not in files(place)
    status, told, _ = engine(place, "download", "trash", "empty")
    assert (status, told["removed"]) == (0, 1)
    assert not days(place)


def test_a_file_of_another_size_is_moved_to_the_trash_and_fetched_again(place: Home) -> None:
    with closing(SqliteCatalogue(place.catalogue)) as catalogue:
        one = next(iter(catalogue.all(Filter(species="Acer campestre"))))
    os.truncate(place.resolve(one.path), 100)
    status, told, _ = fetch(place)
    assert (status, told["successful"], told["removed"], told["removed_bytes"]) == (0, 1, 1, 100)
    assert place.resolve(one.path).stat().st_size > 100
    kept = place.root / told["trash"] / Path(one.path).parent.name / Path(one.path).name
    assert kept.stat().st_size == 100
    line = json.loads((place.root / told["trash"] / "manifest.jsonl").read_text())
    assert (line["why"], line["image_ids"]) == ("damaged", [one.image_id])


def test_many_files_of_another_size_wait_for_confirmation(place: Home) -> None:
    with closing(SqliteCatalogue(place.catalogue)) as catalogue:
        found = list(catalogue.all(Filter(species="Acer campestre")))
    for one in found:
        os.truncate(place.resolve(one.path), 100)
    status, told, _ = fetch(place)
    assert (status, told["removed"], told["strays"]) == (0, 0, FETCHED)
    assert told["cache_after"] == IMPORTED + FETCHED


def test_an_import_slower_than_the_stray_age_loses_nothing(
    home: Home, make_image: Any, catalogue: SqliteCatalogue
) -> None:
    # As in an import: files first, rows when the batch is complete.
    stored = [ImageStore(home).keep(make_image(f"{n}.png", seed=n)) for n in range(30)]
    age(home)
    with open_download_store(home) as downloads:
        reconcile(home, downloads, catalogue, remove_strays=True)
    catalogue.add(
        Photograph(f"p{n}", "Rosa", path=one.path, sha256=one.sha256, state="cached")
        for n, one in enumerate(stored)
    )
    assert all(home.resolve(one.path).is_file() for one in stored)


def test_an_import_of_bytes_that_were_fetched_before_renews_their_age(
    place: Home, tmp_path: Path
) -> None:
    name = next(name for name in files(place) if name.endswith(".jpg"))
    there = place.images / name[:2] / name
    shutil.copy(there, tmp_path / "copy.jpg")
    ImageStore(place).keep(tmp_path / "copy.jpg")
    assert time.time() - there.stat().st_mtime < 60


def test_a_pin_keeps_photographs_fetched_after_the_split_for_any_catalogue(
    place: Home, host: Server
) -> None:
    folder = place.splits / "mine"
    folder.mkdir(parents=True)
    line = {"image_id": "unheard of", "url": host.url("/3.jpg"), "species": "Acer", "label": 0}
    (folder / "train.jsonl").write_text(json.dumps(line) + "\n")
    with open_download_store(place) as downloads:
        pin_split(downloads, "mine")
        (kept,) = downloads.rows("SELECT sha256 FROM fetched WHERE url LIKE '%/3.jpg'")
    with closing(SqliteCatalogue(place.root / "empty.sqlite")) as empty:
        protect = protection(place, empty)
        assert protect().sha256s == {kept[0]}
        agreed = Consent(remove_strays=True)
        summary = download(place, empty, QUICK, protect=protect, consent=agreed)
    assert summary.removed == FETCHED - 1
    assert f"{kept[0]}.jpg" in files(place)


def test_eviction_does_not_touch_files_that_wait_for_confirmation(
    place: Home, host: Server
) -> None:
    before = files(place)
    with closing(SqliteCatalogue(place.root / "empty.sqlite")) as empty:
        empty.add([Photograph("new", "Viola", url=host.url(f"/{FETCHED}.jpg"))])
        used = sum(path.stat().st_size for path in place.images.glob("[!.]*/*"))
        tight = QUICK.model_copy(update={"cache_gigabytes": (used + 10) / 1e9})
        with pytest.raises(Exception, match="photographs must stay"):
            download(place, empty, tight)
    assert files(place) == before


def test_the_trash_is_emptied_before_a_photograph_is_evicted(place: Home, host: Server) -> None:
    with closing(SqliteCatalogue(place.root / "empty.sqlite")) as empty:
        empty.add([Photograph("new", "Viola", url=host.url(f"/{FETCHED}.jpg"))])
        removed = download(place, empty, QUICK, limit=0, consent=Consent(remove_strays=True))
        used = removed.cache_bytes
        tight = QUICK.model_copy(update={"cache_gigabytes": (used + 10) / 1e9})
        summary = download(place, empty, tight)
        assert summary.successful == 1
    assert summary.cache_bytes <= used
    assert not days(place)
    assert len(imported(place)) == IMPORTED


def test_a_home_option_before_the_trash_subcommand_is_refused(home: Home) -> None:
    command = [sys.executable, "-m", "engine", "download", "--home", str(home.root)]
    ended = subprocess.run(
        [*command, "trash", "empty"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2 and "Write --home at the end" in ended.stderr


def test_a_day_of_the_trash_is_removed_after_thirty_days(place: Home) -> None:
    for day in ("2020-01-01", "2999-01-01"):
        (place.images / ".trash" / day / "ab").mkdir(parents=True)
        (place.images / ".trash" / day / "ab" / "x.jpg").write_bytes(b"old")
    with (
        closing(SqliteCatalogue(place.catalogue)) as catalogue,
        open_download_store(place) as downloads,
    ):
        reconcile(place, downloads, catalogue)
    assert [day.date for day in days(place)] == ["2999-01-01"]


def test_one_missing_photograph_of_many_is_fetched_again_and_two_need_confirmation(
    place: Home,
) -> None:
    gone = sorted(place.images.glob("[!.]*/*.jpg"))[:2]
    gone[0].unlink()
    assert fetch(place)[1]["successful"] == 1
    for file in gone:
        file.unlink()
    with (
        closing(SqliteCatalogue(place.catalogue)) as catalogue,
        open_download_store(place) as downloads,
        pytest.raises(PhotographsMissing, match=r"^2 photographs are missing"),
    ):
        reconcile(place, downloads, catalogue)
