"""Which importer reads a path: each format is recognised by one, and only by it."""

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.catalogue.importers import IMPORTERS
from engine.catalogue.recognition import importer_for, importers_for
from engine.errors import BadInput
from tests.catalogue.readers.test_coco import ANGELICA, dataset, image
from tests.catalogue.readers.test_darwin_core import META, SIMPLE
from tests.catalogue.readers.test_image_parquet import picture, write
from tests.catalogue.readers.test_inaturalist_tables import HEADERS
from tests.catalogue.readers.test_web_dataset import shard


def darwin_core(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as made:
        made.writestr("meta.xml", META)
    return folder / "a.zip"


def simple(folder: Path) -> Path:
    (folder / "0001.csv").write_text(SIMPLE)
    return folder / "0001.csv"


def plantnet(folder: Path) -> Path:
    (folder / "images" / "train" / "1355868").mkdir(parents=True)
    (folder / "plantnet300K_species_id_2_name.json").write_text('{"1355868": "Lactuca virosa"}')
    (folder / "plantnet300K_metadata.json").write_text("{}")
    return folder


def image_folder(folder: Path) -> Path:
    (folder / "train").mkdir()
    (folder / "train" / "metadata.jsonl").write_text('{"file_name": "1.jpg", "label": "a"}\n')
    return folder


def image_parquet(folder: Path) -> Path:
    images = [{"bytes": picture(0), "path": "a.jpg"}]
    write(folder / "data" / "train-0-of-1.parquet", {"image": images, "label": ["a b"]})
    return folder


def web_dataset(folder: Path) -> Path:
    shard(folder / "train-0.tar", {"1.jpg": b"", "1.cls": "1"})
    return folder


def coco(folder: Path) -> Path:
    (folder / "train.json").write_text(json.dumps(dataset([image(1, "a.jpg")], [(1, 5729)])))
    return folder


def taxon_folders(folder: Path) -> Path:
    (folder / "train_mini" / ANGELICA).mkdir(parents=True)
    return folder


def inaturalist_tables(folder: Path) -> Path:
    for name, header in HEADERS.items():
        content = ("\t".join(header.split()) + "\n").encode()
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(content))
    return folder


def flowers(folder: Path) -> Path:
    (folder / "jpg").mkdir()
    (folder / "imagelabels.mat").write_bytes(b"")
    return folder


def species_folders(folder: Path) -> Path:
    (folder / "Rosa canina").mkdir()
    return folder


def table(folder: Path) -> Path:
    (folder / "a.csv").write_text("species,url\nRosa canina,https://a.org/1.jpg\n")
    return folder / "a.csv"


SAMPLES: list[tuple[Callable[[Path], Path], str]] = [
    (darwin_core, "darwin-core"),
    (simple, "darwin-core"),
    (plantnet, "plantnet"),
    (image_folder, "image-folder"),
    (image_parquet, "image-parquet"),
    (web_dataset, "webdataset"),
    (coco, "coco"),
    (taxon_folders, "coco"),
    (inaturalist_tables, "inaturalist-tables"),
    (flowers, "flowers-102"),
    (species_folders, "folder"),
    (table, "table"),
]


@pytest.mark.parametrize(("make", "name"), SAMPLES, ids=lambda one: getattr(one, "__name__", one))
def test_each_format_is_recognised_by_its_importer_alone(
    tmp_path: Path, make: Callable[[Path], Path], name: str
) -> None:
    path = make(tmp_path)
    assert importers_for(path) == [name]
    assert importer_for(path) == name


def test_several_importers_are_named(tmp_path: Path) -> None:
    plantnet(tmp_path)
    coco(tmp_path)
    with pytest.raises(BadInput) as refused:
        importer_for(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path} can be read in several ways. Choose one of plantnet (Pl@ntNet-300K), "
        "coco (COCO, iNaturalist 2021)."
    )


DAMAGED = """
    a.zip a.csv a.tar a.tgz a.json a.parquet meta.xml photos.csv.gz metadata.jsonl metadata.csv
    metadata.parquet imagelabels.mat
"""


def test_an_unknown_format_and_a_missing_path_are_explained(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK")
    with pytest.raises(BadInput, match=r"format of .* is not known. Choose one of folder, table"):
        importer_for(tmp_path / "a.docx")
    with pytest.raises(BadInput, match="does not exist"):
        importer_for(tmp_path / "b")


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 600, b"PK\x03\x04", b"{", b"\x1f\x8b\x08", b"PAR1"]
)
@pytest.mark.parametrize("name", DAMAGED.split())
def test_recognising_never_raises(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    for path in (file, tmp_path, tmp_path / "missing", Path("/dev/null")):
        for importer in IMPORTERS.values():
            if importer.recognises is not None:
                assert importer.recognises(path) in (True, False)


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    for name in ("a.zip", "a.tar", "a.json", "a.csv", "meta.xml", "metadata.csv", "photos.csv"):
        os.mkfifo(tmp_path / name)
    for path in (*tmp_path.iterdir(), tmp_path):
        for importer in IMPORTERS.values():
            assert importer.recognises is None or not importer.recognises(path)
