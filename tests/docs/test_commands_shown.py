"""Every command in the documentation is valid."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from engine.cli import command_line
from engine.settings.files import load, overlaid
from engine.settings.run import RunSettings
from studio.__main__ import opening_options
from tests.conftest import PROJECT
from tests.docs.pages import WRITTEN, Shown, commands_of

SHOWN = [shown for page in WRITTEN for shown in commands_of(page)]
STUDIO = (("./run_studio.sh",), ("plant-studio",), ("python", "-m", "engine"))
DOOR = (PROJECT / "run_studio.sh").read_text(encoding="utf-8")
DOOR_WORDS = set(re.findall(r"^    ([a-z]+)\)$", DOOR, re.MULTILINE))


def studio_commands() -> Iterator[Shown]:
    for shown in SHOWN:
        for program in STUDIO:
            if shown.words[: len(program)] == program:
                yield Shown(shown.page, shown.words[len(program) :])


def parse(words: tuple[str, ...]) -> dict[str, Any]:
    """Parse these words as a command line, without running anything.

    Raises:
        Exception: they are not a valid command.
    """
    command = typer.main.get_command(command_line(()))
    given: dict[str, Any] = {}
    _disarm(command, given)
    command.main(list(words), standalone_mode=False)
    return given


def _disarm(command: Any, given: dict[str, Any]) -> None:
    command.callback = lambda *_, **values: given.update(values)
    for inner in getattr(command, "commands", {}).values():
        _disarm(inner, given)


def test_invalid_commands_are_detected() -> None:
    with pytest.raises(Exception, match="No such command"):
        parse(("runs", "dance"))
    with pytest.raises(Exception, match="No such option"):
        parse(("counts", "--fast"))


@pytest.mark.parametrize("shown", list(studio_commands()), ids=str)
def test_a_command_of_the_studio_parses(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("run.zip", "photo.jpg"):
        (tmp_path / name).touch()
    words = shown.words
    if not words or words[0].startswith("--"):
        opening_options([{"N": "8501"}.get(word, word) for word in words])
        return
    if words[0] in DOOR_WORDS:
        return
    given = parse(words)
    changes = given.get("changes") or ()
    if given.get("config"):
        load(RunSettings, PROJECT / given["config"], changes)
    else:
        overlaid(RunSettings(), changes, str(shown))


@pytest.mark.parametrize(
    "shown", [shown for shown in SHOWN if shown.words[0] == "torchrun"], ids=str
)
def test_the_arguments_of_torchrun_parse(shown: Shown) -> None:
    start = shown.words.index("engine")
    assert shown.words[start - 1] == "-m"
    given = parse(shown.words[start + 1 :])
    load(RunSettings, PROJECT / given["config"])


@pytest.mark.parametrize(
    "shown",
    [s for s in SHOWN if s.words[0].endswith("python") and s.words[1:3] != ("-m", "engine")],
    ids=str,
)
def test_a_program_of_the_project_exists_and_knows_its_options(shown: Shown) -> None:
    words = shown.words[1:]
    source = _module(words[1]) if words[0] == "-m" else PROJECT / words[0]
    files = source.parent.glob("*.py") if source.name == "__init__.py" else [source]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    for word in words[2 if words[0] == "-m" else 1 :]:
        if word.startswith("--"):
            assert f'"{word.partition("=")[0]}"' in text, f"{shown} has no {word}"


def _module(name: str) -> Path:
    found = importlib.util.find_spec(name)
    assert found is not None, name
    assert found.origin is not None, name
    return Path(found.origin)


def test_the_arguments_of_run_studio_sh_are_in_its_help() -> None:
    assert {"setup", "test", "check", "docs", "pin"} <= DOOR_WORDS
    for word in DOOR_WORDS:
        assert f"#   ./run_studio.sh {word} " in DOOR
