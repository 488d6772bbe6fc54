"""Writes docs/reference/ from the command line, the settings and the modules of the engine.

`python -m docs.make_reference`, which `./run_studio.sh docs` calls before it builds the pages.
"""

import ast
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.cli import get_docs_for_click

from engine.catalogue.mapping import MappingSettings
from engine.cli import command_line
from engine.settings.computed import FieldRule
from engine.settings.crop import CropPreset
from engine.settings.probe import ProbeSettings
from engine.settings.problems import allowed_values
from engine.settings.quality import QualitySettings
from engine.settings.run import RunSettings
from engine.settings.split import SplitSettings
from engine.settings.studio import StudioSettings

DOCS = Path(__file__).parent
PROJECT = DOCS.parent

SETTINGS: dict[str, tuple[type[BaseModel], str]] = {
    "A run": (
        RunSettings,
        "A training configuration: `configs/*.yaml`, `train --set key=value`, the page *Train*.",
    ),
    "The studio": (StudioSettings, "`configs/studio.yaml`."),
    "A split": (SplitSettings, "The page *Split*; `split make` has an option for each."),
    "A rule for an own field": (
        FieldRule,
        "`configs/fields/*.yaml`, for `fields compute` and the page *Catalogue*; the key `from` is "
        "listed as `from_`.",
    ),
    "A crop preset": (CropPreset, "`data/presets/NAME.yaml`; the *Crop lab* edits it."),
    "The quality scan": (
        QualitySettings,
        "The tab *Quality*; `quality scan` has an option for each.",
    ),
    "The crop probe": (
        ProbeSettings,
        "*Does the crop help?*; `crop probe` has an option for each.",
    ),
    "A mapping": (MappingSettings, "`data/mappings/DATABASE.COLLECTION.yaml`, for MongoDB."),
}


def main() -> None:
    """Write the whole reference anew."""
    folder = DOCS / "reference"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "engine").mkdir(parents=True)
    pages = {"commands.md": command_pages(), "settings.md": settings_pages()}
    for room, modules in rooms().items():
        pages[f"engine/{room}.md"] = room_page(room, modules)
    pages["engine/index.md"] = index_page()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"{len(pages)} pages of reference are in {folder.relative_to(PROJECT)}.")


def command_pages() -> str:
    """Every command with its arguments and options, as Markdown."""
    command = typer.main.get_command(command_line(()))
    context = typer.Context(command, info_name="plant-studio")
    return get_docs_for_click(
        obj=command, ctx=context, name="plant-studio", title="The command line"
    )


def settings_pages() -> str:
    """Every setting with its default, what it may be and what it does, as Markdown."""
    lines = ["# Settings", "", "A key that is not listed here is refused, with the nearest one."]
    for title, (kind, where) in SETTINGS.items():
        lines += ["", f"## {title}", "", where]
        for group, fields in grouped(kind):
            if group:
                lines += ["", f"### `{group}`"]
            lines += ["", "| setting | default | may be | what it does |", "|---|---|---|---|"]
            lines += [_row(name, info) for name, info in fields.items()]
    return "\n".join(lines) + "\n"


def grouped(kind: type[BaseModel], group: str = "") -> Iterator[tuple[str, dict[str, FieldInfo]]]:
    """The settings of a model by group, a dotted key; the items of a list are a group too."""
    inner = {name: _model_in(info.annotation) for name, info in kind.model_fields.items()}
    own = {name: info for name, info in kind.model_fields.items() if inner[name] is None}
    if own:
        yield group, own
    for name, model in inner.items():
        if model is not None:
            key = f"{group}.{name}" if group else name
            yield from grouped(model, key + _INSIDE.get(_outer(kind, name), ""))


def rooms() -> dict[str, list[str]]:
    """The public modules of the engine by room; a file of the engine itself is its own room."""
    found: dict[str, list[str]] = {}
    for file in sorted((PROJECT / "engine").rglob("*.py")):
        parts = file.relative_to(PROJECT).with_suffix("").parts
        names = [node for node in ast.parse(file.read_text("utf-8")).body if _is_public(node)]
        if names and parts[-1] != "__main__":
            found.setdefault(parts[1], []).append(".".join(parts))
    return found


def room_page(room: str, modules: list[str]) -> str:
    """The page of one room: its modules, which mkdocstrings fills in."""
    blocks = [f"::: {module}" for module in modules]
    return "\n\n".join([f"# engine.{room}", *blocks]) + "\n"


def index_page() -> str:
    """The list of the rooms."""
    lines = [f"- [engine.{room}]({room}.md)" for room in rooms()]
    return "\n".join(["# The engine as a library", "", *lines]) + "\n"


_INSIDE = {tuple: "[]", dict: ".NAME"}


def _is_public(node: ast.stmt) -> bool:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return isinstance(node, kinds) and not node.name.startswith("_")


def _outer(kind: type[BaseModel], name: str) -> Any:
    return get_origin(kind.model_fields[name].annotation)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The settings that a field holds: a group, or a list or table of groups."""
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _row(name: str, info: FieldInfo) -> str:
    words = (f"`{name}`", _default(info), _allowed(info), info.description or "")
    return "| " + " | ".join(word.replace("|", "\\|") for word in words) + " |"


def _default(info: FieldInfo) -> str:
    value = info.get_default(call_default_factory=True)
    if value in (None, "", (), {}):
        return "empty"
    return f"`{json.dumps(value)}`"


def _allowed(info: FieldInfo) -> str:
    choices = _choices(info.annotation)
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    words = str(allowed_values(info) or "").removeprefix("Allowed: ").rstrip(".")
    kind = _KINDS.get(_plain(info.annotation), "")
    return f"{kind}, {words}" if kind and words else kind or words


_KINDS = {int: "whole number", float: "number", bool: "`true`, `false`", str: "text"}


def _plain(annotation: Any) -> Any:
    """`int` of `int | None`."""
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    return kinds[0] if _is_optional(annotation) and len(kinds) == 1 else annotation


def _is_optional(annotation: Any) -> bool:
    return type(None) in get_args(annotation)


def _choices(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    parts = get_args(annotation) if get_origin(annotation) in _HOLDERS else ()
    return next((found for found in map(_choices, parts) if found), ())


_HOLDERS = (Union, type(int | None), tuple)


if __name__ == "__main__":
    main()
