"""COCO's JSON, as the iNaturalist competition of 2021 writes it."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.catalogue.importers import IMPORTERS
from engine.errors import BadInput
from tests.catalogue.readers.conftest import extra_of, reasons

ANGELICA = "05729_Plantae_Tracheophyta_Magnoliopsida_Apiales_Apiaceae_Angelica_archangelica"
ROSE = "06000_Plantae_Tracheophyta_Magnoliopsida_Rosales_Rosaceae_Rosa_canina"


def category(number: int, folder: str) -> dict[str, Any]:
    _, kingdom, phylum, kind, order, family, genus, epithet = folder.split("_")
    return {
        "id": number,
        "name": f"{genus} {epithet}",
        "common_name": "a plant",
        "supercategory": "Plants",
        "kingdom": kingdom,
        "phylum": phylum,
        "class": kind,
        "order": order,
        "family": family,
        "genus": genus,
        "specific_epithet": epithet,
        "image_dir_name": folder,
    }


def image(number: int, name: str) -> dict[str, Any]:
    return {
        "id": number,
        "width": 500,
        "height": 375,
        "file_name": name,
        "license": 0,
        "rights_holder": "Ana García",
        "date": "2018-07-02 15:15:00+00:00",
        "latitude": 43.5,
        "longitude": -116.1,
        "location_uncertainty": None,
    }


def dataset(images: list[dict[str, Any]], pairs: list[tuple[int, int]]) -> dict[str, Any]:
    return {
        "info": {"year": 2021},
        "images": images,
        "categories": [category(5729, ANGELICA), category(6000, ROSE)],
        "annotations": [
            {"id": n, "image_id": number, "category_id": kind}
            for n, (number, kind) in enumerate(pairs)
        ],
        "licenses": [{"id": 0, "name": "CC BY-NC", "url": "http://a.org"}],
    }


@pytest.fixture
def root(tmp_path: Path, make_image) -> Path:
    files = (f"train_mini/{ANGELICA}/a.jpg", f"train_mini/{ROSE}/b.jpg", f"val/{ROSE}/c.jpg")
    for number, name in enumerate(files):
        make_image(tmp_path / "inat" / name, seed=number)
    return tmp_path / "inat"


def test_the_json_gives_species_family_licence_author_date_and_place(
    root: Path, take, photograph_of, catalogue
) -> None:
    images = [image(7, f"train_mini/{ANGELICA}/a.jpg"), image(8, f"train_mini/{ROSE}/b.jpg")]
    images[1] |= {"latitude": float("nan"), "longitude": float("nan"), "license": 5}
    (root / "train_mini.json").write_text(json.dumps(dataset(images, [(7, 5729), (8, 6000)])))
    assert IMPORTERS["coco"].recognises(root)
    assert IMPORTERS["coco"].recognises(root / "train_mini.json")
    report = take("coco", root)
    # No JSON covers val; its folders have the names.
    assert (report.added, report.refused) == (3, 0)
    one = photograph_of("Angelica")
    assert (one.species, one.genus, one.family) == (
        "Angelica archangelica",
        "Angelica",
        "Apiaceae",
    )
    assert (one.license, one.attribution, one.width) == ("CC BY-NC", "Ana García", 64)
    assert extra_of(one) == {
        "observed_on": "2018-07-02 15:15:00+00:00",
        "latitude": 43.5,
        "longitude": -116.1,
        "part": "train",
    }
    roses = {extra_of(one)["part"]: one for one in catalogue.all() if "Rosa" in one.species}
    assert extra_of(roses["train"]) == {
        "observed_on": "2018-07-02 15:15:00+00:00",
        "part": "train",
    }
    assert roses["train"].license == ""
    assert (roses["val"].family, roses["val"].attribution) == ("Rosaceae", "")
    before = list(catalogue.all())
    assert take("coco", root).known == 3
    assert list(catalogue.all()) == before


def test_folders_without_json_are_read_by_their_names(root: Path, take, catalogue) -> None:
    assert IMPORTERS["coco"].recognises(root)
    assert IMPORTERS["coco"].recognises(root / "val")
    assert take("coco", root / "val").added == 1
    (one,) = catalogue.all()
    assert (one.species, one.family) == ("Rosa canina", "Rosaceae")


def test_images_that_cannot_be_named_or_found_are_refused(root: Path, take, catalogue) -> None:
    images = [image(n, f"val/{ROSE}/{n}.jpg") for n in range(5)]
    images[0]["file_name"] = images[1]["file_name"] = f"val/{ROSE}/c.jpg"
    images[4] |= {"coco_url": "http://images.cocodataset.org/val2017/4.jpg"}
    images += [image(5, "../outside.jpg")]
    (root.parent / "outside.jpg").write_bytes((root / "val" / ROSE / "c.jpg").read_bytes())
    pairs = [(1, 6000), (1, 5729), (2, 6000), (3, 1), (4, 6000), (5, 6000)]
    file = root / "val.json"
    file.write_text(json.dumps(dataset(images, pairs)))
    report = take("coco", file)
    assert reasons(report) == {
        f"val.json val/{ROSE}/c.jpg": "It has annotations of several categories.",
        f"val.json val/{ROSE}/2.jpg": f"val/{ROSE}/2.jpg does not exist.",
        f"val.json val/{ROSE}/3.jpg": "No category has the number 1.",
        "val.json ../outside.jpg": "../outside.jpg does not exist.",
    }
    assert report.refused == 5
    (one,) = catalogue.all()
    assert (one.url, one.state) == ("http://images.cocodataset.org/val2017/4.jpg", "remote")


def test_plain_coco_with_annotations_in_a_folder(tmp_path: Path, make_image, take, catalogue):
    make_image(tmp_path / "c" / "val2017" / "1.jpg")
    value = dataset([{"id": 1, "file_name": "1.jpg"}], [(1, 3), (1, 3)])
    value["categories"] = [{"id": 3, "name": "daisy", "supercategory": "flower"}]
    (tmp_path / "c" / "annotations").mkdir()
    (tmp_path / "c" / "annotations" / "instances_val2017.json").write_text(json.dumps(value))
    assert take("coco", tmp_path / "c").added == 1
    (one,) = catalogue.all()
    assert (one.species, extra_of(one)) == ("daisy", {"part": "val"})


def test_hidden_names_and_files_without_categories(root: Path, take) -> None:
    value = dataset([image(1, f"val/{ROSE}/c.jpg")], [(1, 6000)])
    value["categories"] = [{"id": 6000, "name": "6000"}]
    (root / "val.json").write_text(json.dumps(value))
    assert "Its class is a number" in next(iter(reasons(take("coco", root / "val.json")).values()))
    (root / "val.json").write_text(json.dumps(value | {"categories": []}))
    with pytest.raises(BadInput, match="no categories"):
        take("coco", root / "val.json")
    other = root / "other.json"
    other.write_text('{"type": "FeatureCollection", "images": 3}')
    assert not IMPORTERS["coco"].recognises(other)
