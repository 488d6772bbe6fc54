"""What folders mean: which of them names the species, and when that must be asked."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from engine.catalogue.folder_import import import_folder
from engine.catalogue.folder_layout import AmbiguousFolder, described, understand_folder
from engine.catalogue.sqlite import SqliteCatalogue
from engine.errors import BadInput
from engine.images.store import ImageStore

Lay = Callable[[Iterable[str]], Path]
PLANTNET = "05729_Plantae_Tracheophyta_Magnoliopsida_Apiales_Apiaceae_Angelica_archangelica"


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Lays empty files into a folder: only their names are read here."""

    def run(names: Iterable[str]) -> Path:
        for name in names:
            file = tmp_path / "collection" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        return tmp_path / "collection"

    return run


def species_of(folder: Path, layout: str = "") -> dict[str, int]:
    found = understand_folder(folder, layout).photographs
    return dict(Counter(one.name.species for one in found))


@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "valid"), ("train",)])
def test_parts_of_a_split_are_no_species(lay: Lay, names: tuple[str, ...]) -> None:
    folder = lay(f"{part}/{name}/1.jpg" for part in names for name in ("Rosa canina", "Acer"))
    found = understand_folder(folder)
    assert (found.layout, found.species) == ("parts", ["Acer", "Rosa canina"])
    assert set(found.parts) <= {"train", "val", "test"}
    assert len(found.parts) == len(names)


def test_parts_may_be_inside_the_species(lay: Lay) -> None:
    folder = lay(f"{name}/{part}/1.jpg" for part in ("train", "test") for name in ("Rosa", "Acer"))
    found = understand_folder(folder)
    assert (found.species, found.parts) == (["Acer", "Rosa"], {"train": 2, "test": 2})


def test_a_species_that_is_called_train_can_be_insisted_on(lay: Lay) -> None:
    folder = lay(["train/Acer/1.jpg", "val/Acer/1.jpg"])
    assert species_of(folder, "flat") == {"train": 1, "val": 1}


def test_parts_beside_other_folders_are_asked_about(lay: Lay) -> None:
    folder = lay(["train/Acer/1.jpg", "val/Acer/1.jpg", "more/Acer/1.jpg"])
    with pytest.raises(AmbiguousFolder, match="train, val beside other folders such as more") as e:
        understand_folder(folder)
    assert e.value.choices == ("parts", "flat")
    assert understand_folder(folder, "parts").parts == {"more": 1, "train": 1, "val": 1}


def test_ranks_inside_one_another_have_their_species_in_the_innermost_folder(lay: Lay) -> None:
    names = ["Apple/Pink-Lady", "Apple/Granny-Smith", "Pear/Kaiser", "Banana"]
    folder = lay(f"Fruit/{name}/1.jpg" for name in names)
    assert species_of(folder) == dict.fromkeys(("Pink-Lady", "Granny-Smith", "Kaiser", "Banana"), 1)
    assert understand_folder(folder).layout == "nested"


def test_genus_and_epithet_give_the_species_and_the_family_is_kept(lay: Lay) -> None:
    names = ("Rosaceae/Rosa/canina", "Rosaceae/Rubus/idaeus", "Fagaceae/Quercus/robur")
    found = understand_folder(lay(f"{name}/1.jpg" for name in names)).photographs
    told = {(one.name.species, one.name.genus, one.name.family) for one in found}
    assert ("Rosa canina", "Rosa", "Rosaceae") in told
    assert ("Quercus robur", "Quercus", "Fagaceae") in told


def test_views_and_years_inside_a_species_belong_to_it(lay: Lay) -> None:
    folder = lay(
        ["Acer/leaf/1.jpg", "Acer/flower/2.jpg", "Rosa canina/2024/3.jpg", "Rosa canina/4.jpg"]
    )
    assert species_of(folder) == {"Acer": 2, "Rosa canina": 2}


def test_the_same_folders_inside_every_species_belong_to_it(lay: Lay) -> None:
    folder = lay(f"{name}/{site}/1.jpg" for name in ("Acer", "Rosa") for site in ("north", "south"))
    assert species_of(folder) == {"Acer": 2, "Rosa": 2}


@pytest.mark.parametrize(
    "names", [["Acer/1.jpg", "Acer/red/2.jpg"], ["Acer/red/1.jpg", "Acer/x/1.jpg", "Rosa/x/1.jpg"]]
)
def test_folders_that_could_be_either_are_asked_about(lay: Lay, names: list[str]) -> None:
    folder = lay(names)
    with pytest.raises(AmbiguousFolder, match="species of Acer/red is unclear: Acer or red") as e:
        understand_folder(folder)
    assert e.value.choices == ("flat", "nested")
    assert "red" in species_of(folder, "nested")
    assert "red" not in species_of(folder, "flat")


def test_names_of_iNaturalists_competition_hold_the_species_last(lay: Lay) -> None:  # noqa: N802
    folder = lay([f"train/{PLANTNET}/1.jpg"])
    (found,) = understand_folder(folder).photographs
    assert found.name == ("Angelica archangelica", "Angelica", "Apiaceae")
    assert found.part == "train"


def test_numbers_before_all_names_are_left_out(lay: Lay) -> None:
    folder = lay(["001.Rosa_canina/1.jpg", "002.Acer_campestre/1.jpg"])
    assert set(species_of(folder)) == {"Rosa_canina", "Acer_campestre"}


@pytest.mark.parametrize("given", ["", "images", "images/train"])
@pytest.mark.parametrize(
    "table",
    [
        {"1355868": "Lactuca virosa", "1355920": "Pelargonium capitatum", "7": "Acer"},
        {"Lactuca virosa": 1355868, "Pelargonium capitatum": 1355920},
        {"categories": [{"id": 1355868, "name": "Lactuca virosa"},
                        {"id": 1355920, "name": "Pelargonium capitatum"}]},
    ],
)  # fmt: skip
def test_numbers_are_translated_by_the_file_beside_them(
    lay: Lay, tmp_path: Path, given: str, table: object
) -> None:
    folder = lay(
        f"images/{part}/{number}/1.jpg"
        for part in ("train", "val")
        for number in (1355868, 1355920)
    )
    names = folder / "plantnet300K_species_id_2_name.json"
    names.write_text(json.dumps(table))
    (folder / "metadata.json").write_text(json.dumps({"a": {"species": "b"}}))
    found = understand_folder(folder / given)
    assert found.species == ["Lactuca virosa", "Pelargonium capitatum"]
    assert found.names_file == names.resolve()
    assert "The names come from plantnet300K_species_id_2_name.json." in described(found)


def test_numbers_that_nothing_translates_are_asked_about(lay: Lay) -> None:
    folder = lay(["images/17/1.jpg", "images/18/1.jpg"])
    (folder / "other.json").write_text('{"17": "Acer"}')
    with pytest.raises(AmbiguousFolder, match="are numbers") as caught:
        understand_folder(folder)
    assert caught.value.choices == ("numbered",)
    assert species_of(folder, "numbered") == {"17": 1, "18": 1}


def test_two_files_that_translate_differently_are_asked_about(lay: Lay) -> None:
    folder = lay(["1/1.jpg"])
    (folder / "a.json").write_text('{"1": "Acer"}')
    (folder / "b.json").write_text('["Bellis", "Rosa"]')
    with pytest.raises(AmbiguousFolder, match=r"a\.json, b\.json"):
        understand_folder(folder)


def test_one_class_is_one_species_unless_its_folder_says_nothing(lay: Lay) -> None:
    assert species_of(lay(["Rosa canina/1.jpg"])) == {"Rosa canina": 1}


@pytest.mark.parametrize("name", ["jpg/1.jpg", "1.jpg", "train/1.jpg", "train/images/1.jpg"])
def test_photographs_in_folders_that_say_nothing_are_asked_about(lay: Lay, name: str) -> None:
    folder = lay([name])
    with pytest.raises(AmbiguousFolder) as caught:
        understand_folder(folder)
    assert "single" in caught.value.choices
    assert species_of(folder, "single") == {"collection": 1}


def test_what_was_understood_is_said(lay: Lay) -> None:
    folder = lay([f"train/{name}/1.jpg" for name in "ABCDEF"] + ["val/A/2.jpg", "cover.jpg"])
    assert described(understand_folder(folder)) == [
        "Layout parts: Folders such as train, val and test, with a folder per species in each.",
        "7 photographs of 6 species: A, B, C, D, E, …",
        "Parts: train 6, val 1. All are imported.",
        "1 photograph is in no folder of a species and is not imported.",
    ]


def test_an_unknown_layout_is_refused_with_those_there_are(lay: Lay) -> None:
    with pytest.raises(BadInput, match=r"no layout round\. Layouts: flat, nested, parts"):
        understand_folder(lay(["Acer/1.jpg"]), "round")


def test_parts_and_nested_ranks_reach_the_catalogue(
    catalogue: SqliteCatalogue, store: ImageStore, tmp_path: Path, make_image
) -> None:
    for seed, name in enumerate(("train/Rosaceae/Rosa/canina", "test/Rosaceae/Rubus/idaeus")):
        make_image(f"{name}/1.jpg", seed=seed)
    make_image("cover.jpg", seed=9)
    report = import_folder(catalogue, tmp_path / "pictures", store.keep)
    assert (report.added, report.refused) == (2, 1)
    assert str(report.refusals[0]) == "It is in no folder of a species."
    assert {(one.species, one.family) for one in catalogue.all()} == {
        ("Rosa canina", "Rosaceae"),
        ("Rubus idaeus", "Rosaceae"),
    }
    assert {json.loads(one.extra)["part"] for one in catalogue.all()} == {"train", "test"}
