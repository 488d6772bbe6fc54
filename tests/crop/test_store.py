"""Crops are found once and stored by photograph and preset."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.crop.presets import CENTRE, CLASSIC
from engine.crop.store import CropStore
from engine.errors import WorkFailed
from engine.home import Home
from engine.language.current import language_set
from engine.language.message import message

PROJECT = Path(__file__).resolve().parents[2]
FOUND = Crop(Box(10, 20, 300, 300), Box(50, 60, 200, 190), "", 0.625, "wide")
FALLBACK = Crop(
    Box(0, 0, 400, 400),
    reason=message("nothing exceeds the threshold of {threshold:.0%}", threshold=0.5),
    choice="centre",
)


@pytest.fixture
def crops(home: Home) -> Iterator[CropStore]:
    opened = CropStore(home)
    yield opened
    opened.close()


def test_a_crop_is_read_back_unchanged(crops: CropStore) -> None:
    crops.keep("a" * 64, CLASSIC, FOUND)
    crops.keep("b" * 64, CLASSIC, FALLBACK)
    assert crops.find("a" * 64, CLASSIC) == FOUND
    assert crops.find("b" * 64, CLASSIC) == FALLBACK


def test_a_stored_reason_is_translated_and_an_old_one_is_shown_unchanged(
    crops: CropStore,
) -> None:
    old = Crop(Box(0, 0, 9, 9), reason="only specks are salient", choice="centre")
    crops.keep_many({"new": FALLBACK, "old": old}, CLASSIC)
    found = crops.find_many(["new", "old"], CLASSIC)
    with language_set("es"):
        assert str(found["new"].reason) == "nada supera el umbral de 50\N{NO-BREAK SPACE}%"
    assert str(found["old"].reason) == old.reason


def test_a_crop_that_was_never_stored_is_not_found(crops: CropStore) -> None:
    assert crops.find("a" * 64, CLASSIC) is None
    assert crops.find_many([], CLASSIC) == {}


def test_each_preset_has_its_own_crops_regardless_of_its_name(crops: CropStore) -> None:
    crops.keep("a", CLASSIC, FOUND)
    assert crops.find("a", CENTRE) is None
    assert crops.find("a", CLASSIC.model_copy(update={"padding": 0.3})) is None
    assert crops.find("a", CLASSIC.model_copy(update={"name": "other"})) == FOUND


def test_a_newer_crop_replaces_an_older_one(crops: CropStore) -> None:
    crops.keep("a", CLASSIC, FOUND)
    crops.keep("a", CLASSIC, FALLBACK)
    assert crops.find("a", CLASSIC) == FALLBACK


def test_thousands_are_stored_and_found_at_once(crops: CropStore) -> None:
    many = {f"{number:064}": Crop(Box(number, 0, 9, 9)) for number in range(3000)}
    crops.keep_many(many, CLASSIC)
    assert crops.find_many([*many, "unknown"], CLASSIC) == many


def test_crops_persist_after_the_store_is_closed(home: Home, crops: CropStore) -> None:
    crops.keep("a", CLASSIC, FOUND)
    crops.close()
    assert CropStore(home).find("a", CLASSIC) == FOUND


def test_two_processes_write_concurrently(home: Home) -> None:
    script = """
import sys
from pathlib import Path
from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.crop.presets import CLASSIC
from engine.crop.store import CropStore
from engine.home import open_home
store = CropStore(open_home(Path(sys.argv[1])))
for number in range(200):
    store.keep(f"{sys.argv[2]}-{number}", CLASSIC, Crop(Box(number, 0, 5, 5)))
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(home.root), name], cwd=PROJECT)
        for name in ("one", "two")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    wanted = [f"{name}-{number}" for name in ("one", "two") for number in range(200)]
    assert len(CropStore(home).find_many(wanted, CLASSIC)) == 400


def test_a_damaged_file_is_reported_in_a_sentence_with_a_remedy(home: Home) -> None:
    home.crops.write_bytes(b"no database at all" * 100)
    store = CropStore(home)
    for use in (
        lambda: store.find("a", CLASSIC),
        lambda: store.keep("a", CLASSIC, FOUND),
    ):
        with pytest.raises(WorkFailed, match=r"crops\.sqlite cannot be used: .*delete it.*\.$"):
            use()
