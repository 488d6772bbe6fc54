"""The class map: one list with a fingerprint; a different list is rejected."""

import json
from pathlib import Path

import pytest

from engine.errors import BadInput, ClassMapMismatch
from engine.split.classes import ClassMap, read_classes, require_same

CLASSES = ClassMap(("Acer campestre", "Rosa × härdii"))


def test_a_class_map_is_read_back(tmp_path: Path) -> None:
    CLASSES.write(tmp_path / "classes.json")
    again = read_classes(tmp_path / "classes.json")
    assert again == CLASSES
    assert again.fingerprint == CLASSES.fingerprint
    assert again.labels == {"Acer campestre": 0, "Rosa × härdii": 1}
    assert len(again) == 2


@pytest.mark.parametrize(
    "other",
    [("Rosa × härdii", "Acer campestre"), ("Acer campestre",), ("Acer", "campestre Rosa × härdii")],
)
def test_another_order_or_list_has_another_fingerprint(other: tuple[str, ...]) -> None:
    assert ClassMap(other).fingerprint != CLASSES.fingerprint


def test_a_changed_list_is_rejected(tmp_path: Path) -> None:
    CLASSES.write(tmp_path / "classes.json")
    content = json.loads((tmp_path / "classes.json").read_text())
    content["species"].reverse()
    (tmp_path / "classes.json").write_text(json.dumps(content))
    with pytest.raises(ClassMapMismatch, match="Make the split again"):
        read_classes(tmp_path / "classes.json")


@pytest.mark.parametrize("text", ["[]", "{}", '{"species": [1]}', '{"species": "a"}', "{"])
def test_an_invalid_class_map_is_rejected(tmp_path: Path, text: str) -> None:
    (tmp_path / "classes.json").write_text(text)
    with pytest.raises(BadInput, match=r"classes\.json"):
        read_classes(tmp_path / "classes.json")


def test_a_duplicate_species_is_rejected(tmp_path: Path) -> None:
    ClassMap(("a", "a")).write(tmp_path / "classes.json")
    with pytest.raises(BadInput, match="lists a species twice"):
        read_classes(tmp_path / "classes.json")


def test_different_maps_are_rejected_and_equal_maps_pass() -> None:
    require_same(CLASSES, CLASSES.fingerprint, "here")
    with pytest.raises(ClassMapMismatch, match=r"^The checkpoint was made with another class map"):
        require_same(CLASSES, ClassMap(("a", "b")), "The checkpoint")
