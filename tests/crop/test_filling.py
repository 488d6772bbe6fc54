"""Find the crops of a whole catalogue: in parallel, resumable after any interruption."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.catalogue.folder_import import import_folder
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.crop.filling import Source, fill
from engine.crop.finder import find_crop_in
from engine.crop.presets import CENTRE, CLASSIC
from engine.crop.store import CropStore
from engine.errors import BadInput
from engine.home import Home
from engine.images.store import ImageStore

PROJECT = Path(__file__).resolve().parents[2]


def sources_of(catalogue: SqliteCatalogue) -> list[Source]:
    return [Source(item.sha256, item.path) for item in catalogue.all(Filter(state="cached"))]


def test_every_photograph_gets_the_same_crop_as_by_itself(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    sources = sources_of(small_catalogue)
    heard: list[tuple[int, int]] = []
    filled = fill(home, sources, CLASSIC, 2, lambda done, total, note: heard.append((done, total)))
    assert (filled.found, filled.known, filled.unreadable) == (12, 0, {})
    assert heard[0] == (0, 12)
    assert heard[-1] == (12, 12)
    found = CropStore(home).find_many([source.sha256 for source in sources], CLASSIC)
    for source in sources:
        assert found[source.sha256] == find_crop_in(home.resolve(source.path), CLASSIC)


def test_known_crops_are_skipped_and_unreadable_photographs_are_recorded(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    sources = sources_of(small_catalogue)
    broken = home.resolve(sources[0].path)
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    home.resolve(sources[1].path).unlink()
    filled = fill(home, sources, CLASSIC, 1)
    assert filled.found == 10
    assert set(filled.unreadable) == {source.sha256 for source in sources[:2]}
    assert CropStore(home).unreadable(CLASSIC) == filled.unreadable
    assert str(filled.unreadable[sources[1].sha256]).endswith("does not exist.")

    broken.write_bytes(whole)
    again = fill(home, sources, CLASSIC, 1)
    assert (again.found, again.known) == (1, 10)
    assert set(CropStore(home).unreadable(CLASSIC)) == {sources[1].sha256}


def test_the_centre_needs_no_computation(home: Home) -> None:
    with pytest.raises(BadInput, match="keeps the centre"):
        fill(home, [], CENTRE, 1)


@pytest.mark.slow
def test_a_killed_fill_leaves_no_process_and_resumes(
    home: Home, catalogue: SqliteCatalogue, tmp_path: Path, make_image
) -> None:
    for number in range(50):
        make_image(f"meadow/{number}.png", width=640, height=480, seed=number)
    import_folder(catalogue, tmp_path / "pictures", ImageStore(home).keep)
    command = [sys.executable, "-m", "engine", "crop", "fill", "--home", str(home.root)]
    command += ["--preset", "classic", "--processes", "2", "--json"]
    first = subprocess.Popen(command, cwd=PROJECT)
    store, until = CropStore(home), time.monotonic() + 60
    while not store.known(CLASSIC):
        assert time.monotonic() < until
        time.sleep(0.02)
    workers = psutil.Process(first.pid).children(recursive=True)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert not psutil.wait_procs(workers, timeout=60)[1], "the killed fill left processes behind"
    known = len(store.known(CLASSIC))
    assert 0 < known < 50
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout.splitlines()[-1])
    assert (answer["images"], answer["known"], answer["failed"]) == (50 - known, known, 0)
    assert len(store.known(CLASSIC)) == 50
