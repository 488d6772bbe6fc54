"""Every part of the studio is documented."""

import importlib
import pkgutil
import re
import tarfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import typer
from pydantic import BaseModel

import engine.settings
from docs.make_reference import SETTINGS, command_pages, index_page, rooms, settings_pages
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.record import Photograph
from engine.cli import command_line
from engine.home import Home
from engine.settings.base import Settings
from engine.settings.probe import USUAL_NETWORK
from engine.settings.run import RunSettings
from engine.settings.studio import StudioSettings
from engine.training.state.run_folder import RunFolder
from tests.conftest import PROJECT
from tests.docs.pages import WRITTEN, code_in, text_of

FORMATS = text_of(PROJECT / "docs" / "formats.md")
OLD_HOME = PROJECT / "tests" / "fixtures" / "home-0.1.tar.xz"


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    for word, inner in getattr(command, "commands", {}).items():
        whole = f"{name} {word}".strip()
        yield whole, inner
        yield from commands(inner, whole)


COMMANDS = dict(commands(typer.main.get_command(command_line(()))))


@pytest.fixture(scope="module")
def command_reference() -> str:
    return command_pages()


@pytest.fixture(scope="module")
def settings_reference() -> str:
    return settings_pages()


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_and_each_of_its_options_has_a_description(
    name: str, command_reference: str
) -> None:
    command = COMMANDS[name]
    assert len((command.help or "").split()) >= 3, name
    section = command_reference.partition(f" `plant-studio {name}`\n")[2].partition("\n#")[0]
    assert command.help.splitlines()[0] in section
    for parameter in command.params:
        if not getattr(parameter, "hidden", False):
            assert parameter.help, f"{name} {parameter.name}"
            assert parameter.opts[0].upper().strip("-") in section.upper()


def words_of_files() -> set[str]:
    """Words with an underscore that users know: settings, fields, their choices."""
    known = {*Photograph._fields, *MappingSettings.model_fields, USUAL_NETWORK}
    for model in every_model():
        known |= model.model_fields.keys()
        for info in model.model_fields.values():
            known |= set(re.findall(r"\w+_\w+", str(info.annotation)))
    return known


def test_the_help_of_commands_contains_no_internal_names() -> None:
    known = words_of_files()
    for name, command in COMMANDS.items():
        texts = [command.help or "", *(parameter.help or "" for parameter in command.params)]
        words = set(re.findall(r"(?<!-)\b\w+_\w+\b", " ".join(texts)))
        assert words - known == set(), name


def test_every_group_of_commands_is_documented() -> None:
    written = "\n".join(map(text_of, WRITTEN))
    missing = {
        name
        for name in COMMANDS
        if " " not in name and not re.search(rf"run_studio\.sh {name}\b", written)
    }
    assert missing == set()


def models(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model of settings and its nested models."""
    yield kind
    for info in kind.model_fields.values():
        for part in (info.annotation, *getattr(info.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from models(part)


def every_model() -> set[type[BaseModel]]:
    for module in pkgutil.iter_modules(engine.settings.__path__, "engine.settings."):
        importlib.import_module(module.name)
    kinds = [kind for kind in Settings.__subclasses__() if kind.__module__.startswith("engine.")]
    # Base classes have no settings that users set directly.
    return {concrete for kind in kinds for concrete in kind.__subclasses__() or [kind]}


def test_no_group_of_settings_is_missing_from_the_reference() -> None:
    reached = {model for kind, _ in SETTINGS.values() for model in models(kind)}
    assert every_model() - reached == set()


@pytest.mark.parametrize(
    "model", sorted(every_model(), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__
)
def test_every_setting_has_a_description(model: type[BaseModel], settings_reference: str) -> None:
    for name, info in model.model_fields.items():
        assert info.description, f"{model.__name__}.{name}"
        if not any(isinstance(inner, type) for inner in models_in(info.annotation)):
            row = re.search(rf"^\| `{name}` \|.*$", settings_reference, re.MULTILINE)
            assert row, f"{model.__name__}.{name}"
            assert info.description.replace("|", "\\|") in settings_reference


def models_in(annotation: Any) -> list[type[BaseModel]]:
    parts = (annotation, *getattr(annotation, "__args__", ()))
    return [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]


def test_every_setting_named_on_a_page_exists() -> None:
    groups = {*RunSettings.model_fields, *StudioSettings.model_fields} - {"name", "home"}
    keys = re.compile(rf"(?:{'|'.join(groups)})\.[a-z_.]+")
    for page in WRITTEN:
        for code in code_in(text_of(page)):
            key = code.partition(":")[0]
            if keys.fullmatch(key) and not key.endswith(_ENDINGS):
                assert any(_has(kind, key) for kind in (RunSettings, StudioSettings)), key


_ENDINGS = (".sqlite", ".yaml", ".jsonl")


def _has(kind: type[BaseModel], key: str) -> bool:
    first, _, rest = key.partition(".")
    info = kind.model_fields.get(first)
    if info is None or not rest:
        return info is not None
    return any(_has(inner, rest) for inner in models_in(info.annotation))


def documented(name: str) -> bool:
    """Whether the page of formats names a file; variable parts are in capitals there."""
    plain = re.sub(r"val-\d+", "val-STEP", name)
    plain = re.sub(r"^evaluation/(train|val|test)\.", "evaluation/PART.", plain)
    return f"`{plain}`" in FORMATS or f"`{plain}/`" in FORMATS


def test_every_file_of_a_run_folder_is_documented() -> None:
    folder = RunFolder(Path("run"))
    names = [name for name, value in vars(RunFolder).items() if isinstance(value, property)]
    paths = [path for name in names if isinstance(path := getattr(folder, name), Path)]
    missing = [
        path.relative_to("run").as_posix()
        for path in [*paths, folder.by_class(6)]
        if path.name not in ("checkpoints", "evaluation")
        and not documented(path.relative_to("run").as_posix())
    ]
    assert missing == []


def test_every_file_of_real_runs_is_documented() -> None:
    with tarfile.open(OLD_HOME) as archive:
        files = [PurePosixPath(member.name) for member in archive if member.isfile()]
    runs = [
        PurePosixPath(*file.parts[file.parts.index("runs") + 2 :])
        for file in files
        if "runs" in file.parts and ".trash" not in file.parts
    ]
    assert len(runs) > 20
    assert {str(file) for file in runs if not documented(str(file))} == set()


def test_every_folder_and_database_of_a_home_is_documented() -> None:
    home = Home(Path("home"))
    names = [name for name, value in vars(Home).items() if isinstance(value, cached_property)]
    missing = [
        name
        for name in names
        if name not in ("data", "runs") and f"`{getattr(home, name).name}" not in FORMATS
    ]
    assert missing == []


def test_every_package_of_the_engine_is_in_the_reference() -> None:
    index = index_page()
    for room in (path.name for path in (PROJECT / "engine").iterdir() if path.is_dir()):
        if not room.startswith("__") and room != "commands":
            assert room in rooms()
            assert f"({room}.md)" in index
    house = text_of(PROJECT / "docs" / "architecture.md")
    for room in rooms():
        if (PROJECT / "engine" / room).is_dir():
            assert re.search(rf"^  {room}/ ", house, re.MULTILINE), room
