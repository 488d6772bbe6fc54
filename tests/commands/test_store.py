"""A lost or damaged catalogue is restored by commands, as real processes."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.conftest import PROJECT, flower


class Answer:
    """The result of one command: its exit status, its JSON, its messages on standard error."""

    def __init__(self, ended: "subprocess.CompletedProcess[str]") -> None:
        self.status = ended.returncode
        out = ended.stdout.splitlines()
        self.out = ended.stdout
        self.values = json.loads(out[-1]) if out and out[-1][0] in "{[" else None
        self.words = ended.stderr


def engine(home: Path, *arguments: str, as_json: bool = True, answers: str = "") -> Answer:
    command = [sys.executable, "-m", "engine", *arguments, *(["--json"] if as_json else [])]
    environment = {**os.environ, "STUDIO_HOME": str(home)}
    return Answer(
        subprocess.run(
            command,
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            input=answers,
        )
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with twelve photographs of two species, and a backup of it."""
    for number in range(12):
        folder = tmp_path / "photographs" / ("Rosa canina" if number % 2 else "Bellis perennis")
        folder.mkdir(parents=True, exist_ok=True)
        pixels = cv2.cvtColor(flower(80, 60, number), cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(folder / f"{number}.jpg"), pixels)
    home = tmp_path / "home"
    assert engine(home, "import", "folder", str(tmp_path / "photographs")).values["added"] == 12
    assert engine(home, "split", "make", "--name", "one").status == 0
    assert engine(home, "catalogue", "backup").values["photographs"] == 12
    return home


def test_a_lost_catalogue_is_restored_or_rebuilt_and_never_replaced(home: Path) -> None:
    file = home / "data" / "catalogue.sqlite"
    file.unlink()
    for command in (["counts"], ["export", "--output-dir", str(home / "x")], ["quality", "scan"]):
        answer = engine(home, *command)
        assert answer.status == 1
        assert "12 photographs, 1 split" in answer.words
        assert "Traceback" not in answer.words
        assert not file.exists()
    assert engine(home, "catalogue", "restore").values["photographs"] == 12
    assert engine(home, "counts").values["images"] == 12
    file.unlink()
    assert engine(home, "catalogue", "rebuild").values["photographs"] == 12
    assert engine(home, "counts").values["by_species"] == {"Bellis perennis": 6, "Rosa canina": 6}
    assert engine(home, "split", "check", "one").status == 0
    file.unlink()
    assert engine(home, "catalogue", "new").status == 0
    assert engine(home, "counts").values["images"] == 0


def test_commands_on_a_malformed_catalogue_end_in_a_sentence_that_names_the_remedy(
    home: Path,
) -> None:
    file = home / "data" / "catalogue.sqlite"
    content = bytearray(file.read_bytes())
    random = np.random.default_rng(5)
    # All except the first page, which identifies it as a database.
    content[8192:] = random.bytes(len(content) - 8192)
    file.write_bytes(bytes(content))
    for command in (
        ["counts"],
        ["export", "--output-dir", str(home / "x")],
        ["curate", "exclude", "--where", "species=Rosa canina"],
        ["split", "make", "--name", "two"],
    ):
        answer = engine(home, *command)
        assert answer.status == 1, command
        assert "`doctor`" in answer.words
        assert "`catalogue restore`" in answer.words
        assert "Traceback" not in answer.words


def test_an_export_with_bytes_that_are_not_text_is_rejected(home: Path) -> None:
    with sqlite3.connect(home / "data" / "catalogue.sqlite") as connection:
        connection.execute("UPDATE photograph SET observer = CAST(x'ff41fe' AS TEXT)")
    answer = engine(home, "export", "--output-dir", str(home / "x"))
    assert answer.status == 1
    assert "`doctor`" in answer.words


def test_repairs_are_listed_and_confirmed_before_they_run(home: Path) -> None:
    (emptied, *_) = sorted((home / "data" / "images").glob("*/*.jpg"))
    emptied.write_bytes(b"")
    assert engine(home, "doctor").status == 1
    asked = engine(home, "doctor", "--repair", answers="n\n")
    assert "Empty files: Move the files aside." in asked.words
    assert emptied.exists()
    done = engine(home, "doctor", "--repair", "--yes")
    assert [item["key"] for item in done.values["repaired"]] == ["empty"]
    assert not emptied.exists()


def test_the_text_output_names_the_four_states(home: Path) -> None:
    answer = engine(home, "doctor", as_json=False)
    assert answer.status == 0
    assert "OK          Catalogue: SQLite found no damage." in answer.out
