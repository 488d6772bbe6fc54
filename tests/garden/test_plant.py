"""Drawing a garden to disk: always the same bytes, and nothing drawn twice."""

import json
from pathlib import Path

import cv2
import pytest

from engine.garden.draw import draw
from engine.garden.plan import Planting, plan_garden
from engine.garden.plant import draw_all, plant_garden


def handful() -> list[Planting]:
    small = [p for p in plan_garden() if p.width * p.height <= 640 * 480]
    return small[::66]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("garden")
    draw_all(handful(), folder, workers=1)
    return folder


def test_one_worker_and_two_write_the_same_bytes(planted: Path, tmp_path: Path) -> None:
    draw_all(handful(), tmp_path, workers=2)
    assert contents(tmp_path) == contents(planted)


def test_every_photograph_is_a_jpeg_of_its_planned_size_with_its_box(planted: Path) -> None:
    boxes = json.loads((planted / "boxes.json").read_text())
    assert list(boxes) == sorted(p.file for p in handful())
    for planting in handful():
        picture = cv2.imread(str(planted / planting.file))
        assert picture is not None
        assert picture.shape == (planting.height, planting.width, 3)
    first = handful()[0]
    assert boxes[first.file] == list(draw(first).box)


def test_only_missing_photographs_are_drawn_again(planted: Path) -> None:
    before = contents(planted)
    times = {p.file: (planted / p.file).stat().st_mtime_ns for p in handful()}
    lost = handful()[1].file
    (planted / lost).unlink()
    seen: list[tuple[int, int]] = []
    draw_all(handful(), planted, lambda done, total, note: seen.append((done, total)), workers=1)
    total = len(handful())
    assert seen == [(total - 1, total), (total, total)]
    assert contents(planted) == before
    changed = {f for f, time in times.items() if (planted / f).stat().st_mtime_ns != time}
    assert changed == {lost}


def test_a_photograph_without_its_box_is_drawn_again(planted: Path) -> None:
    before = contents(planted)
    (planted / "boxes.json").write_text("{torn")
    draw_all(handful(), planted, workers=2)
    assert contents(planted) == before


@pytest.mark.slow
def test_the_whole_garden_is_drawn_and_another_seed_replaces_it(tmp_path: Path) -> None:
    plantings = plant_garden(tmp_path)
    boxes = json.loads((tmp_path / "boxes.json").read_text())
    assert set(boxes) == {p.file for p in plantings}
    first = contents(tmp_path)
    calls: list[int] = []
    plant_garden(tmp_path, report=lambda done, total, note: calls.append(done))
    assert calls == [len(plantings)]
    assert contents(tmp_path) == first
    plant_garden(tmp_path, seed=8)
    second = contents(tmp_path)
    assert second.keys() == first.keys()
    assert all(second[file] != first[file] for file in boxes)
