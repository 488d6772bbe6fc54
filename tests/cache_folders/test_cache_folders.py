"""Photographs get their files from a folder whose files are named by their addresses."""

import csv
import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cache_folders import filling
from engine.cache_folders.filling import CacheReport, fill_from_folders, import_cache
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue, Filter
from engine.catalogue.table_import import import_table
from engine.download.cache import Cache, nothing_protected
from engine.download.reconcile import STRAY_SECONDS, reconcile
from engine.download.store import DownloadStore, open_download_store
from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.images.store import ImageStore, Placing
from engine.settings.download import DownloadSettings
from tests.conftest import MakeImage

PLACINGS: tuple[Placing, ...] = ("copy", "link", "leave")
KINDS = ("md5", "sha1", "sha256")


def url_of(number: int) -> str:
    return f"https://plants.example/{number}/photo.jpg"


def named(url: str, kind: str = "md5") -> str:
    return hashlib.new(kind, url.encode()).hexdigest()


@pytest.fixture
def put(tmp_path: Path, make_image: MakeImage) -> Callable[..., Path]:
    """put(url, kind, seed=1) makes the file of an address in the cache folder."""

    def run(url: str, kind: str = "md5", suffix: str = "jpg", **image: int) -> Path:
        return make_image(tmp_path / "cache" / f"{named(url, kind)}.{suffix}", **image)

    return run


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def add(catalogue: Catalogue, *numbers: int) -> None:
    catalogue.add(Photograph(f"p{n}", "Rosa canina", url=url_of(n)) for n in numbers)


def told(report: CacheReport) -> tuple[int, int, int, int, int]:
    return report.files, report.filled, report.known, report.left, report.refused


@pytest.mark.parametrize("placing", PLACINGS)
def test_photographs_get_their_files_and_the_folder_stays(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path, placing: Placing
) -> None:
    add(catalogue, *range(4))
    sources = [put(url_of(n), kind, seed=n) for n, kind in enumerate(KINDS)]
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in sources}
    assert told(import_cache(home, catalogue, cache, placing)) == (3, 3, 0, 0, 0)
    for number, source in enumerate(sources):
        one = catalogue.get(f"p{number}")
        assert one is not None and one.state == "cached"
        assert (one.width, one.height) == (64, 48)
        assert one.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
        file = home.resolve(one.path)
        assert one.path.startswith("data/images/")
        assert file.read_bytes() == source.read_bytes()
        assert file.is_symlink() == (placing == "leave")
        assert file.samefile(source) == (placing != "copy")
    assert catalogue.counts().by_state == {"cached": 3, "remote": 1}
    # A second time nothing changes, in the home or in the folder.
    assert told(import_cache(home, catalogue, cache, placing)) == (3, 0, 3, 0, 0)
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in sources} == before


def test_the_address_of_any_listing_finds_the_file(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path
) -> None:
    medium = "http://inaturalist-open-data.s3.amazonaws.com/photos/7/medium.jpg"
    original = "https://static.inaturalist.org/photos/7/original.jpg"
    listed = [
        Photograph(name, "Rosa canina", url=url)
        for name, url in zip("ab", (original, medium), strict=True)
    ]
    catalogue.add(listed)
    put(medium, seed=1)
    assert told(import_cache(home, catalogue, cache)) == (1, 1, 0, 0, 0)
    assert [(one.image_id, one.state) for one in catalogue.all()] == [("a", "cached")]


def test_of_several_sizes_the_largest_is_taken(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path
) -> None:
    base = "https://inaturalist-open-data.s3.amazonaws.com/photos/7/"
    urls = [f"{base}{size}.jpg" for size in ("small", "original", "medium")]
    catalogue.add(Photograph(str(n), "Rosa canina", url=url) for n, url in enumerate(urls))
    for url, width in zip(urls, (64, 640, 320), strict=True):
        put(url, width=width, height=48)
    assert told(import_cache(home, catalogue, cache)) == (3, 1, 2, 0, 0)
    (one,) = catalogue.all()
    assert one.width == 640


def test_addresses_that_come_later_find_their_files(
    home: Home, catalogue: SqliteCatalogue, store: ImageStore, put, cache: Path, tmp_path: Path
) -> None:
    for n in range(3):
        put(url_of(n), seed=n)
    assert told(import_cache(home, catalogue, cache, "leave")) == (3, 0, 0, 3, 0)
    table = tmp_path / "t.jsonl"
    rows = ({"species": "Rosa canina", "url": url_of(n)} for n in (0, 2, 9))
    table.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    import_table(catalogue, table, store.keep)
    assert fill_from_folders(home, catalogue) == 2
    assert catalogue.counts().by_state == {"cached": 2, "remote": 1}
    assert all(home.resolve(one.path).is_symlink() for one in catalogue.all(Filter(state="cached")))
    assert fill_from_folders(home, catalogue) == 0


def test_a_home_without_cache_folders_has_no_index(home: Home, catalogue: SqliteCatalogue) -> None:
    assert fill_from_folders(home, catalogue) == 0
    assert not home.cache_folders.exists()


def test_a_folder_that_is_not_mounted_is_passed_over(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path
) -> None:
    put(url_of(0))
    import_cache(home, catalogue, cache)
    cache.rename(cache.with_name("elsewhere"))
    add(catalogue, 0)
    assert fill_from_folders(home, catalogue) == 0
    with pytest.raises(BadInput, match="does not exist"):
        import_cache(home, catalogue, cache)


def test_files_that_fit_no_address_and_no_photographs_are_listed(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "SHOWN_REFUSALS", 5)
    add(catalogue, 0, 1)
    put(url_of(0))
    put(url_of(1)).write_bytes(b"no photograph")
    strangers = [put(url_of(n)).name for n in range(10, 18)]
    (cache / "=notes.txt").write_text("x")
    (cache / ".hidden.jpg").write_text("x")
    report = import_cache(home, catalogue, cache)
    assert told(report) == (11, 1, 0, 9, 1)
    assert len(report.refusals) == 5
    assert "not a photograph" in report.refusals[0].reason
    with (home.root / report.listing).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 10
    assert {row["file"] for row in rows} >= {*strangers, "'=notes.txt"}
    remote = catalogue.get("p1")
    assert remote is not None and remote.state == "remote"


def test_an_unreadable_size_is_replaced_by_the_next(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path
) -> None:
    base = "https://inaturalist-open-data.s3.amazonaws.com/photos/7/"
    urls = [f"{base}{size}.jpg" for size in ("small", "original")]
    catalogue.add(Photograph(str(n), "Rosa canina", url=url) for n, url in enumerate(urls))
    put(urls[0])
    put(urls[1]).write_bytes(b"x" * 100_000)
    assert told(import_cache(home, catalogue, cache)) == (2, 1, 0, 0, 1)


def test_of_two_files_with_one_name_the_readable_one_is_taken(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path
) -> None:
    add(catalogue, 0)
    put(url_of(0), suffix="jpg")
    put(url_of(0), suffix="png").write_bytes(b"x" * 100_000)
    assert told(import_cache(home, catalogue, cache)) == (2, 1, 0, 0, 1)


def test_photographs_that_a_person_keeps_apart_share_a_file(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path
) -> None:
    catalogue.take_listings([], ["p0", "also"])
    add(catalogue, 0)
    catalogue.add([Photograph("also", "Rosa arvensis", url=url_of(0))])
    put(url_of(0))
    assert told(import_cache(home, catalogue, cache)) == (1, 1, 0, 0, 0)
    assert catalogue.counts().by_state == {"cached": 2}


def test_an_import_that_was_cut_off_continues(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "BATCH", 2)
    add(catalogue, *range(7))
    for n in range(7):
        put(url_of(n), seed=n)

    def stop(done: int, *_: object) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_cache(home, catalogue, cache, report=stop)
    assert catalogue.counts().by_state["cached"] == 4
    assert told(import_cache(home, catalogue, cache)) == (7, 3, 4, 0, 0)


def test_files_in_subfolders_with_names_in_capitals_and_odd_bytes(
    home: Home, catalogue: SqliteCatalogue, make_image: MakeImage, cache: Path
) -> None:
    add(catalogue, 0)
    folder = Path(os.fsdecode(os.fsencode(cache) + b"/a\xff"))
    make_image(folder / f"{named(url_of(0)).upper()}.PNG")
    assert told(import_cache(home, catalogue, cache)) == (1, 1, 0, 0, 0)
    assert fill_from_folders(home, catalogue) == 0


def test_files_with_the_same_bytes_are_one_photograph(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path
) -> None:
    add(catalogue, 0, 1)
    put(url_of(0), seed=5)
    put(url_of(1), seed=5)
    import_cache(home, catalogue, cache, "link")
    assert catalogue.counts().images == 1
    assert catalogue.listed_twice() == 1


def fetched(downloads: DownloadStore, one: Photograph, size: int) -> None:
    """As if a download had fetched the same bytes from the photograph's address."""
    values = [one.url, one.url, one.sha256, one.path, 64, 48, size, "", "", "h", "large", 0.0]
    marks = ", ".join("?" * len(values))
    downloads.write(f"INSERT INTO fetched VALUES ({marks})", values)


@pytest.mark.parametrize("placing", PLACINGS)
def test_the_clean_up_of_downloads_removes_nothing_that_was_brought_in(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path, placing: Placing
) -> None:
    add(catalogue, 0, 1)
    put(url_of(0), seed=0)
    put(url_of(1), seed=1)
    import_cache(home, catalogue, cache, placing)
    old = time.time() - 2 * STRAY_SECONDS
    with open_download_store(home) as downloads:
        files = []
        for one in catalogue.all():
            file = home.resolve(one.path)
            fetched(downloads, one, file.stat().st_size)
            os.utime(file, (old, old))
            files.append(file)
        settings = DownloadSettings(cache_gigabytes=1e-6)
        full = Cache(home, settings, downloads, used=10**6)
        full.make_room(catalogue, nothing_protected)
        full.clear(catalogue, at_once=True)
        assert catalogue.counts().by_state == {"cached": 2}
        # No row names them any more.
        with_none = SqliteCatalogue(home.data / "empty.sqlite")
        found = reconcile(home, downloads, with_none, remove_strays=True)
        with_none.close()
    assert (found.removed, found.missing) == (0, 0)
    assert all(file.read_bytes() for file in files)
    assert len(list(cache.iterdir())) == 2


def test_a_left_file_whose_disk_is_missing_counts_as_missing(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path
) -> None:
    add(catalogue, 0)
    put(url_of(0))
    import_cache(home, catalogue, cache, "leave")
    with open_download_store(home) as downloads:
        assert reconcile(home, downloads, catalogue).missing == 0
        (cache / f"{named(url_of(0))}.jpg").unlink()
        assert reconcile(home, downloads, catalogue, accept_missing=True).missing == 1
    assert catalogue.counts().by_state == {"remote": 1}
    put(url_of(0))
    assert import_cache(home, catalogue, cache).filled == 1
    one = catalogue.get("p0")
    assert one is not None
    assert not home.resolve(one.path).is_symlink()


def test_a_disk_without_hard_links_is_reported(
    home: Home, catalogue: SqliteCatalogue, put, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == home.root.stat().st_dev:
        pytest.skip("no second disk on this machine")
    add(catalogue, 0)
    source = put(url_of(0))
    other = elsewhere / f"plant-studio-{os.getpid()}"
    other.mkdir()
    try:
        (other / source.name).write_bytes(source.read_bytes())
        with pytest.raises(WorkFailed, match="--mode copy"):
            import_cache(home, catalogue, other, "link")
        assert not list(home.images.glob("*/*"))
        assert import_cache(home, catalogue, other, "leave").filled == 1
    finally:
        for file in other.iterdir():
            file.unlink()
        other.rmdir()
