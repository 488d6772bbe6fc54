"""Find the photographs on which two presets disagree."""

from engine.catalogue.sqlite import SqliteCatalogue
from engine.crop.box import Box
from engine.crop.disagreement import most_disagreement
from engine.crop.finder import Crop
from engine.crop.presets import CENTRE, CLASSIC, FAST
from engine.crop.store import CropStore
from engine.home import Home


def test_the_squares_that_overlap_least_come_first(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    photographs = list(small_catalogue.all())[:3]
    store = CropStore(home)
    for photograph, side in zip(photographs, (40, 10, 20), strict=True):
        store.keep(photograph.sha256, FAST, Crop(Box(0, 0, 40, 40)))
        store.keep(photograph.sha256, CLASSIC, Crop(Box(0, 0, side, side)))
    store.close()
    found = most_disagreement(home, photographs, (FAST, CLASSIC), 2)
    assert found == [(photographs[1], 1 / 16), (photographs[2], 1 / 4)]


def test_missing_crops_are_found_and_stored_and_unreadable_photographs_left_out(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    photographs = list(small_catalogue.all())[:3]
    home.resolve(photographs[0].path).write_bytes(b"")
    told: list[int] = []
    found = most_disagreement(
        home, photographs, (CLASSIC, CENTRE), 9, lambda done, total, note: told.append(done)
    )
    assert {item.image_id for item, _ in found} == {item.image_id for item in photographs[1:]}
    assert CropStore(home).find(photographs[1].sha256, CLASSIC) is not None
    assert told == [1, 2, 3]
