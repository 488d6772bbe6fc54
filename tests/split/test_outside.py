"""Parts of a split that another project made, in every shape that occurs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.errors import BadInput, ClassMapMismatch
from engine.files import read_json, sha256_of
from engine.home import Home
from engine.split.adopting import adopt, region_of
from engine.split.check import check_split
from engine.split.folder import SplitFolder, read_part
from engine.split.known import KnownPhotographs
from engine.split.outside import Outside, read_outside
from tests.training.small import COLOURS

SPECIES = sorted(COLOURS)
Row = dict[str, Any]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of another project, with photographs of three species outside the home."""
    folder = tmp_path / "project"
    chance = np.random.default_rng(1)
    for part, count in (("train", 4), ("val", 2)):
        for species in SPECIES:
            for number in range(count):
                file = folder / "images" / species / f"{part}{number}.jpg"
                file.parent.mkdir(parents=True, exist_ok=True)
                pixels = np.array(COLOURS[species]) + chance.normal(0, 25, (40, 50, 3))
                Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file)
    return folder


def rows_of(project: Path, part: str, place: str, label: str) -> list[Row]:
    """The rows of a part: `place` is the key of the photograph, `label` how its class is named."""
    rows = []
    for number, species in enumerate(SPECIES):
        for file in sorted((project / "images" / species).glob(f"{part}*.jpg")):
            relative = file.relative_to(project).as_posix()
            row: Row = {place: address_of(file) if "url" in place else relative}
            match label:
                case "name":
                    row["label"] = species
                case "number":
                    row["label"] = number
                case "both":
                    row |= {"class_idx": number, "latin_name": species, "common_name": "plant"}
                case "species":
                    row["species"] = species.replace(" ", "_")
            rows.append(row)
    return rows


def address_of(file: Path) -> str:
    return f"https://example.org/{file.parent.name.replace(' ', '-')}/{file.name}?width=400"


def write(project: Path, part: str, rows: list[Row]) -> Path:
    file = project / "data" / f"dataset_{part}.jsonl"
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def catalogued(home: Home, project: Path) -> None:
    """Put the photographs into the catalogue, with addresses that differ in the size."""
    photographs = []
    for number, file in enumerate(sorted((project / "images").rglob("*.jpg"))):
        kept = home.images / f"{number}.jpg"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(file.read_bytes())
        photographs.append(
            Photograph(
                image_id=f"p{number}",
                species=file.parent.name,
                url=address_of(file).replace("https", "http").replace("400", "90"),
                path=home.relative(kept),
                sha256=sha256_of(kept),
                state="cached",
            )
        )
    with open_catalogue(home) as catalogue:
        catalogue.add(photographs)


@pytest.fixture
def read(home: Home, project: Path) -> Callable[..., Outside]:
    """Read the rows of train and val, with changes by part."""

    def outside(
        place: str = "path", label: str = "both", region: str | None = None, **rows: list[Row]
    ) -> Outside:
        files = {
            part: write(project, part, rows.get(part) or rows_of(project, part, place, label))
            for part in ("train", "val")
        }
        return read_outside(home, files, region, KnownPhotographs(home))

    return outside


def wrong(outside: Outside) -> list[str]:
    return [str(finding.detail) for finding in outside.findings if not finding.ok]


@pytest.mark.parametrize("label", ["name", "number", "absent", "both", "species"])
@pytest.mark.parametrize("place", ["path", "file", "image", "url", "image_url"])
def test_every_shape_becomes_a_split_that_passes_the_check(
    home: Home, project: Path, read: Callable[..., Outside], place: str, label: str
) -> None:
    if "url" in place:
        catalogued(home, project)
        if label == "absent":
            with pytest.raises(BadInput, match=r"Line 1 of .*train\.jsonl names no class"):
                read(place, label)
            return
    outside = read(place, label)
    names = ("class 0", "class 1", "class 2") if label == "number" else tuple(SPECIES)
    assert outside.classes.species == names
    assert {part: len(lines) for part, lines in outside.lines.items()} == {"train": 12, "val": 6}
    assert wrong(outside) == []
    folder = adopt(home, outside)
    assert [finding for finding in check_split(folder) if finding.ok is False] == []
    for part in ("train", "val"):
        for line in read_part(folder.part(part)):
            assert sha256_of(home.resolve(line.path)) == line.sha256
            assert outside.classes.species[line.label] == line.species
    assert adopt(home, outside) == folder, "the same rows are the same split"


def test_photographs_outside_the_home_stay_where_they_are(
    home: Home, project: Path, read: Callable[..., Outside]
) -> None:
    folder = adopt(home, read())
    (link,) = home.linked.iterdir()
    assert link.resolve() == project / "images"
    line = read_part(folder.part("val"))[0]
    assert home.resolve(line.path).resolve() == project / "images" / SPECIES[0] / "val0.jpg"


def test_classes_keep_the_order_of_their_numbers(
    project: Path, read: Callable[..., Outside]
) -> None:
    rows = {part: rows_of(project, part, "path", "both") for part in ("train", "val")}
    for row in [*rows["train"], *rows["val"]]:
        row["class_idx"] = 7 - row["class_idx"]
    del rows["val"][0]["latin_name"], rows["val"][0]["common_name"]
    outside = read(**rows)
    assert outside.classes.species == tuple(reversed(SPECIES))
    assert outside.lines["val"][0].species == SPECIES[0], "named by another row of its number"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"class_idx": 2}, "Two class maps: "),
        (
            {"latin_name": "Acer campestre"},
            "Two class maps: 0 is Malva sylvestris",
        ),
    ],
)
def test_two_class_maps_are_named(
    project: Path, read: Callable[..., Outside], change: Row, sentence: str
) -> None:
    rows = rows_of(project, "val", "path", "both")
    rows[0] |= change
    with pytest.raises(ClassMapMismatch) as caught:
        read(val=rows)
    assert sentence in str(caught.value)
    assert "dataset_val.jsonl" in str(caught.value)


def test_a_species_of_validation_alone_is_named(
    project: Path, read: Callable[..., Outside]
) -> None:
    rows = rows_of(project, "val", "path", "name")
    rows[0]["label"] = "Acer campestre"
    (sentence,) = wrong(read(label="name", val=rows))
    assert sentence.startswith("1 species of validation is not in train: Acer campestre.")


def test_twins_are_found_by_address_by_path_and_by_bytes(
    home: Home, project: Path, read: Callable[..., Outside]
) -> None:
    train = rows_of(project, "train", "path", "both")
    val = rows_of(project, "val", "path", "both")
    train[0]["image_url"] = "http://www.example.org/a.jpg?w=90"
    val[0]["image_url"] = "https://www.example.org/a.jpg?w=1024"
    val[1]["path"] = train[1]["path"]
    copied = project / "images" / "copy.jpg"
    copied.write_bytes((project / train[2]["path"]).read_bytes())
    val[2] |= {"path": "images/copy.jpg", "class_idx": 0, "latin_name": SPECIES[0]}
    (sentence,) = wrong(read(train=train, val=val))
    assert sentence.startswith("3 of 6 validation photographs are also in train")
    assert "Same address: 1, same path: 1, same bytes: 1." in sentence


def test_addresses_alone_are_no_twins(read: Callable[..., Outside]) -> None:
    outside = read(place="url", label="both")
    assert wrong(outside) == []
    assert {line.path for lines in outside.lines.values() for line in lines} == {""}


def test_a_repeated_row_is_left_out_and_counted(
    project: Path, read: Callable[..., Outside]
) -> None:
    rows = rows_of(project, "train", "image_url", "both")
    again = [row | {"image_url": row["image_url"].replace("400", "800")} for row in rows[:5]]
    outside = read(place="image_url", train=[*rows, *again])
    assert (len(outside.lines["train"]), outside.repeated) == (12, 5)
    assert wrong(outside) == []
    again[0] |= {"class_idx": 1, "latin_name": SPECIES[1]}
    (sentence,) = wrong(read(place="image_url", train=[*rows, *again]))
    assert sentence.startswith("1 photograph is listed with several species: https://example.org")


def test_a_region_selects_rows_and_is_in_the_manifest(
    home: Home, project: Path, read: Callable[..., Outside]
) -> None:
    rows = {part: rows_of(project, part, "path", "both") for part in ("train", "val")}
    for row in [*rows["train"], *rows["val"]]:
        row["region"] = "EU_SW" if row["class_idx"] < 2 else "EU_NORTH"
    outside = read(region="EU_SW", **rows)
    assert outside.classes.species == tuple(SPECIES[:2])
    folder = adopt(home, outside)
    assert region_of(folder) == "EU_SW"
    assert read_json(folder.manifest)["parts"]["train"] == {"images": 8, "species": 2}
    with pytest.raises(BadInput, match=r"No row of .* is of the region OTHER"):
        read(region="OTHER", **rows)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"label": "Rosa"}\n', "Line 1 of .* names no photograph"),
        ('{"url": "https://example.org/a.jpg"}\n', "Line 1 of .* names no class"),
        ("[1]\n", "Line 1 of .* is not a JSON object"),
        ('\ufeff{"path": "a/b.jpg"}\n{"path"\n', "Line 2 of .* is not a JSON object"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(
    home: Home, project: Path, text: str, sentence: str
) -> None:
    files = {"train": write(project, "train", []), "val": write(project, "val", [])}
    files["train"].write_text(text)
    with pytest.raises(BadInput, match=sentence):
        read_outside(home, files, None, KnownPhotographs(home))


def test_reading_creates_nothing_in_the_home(home: Home, read: Callable[..., Outside]) -> None:
    before = sorted(home.root.rglob("*"))
    read(place="url")
    assert sorted(home.root.rglob("*")) == before


def test_a_changed_row_is_another_split(
    home: Home, project: Path, read: Callable[..., Outside]
) -> None:
    first = adopt(home, read())
    second = adopt(home, read(val=rows_of(project, "val", "path", "both")[1:]))
    assert isinstance(first, SplitFolder) and first != second
