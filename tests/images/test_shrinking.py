"""Small copies of photographs, made once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from engine.catalogue.folder_import import import_folder
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.images.shrinking import shrink
from engine.images.shrunk import Original, ShrunkStore
from engine.images.store import ImageStore, StoredImage
from engine.locks import exclusive
from tests.conftest import MakeImage, Mount, freeze

PROJECT = Path(__file__).resolve().parents[2]
SIDE = 64


@pytest.fixture
def large(store: ImageStore, make_image: MakeImage) -> StoredImage:
    return store.keep(make_image("large.jpg", width=400, height=300, quality=95))


def test_the_short_side_of_the_jpeg_copy_is_the_requested_one(
    home: Home, large: StoredImage
) -> None:
    shrunk = shrink(home, {large.sha256: large.path}, SIDE, processes=1)
    assert (shrunk.made, shrunk.small, shrunk.known) == (1, 0, 0)
    store = ShrunkStore(home, SIDE)
    with Image.open(store.file(large.sha256)) as copy:
        assert (copy.format, copy.size) == ("JPEG", (85, 64))
        with Image.open(home.resolve(large.path)) as original:
            expected = original.resize(copy.size, Image.Resampling.BOX)
        difference = np.asarray(copy, np.float32) - np.asarray(expected, np.float32)
    assert np.abs(difference).mean() < 3
    assert store.find([large.sha256]) == {large.sha256: Original(400, 300)}


def test_an_upright_photograph_is_copied_upright(
    home: Home, store: ImageStore, make_image: MakeImage
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = store.keep(make_image("held.jpg", width=400, height=300, exif=exif))
    shrink(home, {kept.sha256: kept.path}, SIDE, processes=1)
    copies = ShrunkStore(home, SIDE)
    with Image.open(copies.file(kept.sha256)) as copy:
        assert copy.size == (64, 85)
        assert not copy.getexif()
    assert copies.find([kept.sha256])[kept.sha256] == Original(300, 400)


def test_small_photographs_are_left_unchanged_and_known_ones_are_skipped(
    home: Home, large: StoredImage, store: ImageStore, make_image: MakeImage
) -> None:
    small = store.keep(make_image("small.jpg", width=80, height=64, seed=1))
    paths = {kept.sha256: kept.path for kept in (large, small)}
    heard: list[tuple[int, int]] = []
    shrunk = shrink(home, paths, SIDE, 2, lambda done, total, _: heard.append((done, total)))
    assert (shrunk.made, shrunk.small) == (1, 1)
    assert (heard[0], heard[-1]) == ((0, 2), (2, 2))
    assert not ShrunkStore(home, SIDE).file(small.sha256).exists()
    assert shrink(home, paths, SIDE, processes=1).known == 2
    assert shrink(home, paths, 2 * SIDE, processes=1).made == 1, "each side is a store of its own"


def test_unreadable_photographs_are_named_and_tried_again(
    home: Home, large: StoredImage, tmp_path: Path
) -> None:
    whole = home.resolve(large.path).read_bytes()
    home.resolve(large.path).write_bytes(whole[:2000])
    (tmp_path / "outside.jpg").write_bytes(whole)
    paths = {large.sha256: large.path, "a" * 64: "gone.jpg", "b" * 64: "../outside.jpg"}
    shrunk = shrink(home, paths, SIDE, processes=1)
    assert shrunk.made == 0
    assert "is damaged" in str(shrunk.unreadable[large.sha256])
    assert "does not exist" in str(shrunk.unreadable["a" * 64])
    assert "leads out of the home" in str(shrunk.unreadable["b" * 64])
    home.resolve(large.path).write_bytes(whole)
    assert shrink(home, paths, SIDE, processes=1).made == 1


def test_a_second_process_waits_for_the_first_and_may_give_up(home: Home) -> None:
    class GivenUpError(Exception):
        pass

    def give_up(done: int, total: int, note: object) -> None:
        assert str(note).startswith("Waiting")
        raise GivenUpError

    with exclusive(home.shrunk / str(SIDE) / "lock"), pytest.raises(GivenUpError):
        shrink(home, {"a" * 64: "a.jpg"}, SIDE, 1, give_up)
    assert shrink(home, {}, SIDE, 1).made == 0


def test_a_damaged_index_is_reported_with_a_remedy(home: Home) -> None:
    index = home.shrunk / str(SIDE) / "index.sqlite"
    index.parent.mkdir(parents=True)
    index.write_bytes(b"no database at all, but long enough to look like one " * 40)
    with pytest.raises(Exception, match="delete that folder"):
        ShrunkStore(home, SIDE).find(["a" * 64])


@pytest.mark.slow
def test_a_killed_shrinking_leaves_no_process_and_resumes(
    home: Home, catalogue: SqliteCatalogue, tmp_path: Path, make_image: MakeImage
) -> None:
    for number in range(60):
        make_image(f"meadow/{number}.png", width=640, height=480, seed=number)
    import_folder(catalogue, tmp_path / "pictures", ImageStore(home).keep)
    hashes = [item.sha256 for item in catalogue.all(Filter(state="cached"))]
    command = [sys.executable, "-m", "engine", "shrink", "--home", str(home.root)]
    command += ["--side", str(SIDE), "--processes", "2", "--json"]
    first = subprocess.Popen(command, cwd=PROJECT)
    store, until = ShrunkStore(home, SIDE), time.monotonic() + 60
    while not store.find(hashes):
        assert time.monotonic() < until
        time.sleep(0.01)
    workers = psutil.Process(first.pid).children(recursive=True)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert not psutil.wait_procs(workers, timeout=60)[1], "the killed job left processes behind"
    known = len(store.find(hashes))
    assert 0 < known < 60
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout.splitlines()[-1])
    assert answer == {"made": 60 - known, "small": 0, "known": known, "failed": 0}
    assert len(list((home.shrunk / str(SIDE)).glob("*/*.jpg"))) == 60


def test_a_missing_split_is_named(home: Home) -> None:
    from engine.commands.images import shrink_photographs

    with pytest.raises(BadInput, match="no split none"):
        shrink_photographs(split="none", home=home.root)


def test_a_read_only_home_is_reported_in_one_sentence(
    home: Home, large: StoredImage, mounted: Mount
) -> None:
    freeze(mounted, home.root)
    with pytest.raises(WorkFailed, match=r"\(Read-only file system\)\. Make room"):
        shrink(home, {large.sha256: large.path}, SIDE, processes=1)
