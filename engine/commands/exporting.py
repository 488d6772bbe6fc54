"""The command export."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from engine.catalogue.conditions import SHOWN, filter_of, require_known_fields
from engine.catalogue.export import Export, export_catalogue
from engine.catalogue.exported_folder import Layout
from engine.catalogue.photograph_export import (
    ExportScope,
    Mode,
    PhotographExport,
    export_photographs,
    missing_text,
)
from engine.catalogue.store import UNSTATED
from engine.catalogue.table_export import Kind
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    SpreadsheetOption,
    WhereOption,
    answer,
    catalogue_of,
    home_at,
    progress,
)
from engine.errors import BadInput
from engine.files import typed_path
from engine.home import Home
from engine.language.formats import number
from engine.language.message import gettext, ngettext
from engine.split.folder import part_name, split_folder


def export(
    output_dir: Annotated[Path, typer.Option(help=gettext("The folder to write to."))],
    min_images: Annotated[
        int, typer.Option(min=1, help=gettext("Leave out species with fewer photographs."))
    ] = 1,
    where: WhereOption = None,
    show: Annotated[
        str,
        typer.Option(
            help=gettext(
                "Which photographs to write: one of {choices}. Default: those not excluded.",
                choices=", ".join(SHOWN),
            )
        ),
    ] = "used",
    kind: Annotated[
        Kind, typer.Option("--format", help=gettext("The format of the table: catalogue.FORMAT."))
    ] = "jsonl",
    photographs: Annotated[
        Layout | None,
        typer.Option(
            help=gettext(
                "Write the image files too: in a folder per species, in shards of WebDataset, or "
                "in Parquet of Hugging Face."
            )
        ),
    ] = None,
    split: Annotated[
        str,
        typer.Option(help=gettext("Write the photographs of this split only, part by part.")),
    ] = "",
    mode: Annotated[
        Mode,
        typer.Option(help=gettext("For a folder: copy the files, or make hard links.")),
    ] = "copy",
    spreadsheet_safe: SpreadsheetOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the catalogue, or what of it passes --where, as a table or with its photographs."""
    chosen, target = filter_of(where or [], show), typed_path(output_dir)
    studio_home = home_at(home)
    if photographs is None:
        _refuse_without_photographs(split, mode)
        with catalogue_of(studio_home) as catalogue, progress() as report:
            require_known_fields(catalogue, chosen)
            table = export_catalogue(
                catalogue, target, min_images, chosen, kind, report, spreadsheet_safe
            )
        answer(dataclasses.asdict(table), "\n".join(_lines_of_table(table)), as_json)
        return
    scope = ExportScope(chosen, min_images, split, _parts(studio_home, split))
    with catalogue_of(studio_home) as catalogue, progress() as report:
        require_known_fields(catalogue, chosen)
        made = export_photographs(
            studio_home, catalogue, target, photographs, scope, mode, report, spreadsheet_safe
        )
    answer(dataclasses.asdict(made), "\n".join(_lines(made)), as_json)


def _parts(home: Home, split: str) -> dict[str, str] | None:
    if not split:
        return None
    # A table library takes half a second to import.
    from engine.split.table import part_by_image

    return part_by_image(split_folder(home, split))


def _lines_of_table(made: Export) -> list[str]:
    return [
        photographs_of_species(made.images, made.species),
        gettext("Written: {file}", file=made.file),
        *(by_source(name, images) for name, images in made.by_source.items()),
        *(by_state(name, images) for name, images in made.by_state.items()),
    ]


def _refuse_without_photographs(split: str, mode: str) -> None:
    if split or mode != "copy":
        option = "--split" if split else "--mode"
        raise BadInput("{option} needs --photographs.", option=option)


def _lines(made: PhotographExport) -> list[str]:
    lines = [
        photographs_of_species(made.images, made.species),
        gettext("Written: {file}", file=made.folder),
    ]
    if made.missing:
        lines.append(missing_text(made.missing))
        lines.append(gettext("They are listed in {file}", file=made.missing_file))
    lines += [f"  {part_name(part)}: {number(images)}" for part, images in made.by_part.items()]
    lines += [
        "  "
        + gettext("Licence {name}: {images}", name=name or gettext(UNSTATED), images=number(images))
        for name, images in made.by_license.items()
    ]
    return lines


def photographs_of_species(images: int, species: int) -> str:
    """How many photographs of how many species."""
    return gettext(
        "{photographs} of {species}",
        photographs=ngettext("{n} photograph", "{n} photographs", images),
        species=ngettext("{n} species", "{n} species", species),
    )


def by_source(name: str, images: int) -> str:
    """How many photographs a source has."""
    return "  " + gettext("Source {name}: {images}", name=name or gettext(UNSTATED), images=images)


def by_state(name: str, images: int) -> str:
    """How many photographs have a state."""
    return "  " + gettext("State {name}: {images}", name=name, images=images)
