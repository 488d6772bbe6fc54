"""Unreadable photographs during training."""

from pathlib import Path

import pytest
import torch

from engine.augment.transforms import ValTransform
from engine.crop.presets import CENTRE
from engine.errors import WorkFailed
from engine.files import read_json, write_json
from engine.home import Home
from engine.language.current import language_set
from engine.language.message import Message, message
from engine.settings.augmentation import ValAugmentation
from engine.split.folder import SplitLine
from engine.training.data.dataset import Batch, PhotoDataset
from engine.training.data.unreadable import UnreadablePhotos


def _dataset(home: Home, count: int) -> PhotoDataset:
    lines = [SplitLine(str(i), f"{i}.jpg", "", "Rosa", 0, "", "", "") for i in range(count)]
    return PhotoDataset(home, lines, CENTRE, ValTransform(ValAugmentation()))


def _batch(*unreadable: int) -> Batch:
    nothing = torch.empty(0, dtype=torch.int64)
    return Batch(nothing, nothing, nothing, {i: _empty(i) for i in unreadable})


def _empty(number: int) -> Message:
    return message("{file} is empty.", file=f"{number}.jpg")


def test_a_few_are_listed_and_tolerated(home: Home, tmp_path: Path) -> None:
    unreadable_photos = UnreadablePhotos(tmp_path / "unreadable.json")
    dataset = _dataset(home, 20)
    for index in (3, 7, 3, 11):
        unreadable_photos.take("train", dataset, _batch(index))
    listed = read_json(tmp_path / "unreadable.json")
    assert [item["path"] for item in listed] == ["3.jpg", "7.jpg", "11.jpg"]
    assert listed[0] == {
        "part": "train",
        "path": "3.jpg",
        "reason": "3.jpg is empty.",
        "message": _empty(3).record(),
    }


def test_the_reason_is_told_in_the_readers_language(home: Home, tmp_path: Path) -> None:
    with pytest.raises(WorkFailed) as caught:
        UnreadablePhotos(tmp_path / "unreadable.json").take("val", _dataset(home, 1), _batch(0))
    with language_set("es"):
        assert str(caught.value).endswith("0.jpg: el archivo está vacío.")


def test_a_list_of_an_earlier_version_is_read(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "unreadable.json"
    write_json(file, [{"part": "train", "path": "3.jpg", "reason": "3.jpg is empty."}])
    UnreadablePhotos(file).take("train", _dataset(home, 20), _batch(7))
    assert [item["reason"] for item in read_json(file)] == ["3.jpg is empty.", "7.jpg is empty."]


def test_more_than_a_tenth_of_a_per_cent_ends_the_run(home: Home, tmp_path: Path) -> None:
    unreadable_photos = UnreadablePhotos(tmp_path / "unreadable.json")
    dataset = _dataset(home, 5000)
    unreadable_photos.take("train", dataset, _batch(*range(5)))
    with pytest.raises(WorkFailed, match=r"6 of 5,000 train photographs"):
        unreadable_photos.take("train", dataset, _batch(5))


def test_a_part_without_readable_photographs_ends_the_run(home: Home, tmp_path: Path) -> None:
    with pytest.raises(WorkFailed, match="2 of 2 "):
        UnreadablePhotos(tmp_path / "unreadable.json").take("val", _dataset(home, 2), _batch(0, 1))


def test_too_many_from_an_earlier_attempt_end_the_next_one_too(home: Home, tmp_path: Path) -> None:
    dataset = _dataset(home, 100)
    for _ in range(2):
        with pytest.raises(WorkFailed, match="4 of 100 "):
            UnreadablePhotos(tmp_path / "unreadable.json").take(
                "train", dataset, _batch(0, 1, 2, 3)
            )


def test_a_repaired_photograph_is_removed_from_the_list(home: Home, tmp_path: Path) -> None:
    dataset = _dataset(home, 100)
    UnreadablePhotos(tmp_path / "unreadable.json").take("train", dataset, _batch(0, 1, 2))
    images, labels = torch.empty(2, 3, 1, 1, dtype=torch.uint8), torch.zeros(2)
    read = Batch(images, labels, torch.tensor([1, 7]))
    UnreadablePhotos(tmp_path / "unreadable.json").take("train", dataset, read)
    listed = read_json(tmp_path / "unreadable.json")
    assert [item["path"] for item in listed] == ["0.jpg", "2.jpg"]


def test_findings_of_an_earlier_attempt_still_count(home: Home, tmp_path: Path) -> None:
    dataset = _dataset(home, 100)
    UnreadablePhotos(tmp_path / "unreadable.json").take("train", dataset, _batch(0, 1, 2))
    with pytest.raises(WorkFailed):
        UnreadablePhotos(tmp_path / "unreadable.json").take("train", dataset, _batch(3))
