"""One judgement of columns: tables, documents, arrays and rows know the same names and values."""

from pathlib import Path
from typing import Any

import pytest

from engine.catalogue.array_guessing import guess_array, guess_collection
from engine.catalogue.documents import summarise_fields
from engine.catalogue.fields import IMPORTED
from engine.catalogue.guessing import guess_mapping
from engine.catalogue.readers.row_fields import photograph_in
from engine.catalogue.record import Photograph
from engine.catalogue.source_columns import NAMES, is_image_address
from engine.catalogue.table_mapping import columns_of
from engine.errors import BadInput
from tests.catalogue.tables import write

VALUES = {
    "image_id": "p{}", "species": "Rosa canina", "genus": "Rosa", "family": "Rosaceae",
    "source": "herbarium", "url": "https://e.org/{}.jpg", "path": "pictures/{}.jpg",
    "observation_id": "o{}", "observer": "Ada", "license": "CC0", "attribution": "Ada, CC0",
}  # fmt: skip
NAMED = [(field, name) for field in IMPORTED for name in NAMES[field]]


def records(field: str, name: str) -> list[dict[str, Any]]:
    """Three photographs with this field under this name, and what else a photograph needs."""
    needed = {one: VALUES[one] for one in ("species", "url") if one != field}
    given = {**needed, name: VALUES[field]}
    return [{key: text.format(number) for key, text in given.items()} for number in range(3)]


@pytest.mark.parametrize(("field", "name"), NAMED)
def test_every_name_is_understood_in_tables_documents_arrays_and_rows(
    tmp_path: Path, field: str, name: str
) -> None:
    rows = records(field, name)
    assert columns_of(write(tmp_path / "t.jsonl", rows)).mapping.path_of(field) == name
    assert guess_mapping(rows).path_of(field) == name
    seen = summarise_fields([{"photos": [row]} for row in rows])
    if field not in ("species", "genus", "family"):
        assert guess_array(seen, "photos").path_of(field) == f"photos.{name}"
    made = photograph_in(rows[1], "data")
    assert isinstance(made, Photograph)
    if field not in ("image_id", "path"):
        assert getattr(made, field) == VALUES[field].format(1)


def test_an_array_whose_addresses_have_the_name_of_a_file_is_found() -> None:
    documents = [
        {
            "species": "Rosa canina",
            "images": [{"url": f"https://e.org/{n}.jpg", "license": "CC0"}],
            "fotos": [{"imagen": f"https://other.org/{n}.jpg"}],
        }
        for n in range(5)
    ]
    mapping = guess_collection(documents)
    assert mapping.photographs == "images"
    assert [one.path_of("url") for one in mapping.arrays] == ["fotos.imagen"]


def test_the_number_of_a_licence_in_an_array_is_no_licence() -> None:
    documents = [
        {"species": "Rosa canina", "photos": [{"url": f"https://e.org/{n}.jpg", "license": 3}]}
        for n in range(5)
    ]
    assert guess_collection(documents).path_of("license") == ""
    assert guess_array(summarise_fields(documents), "photos").path_of("license") == ""


def test_pages_in_an_array_are_no_photographs() -> None:
    photos = [{"url": "https://www.inaturalist.org/photos/7", "large_url": "https://e.org/7.jpg"}]
    seen = summarise_fields([{"photos": photos}])
    assert guess_array(seen, "photos").path_of("url") == "photos.large_url"


@pytest.mark.parametrize("label", ["class", "clase"])
def test_a_class_beside_an_order_is_no_species(tmp_path: Path, label: str) -> None:
    row = {label: "Magnoliopsida", "order": "Rosales", "url": "https://e.org/1.jpg"}
    with pytest.raises(BadInput, match="has no species column"):
        columns_of(write(tmp_path / "t.csv", [row]))
    numbered = row | {label: "Rosa canina", "order": "1"}
    table = write(tmp_path / "t.csv", [numbered])
    assert columns_of(table).mapping.path_of("species") == label
    assert photograph_in(row, "data", "Acer campestre") != photograph_in(numbered, "data")


@pytest.mark.parametrize(
    ("address", "is_image"),
    [
        ("https://e.org/a.JPG?width=3", True),
        ("https://e.org/view?file=a.png", True),
        ("https://live.staticflickr.com/1/234_b", True),
        ("https://e.org/a", False),
        ("https://[broken", False),
        ("a.jpg", False),
    ],
)
def test_addresses_of_images_are_known_by_ending_or_provider(address: str, is_image: bool) -> None:
    assert is_image_address(address) is is_image
