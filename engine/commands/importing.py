"""import folder, import table."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cache_folders.filling import fill_from_folders
from engine.catalogue.folder_import import import_contents
from engine.catalogue.folder_layout import (
    LAYOUTS,
    AmbiguousFolder,
    FolderContents,
    described,
    understand_folder,
)
from engine.catalogue.import_warnings import warnings_of_folder, warnings_of_rows
from engine.catalogue.importers import IMPORTERS
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.table_import import import_rows, preview_table
from engine.catalogue.table_mapping import TableLook, columns_of, look_at_table
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    SourceOption,
    answer,
    answer_import,
    catalogue_of,
    home_at,
    progress,
)
from engine.errors import BadInput
from engine.files import typed_path
from engine.images.leftovers import sweep_leftovers
from engine.images.store import ImageStore
from engine.language.message import Message, gettext
from engine.settings.files import as_yaml, load


def folder(
    path: Annotated[
        Path, typer.Argument(metavar="FOLDER", help=gettext(IMPORTERS["folder"].argument))
    ],
    layout: Annotated[
        str,
        typer.Option(
            help=gettext(
                "What the folders mean: {names}. Default: recognised.", names=", ".join(LAYOUTS)
            )
        ),
    ] = "",
    plan: Annotated[
        bool, typer.Option("--plan", help=gettext("Only show how the folder is understood."))
    ] = False,
    source: SourceOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import the photographs of a folder by what its folders are called."""
    contents = _understood(typed_path(path), layout)
    lines = described(contents)
    if plan:
        answer(_values(contents), "\n".join(lines), as_json)
        say_warnings(warnings_of_folder(contents))
        return
    _say(lines, as_json)
    if not as_json:
        say_warnings(warnings_of_folder(contents))
    studio_home = home_at(home)
    sweep_leftovers(studio_home)
    with catalogue_of(studio_home) as catalogue, progress() as report:
        keep = ImageStore(studio_home).keep
        result = import_contents(catalogue, contents, keep, source, report)
        result.filled = fill_from_folders(studio_home, catalogue, report)
    answer_import(result, as_json)


def table(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help=gettext(IMPORTERS["table"].argument))
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(help=gettext("A YAML file with the column of each field. Default: guessed.")),
    ] = None,
    plan: Annotated[
        bool,
        typer.Option("--plan", help=gettext("Only show the guessed mapping, as YAML.")),
    ] = False,
    source: SourceOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import the photographs of a table, one row each."""
    origin = typed_path(path)
    given = load(MappingSettings, mapping) if mapping is not None else None
    look = look_at_table(origin)
    if plan:
        guess = given or look.guess
        answer(guess.model_dump(), as_yaml(guess).rstrip(), as_json)
        say_warnings(_warnings(origin, look, guess))
        return
    columns = columns_of(origin, given, look)
    _say([gettext("Read: {columns}", columns=columns.mapping.in_words())], as_json)
    if given is None and not as_json:
        say_warnings(_warnings(origin, look, columns.mapping))
    studio_home = home_at(home)
    sweep_leftovers(studio_home)
    with catalogue_of(studio_home) as catalogue, progress() as report:
        keep = ImageStore(studio_home).keep
        result = import_rows(catalogue, origin, columns, keep, source, report)
        result.filled = fill_from_folders(studio_home, catalogue, report)
    answer_import(result, as_json)


def _warnings(table: Path, look: TableLook, mapping: MappingSettings) -> list[Message]:
    return warnings_of_rows(preview_table(table, look, mapping, len(look.sample.rows)))


def say_warnings(warnings: Iterable[Message]) -> None:
    """Print warnings beside the answer, which may be read by a program."""
    for warning in warnings:
        typer.echo(gettext("Warning: {sentence}", sentence=warning), err=True)


def _say(lines: list[str], as_json: bool) -> None:
    for line in lines if not as_json else ():
        typer.echo(line, err=True)


def _understood(folder: Path, layout: str) -> FolderContents:
    try:
        return understand_folder(folder, layout)
    except AmbiguousFolder as error:
        raise BadInput(
            "{problem} Or say what they mean with --layout: {choices}.",
            problem=error.message,
            choices=", ".join(error.choices),
        ) from error


def _values(contents: FolderContents) -> dict[str, Any]:
    return {
        "layout": contents.layout,
        "photographs": len(contents.photographs),
        "species": contents.species,
        "parts": dict(contents.parts),
        "outside": len(contents.outside),
        "names_file": str(contents.names_file) if contents.names_file else "",
    }
