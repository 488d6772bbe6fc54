"""The size limit is strict, least recently used files are removed first, readers see no gap."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.download import cache as cache_module
from engine.download import disk_space as room_module
from engine.download import reconcile as reconcile_module
from engine.download.cache import Cache, Protected, nothing_protected
from engine.download.control import DownloadControl
from engine.download.disk_space import DiskSpaceWatch
from engine.download.outcome import DiskFull
from engine.download.pins import pin_split
from engine.download.preferences import download_settings
from engine.download.run import Summary
from engine.download.store import open_download_store
from engine.errors import WorkFailed
from engine.home import Home, open_home
from engine.images.decode import read_rgb
from engine.images.store import ImageStore
from engine.runs.protection import protection
from engine.settings.split import SplitSettings
from engine.split.make import make_split
from tests.conftest import MakeImage
from tests.download.server import Server, body, jpeg

Want = Callable[..., list[str]]
FetchAll = Callable[..., Summary]
SIZE = len(jpeg(200, 150, seed=1))


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "GRACE_SECONDS", 0.3)


@pytest.fixture
def photographs(catalogue: SqliteCatalogue, server: Server) -> list[str]:
    """Twelve remote photographs of about `SIZE` bytes each, of two species; their ids."""
    for number in range(12):
        server.put(f"/{number}.jpg", body(jpeg(200, 150, seed=number)))
        photograph = Photograph(
            f"p{number:02}", "Acer" if number % 2 else "Rosa", url=server.url(f"/{number}.jpg")
        )
        catalogue.add([photograph])
    return [f"p{number:02}" for number in range(12)]


def files(home: Home) -> list[Path]:
    """The photographs, without the trash."""
    return [path for path in home.images.glob("[!.]*/*") if path.is_file()]


def cached(catalogue: SqliteCatalogue) -> set[str]:
    return {item.image_id for item in catalogue.all(Filter(state="cached"))}


def gigabytes(photographs: float) -> float:
    return photographs * SIZE * 1.02 / 1e9


def test_the_size_limit_is_never_exceeded_and_the_least_recently_used_is_removed_first(
    home: Home, catalogue: SqliteCatalogue, photographs: list[str], fetch_all: FetchAll
) -> None:
    fetch_all(limit=6)
    first = cached(catalogue)
    for number, image_id in enumerate(sorted(first)):
        found = catalogue.get(image_id)
        assert found is not None
        moment = time.time() - 1_000 + number
        os.utime(home.resolve(found.path), (moment, moment - 10_000))
    fetch_all(limit=2, cache_gigabytes=gigabytes(6), cache_low_water=0.7)
    assert sum(path.stat().st_size for path in files(home)) <= gigabytes(6) * 1e9
    kept = first & cached(catalogue)
    assert kept == set(sorted(first)[-len(kept) :])
    assert len(cached(catalogue) - first) == 2
    assert {home.resolve(item.path) for item in catalogue.all(Filter(state="cached"))} == set(
        files(home)
    )


def test_an_evicted_photograph_is_remote_again_and_can_be_fetched_again(
    home: Home, catalogue: SqliteCatalogue, photographs: list[str], fetch_all: FetchAll
) -> None:
    fetch_all(limit=6)
    fetch_all(limit=6, cache_gigabytes=gigabytes(6))
    assert 0 < len(cached(catalogue)) <= 6
    fetch_all()
    assert cached(catalogue) == set(photographs)


def test_a_reader_never_meets_a_missing_or_partial_file(
    home: Home, photographs: list[str], fetch_all: FetchAll
) -> None:
    ended, seen, problems = threading.Event(), [0], list[str]()

    def read_for_ever() -> None:
        with open_catalogue(home) as own:
            while not ended.is_set():
                for photograph in list(own.all(Filter(state="cached"))):
                    try:
                        read_rgb(home.resolve(photograph.path))
                        seen[0] += 1
                    except Exception as error:
                        problems.append(str(error))

    readers = [threading.Thread(target=read_for_ever) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(4):
            fetch_all(limit=6, cache_gigabytes=gigabytes(5), cache_low_water=0.5)
    finally:
        ended.set()
        for reader in readers:
            reader.join()
    assert not problems
    assert seen[0] > 20


def test_protected_photographs_stay_and_a_full_cache_is_reported(
    home: Home, catalogue: SqliteCatalogue, photographs: list[str], fetch_all: FetchAll
) -> None:
    fetch_all(limit=6)
    first = cached(catalogue)
    hashes = {item.sha256 for item in catalogue.all(Filter(state="cached"))}
    with pytest.raises(WorkFailed, match=r"is full\. Its photographs must stay"):
        fetch_all(protect=lambda: Protected(hashes), cache_gigabytes=gigabytes(6))
    assert cached(catalogue) == first
    told = DownloadControl(home).status()
    assert told is not None and "must stay" in told.note


def test_photographs_without_an_address_are_never_evicted(
    home: Home, catalogue: SqliteCatalogue, photographs: list[str], make_image: MakeImage,
    fetch_all: FetchAll,
) -> None:  # fmt: skip
    stored = ImageStore(home).keep(make_image("mine.jpg", 900, 700))
    catalogue.add(
        [Photograph("mine", "Rosa", path=stored.path, sha256=stored.sha256, state="cached")]
    )
    size = home.resolve(stored.path).stat().st_size
    fetch_all(cache_gigabytes=gigabytes(4) + size / 1e9)
    assert "mine" in cached(catalogue)
    assert home.resolve(stored.path).is_file()


def test_the_photographs_of_a_pinned_split_stay(
    home: Home, catalogue: SqliteCatalogue, photographs: list[str], fetch_all: FetchAll
) -> None:
    fetch_all(limit=6, order="round-robin")
    make_split(home, catalogue, SplitSettings(name="mine"))
    with open_download_store(home) as downloads:
        pin_split(downloads, "mine")
    kept = protection(home, catalogue)().sha256s
    assert len(kept) == 6
    with contextlib.suppress(WorkFailed):
        fetch_all(protect=protection(home, catalogue), cache_gigabytes=gigabytes(7))
    assert kept <= {item.sha256 for item in catalogue.all(Filter(state="cached"))}


def test_the_reserved_free_space_ends_a_download_cleanly(
    catalogue: SqliteCatalogue, server: Server, photographs: list[str], fetch_all: FetchAll
) -> None:
    with pytest.raises(WorkFailed, match=r"1,000 TB must stay free"):
        fetch_all(free_gigabytes=1e6)
    assert not server.requests
    assert not cached(catalogue)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A separate disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


def test_a_full_disk_ends_a_download_cleanly_and_it_resumes_with_free_space(
    small_disk: Path, server: Server, fetch_all: FetchAll, home: Home, catalogue: SqliteCatalogue
) -> None:
    home.images.symlink_to(small_disk / "images")
    (small_disk / "images").mkdir()
    filler = small_disk / "filler"
    filler.write_bytes(bytes(700_000))
    for number in range(20):
        server.put(f"/{number}.jpg", body(jpeg(400, 300, seed=number, quality=95)))
        catalogue.add([Photograph(f"p{number}", "Rosa", url=server.url(f"/{number}.jpg"))])
    with pytest.raises(WorkFailed, match=r"The disk .* Free some space"):
        fetch_all()
    assert not list((home.images / ".incoming").glob("*"))
    for photograph in catalogue.all(Filter(state="cached")):
        read_rgb(home.resolve(photograph.path))
    filler.unlink()
    before = len(cached(catalogue))
    assert fetch_all().successful == 20 - before


def test_the_trash_is_emptied_before_a_full_disk_ends_a_download(
    small_disk: Path, server: Server, fetch_all: FetchAll, home: Home, catalogue: SqliteCatalogue
) -> None:
    home.images.symlink_to(small_disk / "images")
    day = small_disk / "images" / ".trash" / "2999-01-01"
    day.mkdir(parents=True)
    (day / "old.jpg").write_bytes(bytes(700_000))
    for number in range(20):
        server.put(f"/{number}.jpg", body(jpeg(400, 300, seed=number, quality=95)))
        catalogue.add([Photograph(f"p{number}", "Rosa", url=server.url(f"/{number}.jpg"))])
    assert fetch_all().successful == 20
    assert not day.exists()


def test_errors_from_before_the_trash_freed_space_do_not_end_the_download(
    home: Home, catalogue: SqliteCatalogue
) -> None:
    day = home.images / ".trash" / "2999-01-01"
    day.mkdir(parents=True)
    (day / "old.jpg").write_bytes(b"old")
    settings = download_settings(home)
    with open_download_store(home) as downloads:
        room = DiskSpaceWatch(
            settings, Cache(home, settings, downloads), catalogue, nothing_protected
        )
        both = DiskFull("first"), DiskFull("second")
        for error in both:
            room.ran_out(error)
        assert not day.exists()
        with pytest.raises(DiskFull, match="third"):
            room.ran_out(DiskFull("third"))


def test_a_download_that_waits_for_space_says_so_and_resumes_by_itself(
    small_disk: Path, server: Server, fetch_all: FetchAll, home: Home, catalogue: SqliteCatalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(room_module, "_LOOK_AGAIN", 0.3)
    home.images.symlink_to(small_disk / "images")
    (small_disk / "images").mkdir()
    filler = small_disk / "filler"
    filler.write_bytes(bytes(900_000))
    for number in range(12):
        server.put(f"/{number}.jpg", body(jpeg(400, 300, seed=number, quality=95)))
        catalogue.add([Photograph(f"p{number}", "Rosa", url=server.url(f"/{number}.jpg"))])
    told: list[str] = []

    def make_room_when_it_waits() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            status = DownloadControl(home).status()
            if status and status.phase == "paused":
                told.append(status.why)
                break
            time.sleep(0.05)
        filler.unlink()

    helper = threading.Thread(target=make_room_when_it_waits)
    helper.start()
    summary = fetch_all(wait_for_room=True)
    helper.join()
    assert summary.successful == 12
    assert "The download waits until there is space." in told[0]


def test_rows_whose_file_is_missing_or_truncated_are_fetched_again(
    home: Home, catalogue: SqliteCatalogue, server: Server, photographs: list[str],
    fetch_all: FetchAll,
) -> None:  # fmt: skip
    fetch_all()
    gone, cut, *others = files(home)
    gone.unlink()
    os.truncate(cut, 100)
    asked = len(server.requests)
    summary = fetch_all()
    assert (summary.successful, summary.fetched) == (2, 2)
    assert len(server.requests) == asked + 2
    assert gone.is_file() and cut.stat().st_size > 100 and others


def test_files_whose_row_was_lost_get_it_back_automatically(
    home: Home, catalogue: SqliteCatalogue, server: Server, photographs: list[str],
    fetch_all: FetchAll,
) -> None:  # fmt: skip
    fetch_all()
    asked = len(server.requests)
    catalogue.mark_remote([item.sha256 for item in catalogue.all()])
    summary = fetch_all()
    assert (summary.successful, summary.requests) == (12, 0)
    assert len(server.requests) == asked
    assert cached(catalogue) == set(photographs)


def test_a_file_that_was_never_downloaded_is_kept_regardless_of_age_and_name(
    home: Home, photographs: list[str], fetch_all: FetchAll
) -> None:
    fetch_all()
    unknown = home.images / "ab" / f"{'ab' * 32}.jpg"
    unfinished = home.images / ".incoming" / "tmp123"
    for path in (unknown, unfinished):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"who am I")
    past = time.time() - 10 * reconcile_module.STRAY_SECONDS
    os.utime(unknown, (past, past))
    summary = fetch_all()
    assert unknown.read_bytes() == b"who am I"
    assert not unfinished.exists()
    assert (summary.removed, summary.strays) == (0, 0)


def test_an_unmounted_disk_does_not_empty_the_catalogue(
    home: Home, catalogue: SqliteCatalogue, photographs: list[str], fetch_all: FetchAll
) -> None:
    fetch_all()
    home.images.rename(home.data / "elsewhere")
    with pytest.raises(WorkFailed, match=r"12 photographs are missing .* Is the disk mounted"):
        fetch_all()
    assert cached(catalogue) == set(photographs)


def test_a_home_without_downloads_is_not_modified(tmp_path: Path) -> None:
    home = open_home(tmp_path / "other")
    with open_catalogue(home) as catalogue:
        assert protection(home, catalogue)().sha256s == set()
