"""The command export: a table, or photographs with their files."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.catalogue.sqlite import SqliteCatalogue
from engine.cli import command_line
from engine.errors import BadInput
from engine.home import Home
from engine.settings.split import SplitSettings
from engine.split.make import make_split


@pytest.fixture
def export(home: Home) -> Any:
    """export("--photographs", "folder") -> the lines that the command printed."""

    def run(*arguments: str) -> list[str]:
        command = ["export", *arguments, "--home", str(home.root)]
        ended = CliRunner().invoke(command_line(command), command, catch_exceptions=False)
        return ended.stdout.splitlines()

    return run


def test_a_split_is_written_part_by_part(
    export: Any, home: Home, small_catalogue: SqliteCatalogue, tmp_path: Path
) -> None:
    make_split(home, small_catalogue, SplitSettings())
    target = tmp_path / "out"
    options = ("--output-dir", str(target), "--photographs", "folder", "--split", "default")
    result = json.loads(export(*options, "--mode", "link", "--json")[-1])
    counted = {part: len(list(target.glob(f"{part}/*/*.jpg"))) for part in result["by_part"]}
    assert counted == result["by_part"] and sum(counted.values()) == result["images"]
    assert json.loads((target / "manifest.json").read_text())["split"] == "default"
    with pytest.raises(BadInput, match="is not empty"):
        export(*options)


@pytest.mark.usefixtures("small_catalogue")
def test_the_text_says_what_was_written_and_what_is_missing(
    export: Any, home: Home, tmp_path: Path
) -> None:
    next(home.images.rglob("*.jpg")).unlink()
    lines = export("--output-dir", str(tmp_path / "out"), "--photographs", "shards")
    assert lines[0].startswith("11 photographs of ")
    assert lines[2] == "1 photograph has no file here; only its row was written."
    assert lines[3] == f"They are listed in {tmp_path / 'out' / 'missing.csv'}"
    assert lines[-1] == "  Licence none stated: 11"


@pytest.mark.usefixtures("small_catalogue")
@pytest.mark.parametrize("option", [("--split", "default"), ("--mode", "link")])
def test_options_of_photographs_are_refused_for_a_table(
    export: Any, tmp_path: Path, option: tuple[str, str]
) -> None:
    with pytest.raises(BadInput, match="needs --photographs"):
        export("--output-dir", str(tmp_path / "out"), *option)
