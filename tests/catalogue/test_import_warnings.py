"""Warnings about a guess whose result looks wrong."""

from pathlib import Path
from typing import Any

import pytest

from engine.catalogue.folder_layout import understand_folder
from engine.catalogue.import_warnings import warnings_of_folder, warnings_of_rows
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.mongo_import import preview_documents
from engine.catalogue.table_import import preview_table
from engine.catalogue.table_mapping import look_at_table
from tests.catalogue.tables import write
from tests.conftest import MakeImage

NAMES = ["Rosa canina", "Acer campestre", "Bellis perennis"]


def rows(species: list[str], most: int = 30) -> list[dict[str, Any]]:
    return [
        {"species": species[n % len(species)], "url": f"https://e.org/{n}.jpg"} for n in range(most)
    ]


def warned(tmp_path: Path, given: list[dict[str, Any]]) -> list[str]:
    """The warnings of a table with these rows, in English."""
    table = write(tmp_path / "t.jsonl", given)
    look = look_at_table(table)
    found = preview_table(table, look, look.guess, len(look.sample.rows))
    return [str(one) for one in warnings_of_rows(found)]


def test_a_good_table_gives_no_warning(tmp_path: Path) -> None:
    assert warned(tmp_path, rows(NAMES)) == []


@pytest.mark.parametrize(
    ("species", "sentences"),
    [
        (
            ["Rosa", "Acer", "Bellis perennis"],
            ["Most names of species have one word only, such as Rosa. They may be genera or "
             "common names."],
        ),
        (
            ["taxon 17", "n02119789", "Acer"],
            ["Most names of species contain digits, such as Taxon 17. They may be identifiers."],
        ),
        (["Rosa canina"], ["The first 30 photographs all have the species Rosa canina."]),
    ],
)  # fmt: skip
def test_odd_names_are_warned_of(tmp_path: Path, species: list[str], sentences: list[str]) -> None:
    assert warned(tmp_path, rows(species)) == sentences


def test_more_than_nine_tenths_refused_are_warned_of(tmp_path: Path) -> None:
    gone = [{"species": NAMES[n % 3], "path": f"pictures/{n}.jpg"} for n in range(30)]
    (found,) = warned(tmp_path, gone)
    assert found.startswith(
        "Of the first 30 photographs, 30 would be refused. The most frequent reason: "
    )
    assert found.endswith("pictures/0.jpg does not exist.")
    assert warned(tmp_path, gone[:27] + rows(NAMES, 3)) == []


def test_a_folder_with_one_class_is_warned_of(tmp_path: Path, make_image: MakeImage) -> None:
    for number in range(20):
        make_image(f"plants/rose/{number}.png")
    (folder,) = tmp_path.rglob("plants")
    assert [str(one) for one in warnings_of_folder(understand_folder(folder))] == [
        "Most names of species have one word only, such as rose. They may be genera or common "
        "names.",
        "The first 20 photographs all have the species rose.",
    ]
    single = warnings_of_folder(understand_folder(folder / "rose", "single"))
    assert not any("all have" in str(one) for one in single)


def test_documents_are_judged_as_an_import_would_take_them() -> None:
    documents = [{"_id": n, "name": f"plant-{n}", "links": [{"url": ""}]} for n in range(9)]
    mapping = MappingSettings(photographs="links", species="name", url="links.url")
    found = preview_documents(documents, mapping, 100)
    assert [str(one) for one in warnings_of_rows(found)] == [
        "Of the first 9 photographs, 9 would be refused. The most frequent reason: It has neither "
        "a path nor a url."
    ]
