"""The curation commands on one catalogue, from the first change to the undo."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.cli import command_line
from engine.errors import BadInput


@pytest.fixture
def curate(catalogue: SqliteCatalogue, home: Any) -> Any:
    """curate("exclude", "--species", "Acer") -> the JSON that the command printed."""
    catalogue.add(
        Photograph(f"{name}{n}", f"{name} alba", name, source="web" if n else "garden")
        for name in ("Rosa", "Viola")
        for n in range(3)
    )

    def run(*arguments: str) -> Any:
        root: Path = home.root
        command = ["curate", *arguments, "--json", "--home", str(root)]
        ended = CliRunner().invoke(command_line(command), command, catch_exceptions=False)
        return json.loads(ended.stdout.splitlines()[-1])

    return run


def test_photographs_are_excluded_included_relabelled_and_all_is_undone(
    curate: Any, catalogue: SqliteCatalogue
) -> None:
    assert curate("exclude", "--where", "source=web", "--note", "doubtful")["images"] == 4
    assert curate("include", "--where", "species=Rosa alba")["images"] == 2
    assert curate("relabel", "--to", "Viola alba", "--image", "Rosa1")["species"] == "Viola alba"
    assert catalogue.count_by("species") == {"Rosa alba": 2, "Viola alba": 2}
    history = curate("history")
    assert [change["action"] for change in history] == ["relabel", "include", "exclude"]
    assert history[2]["note"] == "doubtful"
    assert [curate("undo")["number"] for _ in range(3)] == [3, 2, 1]
    assert catalogue.count_by("species") == {"Rosa alba": 3, "Viola alba": 3}
    with pytest.raises(BadInput, match="nothing to undo"):
        curate("undo")


def test_photographs_without_a_licence_are_selected_by_a_condition(
    curate: Any, catalogue: SqliteCatalogue
) -> None:
    catalogue.update([{"image_id": "Rosa0", "license": "CC0"}])
    assert curate("exclude", "--where", "license=none stated")["images"] == 5
    assert catalogue.count_by("license") == {"CC0": 1}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["exclude"], "Choose photographs with --where"),
        (["exclude", "--image", "Rosa1", "--where", "text=ro"], "not both"),
        (["exclude", "--where", "species=Acer"], "Nothing changed"),
        (["exclude", "--where", "colour=red"], "No photograph has a field colour"),
        (["exclude", "--where", "source="], "must be FIELD=VALUE"),
        (["relabel", "--to", " ", "--image", "Rosa1"], "no species name"),
        (["undo", "9"], "Change 9 does not exist"),
    ],
)
def test_an_impossible_change_is_reported_and_changes_nothing(
    curate: Any, catalogue: SqliteCatalogue, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        curate(*arguments)
    assert catalogue.changes() == []
