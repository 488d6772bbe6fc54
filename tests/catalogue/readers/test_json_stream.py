"""Reading large JSON files value by value."""

import json
from pathlib import Path

import pytest

from engine.catalogue.readers import json_stream
from engine.catalogue.readers.json_stream import json_members
from engine.errors import BadInput

VALUE = {
    "info": {"year": 2021},
    "images": [{"id": 1, "latitude": 2.5, "name": "a\u00e9\\ud83c"}, {"id": 22}],
    "none": [],
    "version": 1.25,
    "text": 'quote " and ]}',
}


@pytest.mark.parametrize("block", [1, 2, 7, 1000])
def test_arrays_come_element_by_element_wherever_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(json_stream, "_BLOCK", block)
    path = tmp_path / "a.json"
    for text in (json.dumps(VALUE), json.dumps(VALUE, indent=1, ensure_ascii=False)):
        path.write_text(text)
        assert list(json_members(path)) == [
            ("info", VALUE["info"]),
            ("images", VALUE["images"][0]),
            ("images", VALUE["images"][1]),
            ("version", 1.25),
            ("text", VALUE["text"]),
        ]
        assert dict(json_members(path, within=False)) == VALUE


def test_nan_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"images": [{"latitude": NaN}]}')
    ((_, image),) = json_members(path)
    assert image["latitude"] != image["latitude"]


DAMAGED = ["", "[1]", '{"a": 1', '{"a" 1}', '{"a": [1, 2', '{"a": [1 2]}', "{1: 2}", "\xff"]
NESTED = ["[" * 100_000, '{"a":' * 100_000]


@pytest.mark.parametrize("text", [*DAMAGED, *NESTED])
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(BadInput, match=r"a.json is not valid JSON"):
        list(json_members(path))


def test_a_value_that_never_ends_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "_LARGEST_VALUE", 1000)
    monkeypatch.setattr(json_stream, "_BLOCK", 100)
    path = tmp_path / "a.json"
    path.write_text('{"a": "' + "x" * 100_000)
    with pytest.raises(BadInput, match="not valid JSON"):
        list(json_members(path))
