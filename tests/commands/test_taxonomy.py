"""The taxonomy commands on one home, from the table to the undo."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.cli import command_line
from engine.errors import BadInput
from engine.home import Home
from tests.taxonomy.tables import write_wcvp

SPECIES = ("Rosa dumetorum", "Rosa canina L.", "Rosa canena", "Senecio jacobaea", "Zea mays")


@pytest.fixture
def run(catalogue: SqliteCatalogue, home: Home) -> Any:
    """run("taxonomy", "propose") -> the JSON that the command printed."""
    catalogue.add(Photograph(name, name, family="x") for name in SPECIES)

    def invoke(*words: str, as_json: bool = True) -> Any:
        command = [*words, *(["--json"] if as_json else []), "--home", str(home.root)]
        ended = CliRunner().invoke(command_line(command), command, catch_exceptions=False)
        return json.loads(ended.stdout.splitlines()[-1]) if as_json else ended.stdout

    return invoke


def test_a_table_is_added_and_proposals_are_accepted_and_undone(
    run: Any, catalogue: SqliteCatalogue, tmp_path: Path
) -> None:
    added = run("taxonomy", "add", str(write_wcvp(tmp_path / "wcvp_names.csv")), "--version", "v14")
    assert (added["shape"], added["version"], added["names"]) == ("wcvp", "v14", 21)
    found = run("taxonomy", "propose")
    assert {one["old"]: one["state"] for one in found["proposals"]} == {
        "Rosa canina L.": "certain",
        "Rosa dumetorum": "certain",
        "Rosa canena": "doubtful",
        "Senecio jacobaea": "ambiguous",
    }
    assert found["unknown"] == ["Zea mays"]
    changes = run("taxonomy", "accept", "--all")["changes"]
    changes += run("taxonomy", "accept", "Rosa canena")["changes"]
    changes += run("taxonomy", "accept", "Senecio jacobaea", "--to", "Jacobaea vulgaris")["changes"]
    assert catalogue.count_by("species") == {
        "Rosa canina": 3,
        "Jacobaea vulgaris": 1,
        "Zea mays": 1,
    }
    undone = run("curate", "undo", *map(str, changes))
    assert [change["number"] for change in undone] == sorted(changes, reverse=True)
    assert set(catalogue.count_by("species")) == set(SPECIES)


def test_proposals_are_printed_one_a_line(run: Any, tmp_path: Path) -> None:
    run("taxonomy", "add", str(write_wcvp(tmp_path / "wcvp_names.csv")))
    lines = run("taxonomy", "propose", as_json=False).splitlines()
    reasons = "synonym, rank, merges species"
    assert f"Rosa dumetorum → Rosa canina  1 photograph  {reasons}  certain" in lines
    kept = run("taxonomy", "propose", "--keep-ranks", as_json=False)
    assert "Rosa dumetorum → Rosa canina var. dumetorum  1 photograph  synonym" in kept


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["propose"], "There is no taxonomy table yet"),
        (["accept"], "Give names of species, or --all"),
        (["accept", "--all", "Rosa canina"], "Give names of species, or --all"),
        (["add", "/nowhere/table.csv"], r"Could not read table\.csv"),
        (["fetch", "flora"], "flora is not wfo"),
    ],
)
def test_an_impossible_command_is_refused(run: Any, words: list[str], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        run("taxonomy", *words)
