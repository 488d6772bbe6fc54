"""WebDataset: shards of tar files."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from engine.catalogue.importers import IMPORTERS
from engine.catalogue.readers import web_dataset
from engine.errors import BadInput
from tests.catalogue.readers.conftest import extra_of, reasons
from tests.catalogue.readers.test_image_parquet import picture


def shard(file: Path, entries: dict[str, bytes | str], mode: str = "w") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, mode) as made:  # type: ignore[call-overload]
        for name, content in entries.items():
            data = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            made.addfile(entry, io.BytesIO(data))
    return file


ABOUT = {
    "scientific_name": "Rosa canina",
    "license": "CC-BY",
    "author": "Ana",
    "observation_id": 17,
    "url": "https://a.org/1.jpg",
    "lat": 1.5,
    "organ": "leaf",
}


def test_samples_of_several_shards_are_imported(tmp_path: Path, take, photograph_of, catalogue):
    folder = tmp_path / "plants"
    entries = {"./x/0001.jpg": picture(0), "./x/0001.json": json.dumps(ABOUT)}
    entries |= {"./x/0001.seg.png": b"mask", "./x/0002.cls": "1", "./x/0002.jpg": picture(1)}
    shard(folder / "train-000000.tar", entries)
    shard(folder / "test" / "0.tar.gz", {"a.jpeg": picture(2), "a.txt": "Acer campestre"}, "w:gz")
    (folder / "classes.txt").write_text("Acer campestre\nBellis perennis\n")
    assert IMPORTERS["webdataset"].recognises(folder)
    assert IMPORTERS["webdataset"].recognises(folder / "train-000000.tar")
    report = take("webdataset", folder)
    assert (report.added, report.refused) == (3, 0)
    rose = photograph_of("Rosa")
    assert (rose.license, rose.observer, rose.observation_id) == ("CC-BY", "Ana", "17")
    assert (rose.url, rose.state, rose.source) == ("https://a.org/1.jpg", "cached", "plants")
    assert extra_of(rose) == {"latitude": 1.5, "organ": "leaf", "part": "train"}
    assert extra_of(photograph_of("Bellis")) == {"part": "train"}
    assert extra_of(photograph_of("Acer")) == {"part": "test"}
    before = list(catalogue.all())
    assert take("webdataset", folder).known == 3
    assert list(catalogue.all()) == before


def test_samples_that_cannot_be_read_are_refused(
    tmp_path: Path, take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_dataset, "LARGEST_PICTURE", 20_000)
    entries: dict[str, bytes | str] = {
        "1.jpg": picture(0),
        "1.cls": "4",
        "2.json": json.dumps(ABOUT),
        "3.jpg": picture(1),
        "3.json": "{",
        "4.jpg": b"x" * 30_000,
        "4.cls": "Rosa canina",
        "5.jpg": b"no picture",
        "5.cls": "Rosa canina",
        "6.jpg": picture(2),
        "6.txt": "A photograph of a rose in the garden",
    }
    report = take("webdataset", shard(tmp_path / "a.tar", entries))
    assert report.added == 0
    found = reasons(report)
    assert "5.jpg" in found.pop("a.tar 5")
    assert found == {
        "a.tar 1": "Its class is a number, and no names of classes are given.",
        "a.tar 2": "It has no picture.",
        "a.tar 3": "Its JSON cannot be read.",
        "a.tar 4": "It is larger than 500 MB.",
        "a.tar 6": "It has no species name.",
    }


def test_a_shard_that_breaks_off_does_not_stop_the_others(tmp_path: Path, take) -> None:
    for name in ("a.tar", "b.tar"):
        pairs = {f"{name}{n}": n for n in range(3)}
        entries: dict[str, bytes | str] = {}
        for number, seed in enumerate(pairs.values()):
            entries |= {f"{number}.jpg": picture(seed + 10 * (name == "b.tar"))}
            entries |= {f"{number}.cls": "Rosa canina"}
        shard(tmp_path / "d" / name, entries)
    first = tmp_path / "d" / "a.tar"
    first.write_bytes(first.read_bytes()[:2_000])
    report = take("webdataset", tmp_path / "d")
    assert report.added == 3
    assert "It breaks off" in reasons(report)["a.tar"]


def test_a_tar_of_folders_is_no_web_dataset(tmp_path: Path, take) -> None:
    file = shard(tmp_path / "a.tar", {"Rosa_canina/1.jpg": picture(0)})
    assert not IMPORTERS["webdataset"].recognises(file)
    (tmp_path / "b.tar").write_bytes(b"no tar")
    assert not IMPORTERS["webdataset"].recognises(tmp_path / "b.tar")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=r"no \.tar files"):
        take("webdataset", tmp_path / "empty")
