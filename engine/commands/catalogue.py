"""The commands demo, import, counts and export."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cache_folders.filling import fill_from_folders
from engine.catalogue.conditions import SHOWN, filter_of, require_known_fields
from engine.catalogue.export import export_catalogue
from engine.catalogue.garden_import import import_garden
from engine.catalogue.importers import IMPORTERS, Importer
from engine.catalogue.mongo_import import Origin, import_mongo, mapping_of
from engine.catalogue.store import UNSTATED
from engine.catalogue.table_export import Kind
from engine.commands.cache_folder import cache
from engine.commands.importing import folder, table
from engine.commands.inaturalist import take
from engine.commands.recognition import PathGroup, auto
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    SourceOption,
    SpreadsheetOption,
    WhereOption,
    answer,
    answer_import,
    catalogue_of,
    home_at,
    progress,
)
from engine.files import typed_path
from engine.garden.plant import plant_garden
from engine.images.leftovers import sweep_leftovers
from engine.images.store import ImageStore
from engine.language.formats import number
from engine.language.message import gettext, ngettext


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    importing = typer.Typer(
        help=gettext("Import photographs into the catalogue."),
        no_args_is_help=True,
        cls=PathGroup,
    )
    importing.command(help=gettext("Import a file or folder whose format is recognised."))(auto)
    importing.command(
        "inaturalist",
        help=gettext("Import addresses of photographs from iNaturalist."),
    )(take)
    own: dict[str, Callable[..., None]] = {"folder": folder, "table": table}
    for name, importer in IMPORTERS.items():
        command = own.get(name) or _command_of(importer)
        importing.command(name, help=gettext(importer.description))(command)
    importing.command(
        help=gettext("Import photographs from a MongoDB collection, which is only read.")
    )(mongo)
    importing.command(
        help=gettext("Give photographs their files from a folder named by their addresses.")
    )(cache)
    app.command(help=gettext("Draw the demo garden and import it."))(demo)
    app.add_typer(importing, name="import")
    app.command(help=gettext("Count photographs by species, by source and by state."))(counts)
    app.command(help=gettext("Write the catalogue, or a part of it, as a table."))(export)


def demo(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Draw the demo garden and import it."""
    studio_home = home_at(home)
    with catalogue_of(studio_home) as catalogue, progress() as report:
        plantings = plant_garden(studio_home.garden, report=report)
        result = import_garden(
            catalogue, studio_home.garden, plantings, ImageStore(studio_home).keep, report=report
        )
    answer_import(result, as_json)


def _command_of(importer: Importer) -> Callable[..., None]:
    """Return the command that runs an importer on a path."""
    path_argument = typer.Argument(metavar=importer.reads.upper(), help=gettext(importer.argument))

    def command(
        path: Annotated[Path, path_argument],
        source: SourceOption = "",
        home: HomeOption = None,
        as_json: JsonOption = False,
    ) -> None:
        studio_home, origin = home_at(home), typed_path(path)
        sweep_leftovers(studio_home)
        with catalogue_of(studio_home) as catalogue, progress() as report:
            result = importer.take(catalogue, origin, ImageStore(studio_home).keep, source, report)
            result.filled = fill_from_folders(studio_home, catalogue, report)
        answer_import(result, as_json)

    return command


def mongo(
    address: Annotated[
        str,
        typer.Argument(
            help=gettext(
                "mongodb://… If it has a password, use env:NAME (a variable) or file:PATH."
            )
        ),
    ],
    database: Annotated[str, typer.Option(help=gettext("The name of the database."))],
    collection: Annotated[str, typer.Option(help=gettext("The name of the collection."))],
    mapping: Annotated[
        Path | None,
        typer.Option(help=gettext("A YAML file with the path of each field. Default: guessed.")),
    ] = None,
    source: SourceOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import photographs from a MongoDB collection, which is only read."""
    studio_home = home_at(home)
    origin = Origin(address, database, collection)
    fields = mapping_of(studio_home, origin, mapping)
    with catalogue_of(studio_home) as catalogue, progress() as report:
        result = import_mongo(
            studio_home, catalogue, origin, fields, ImageStore(studio_home).keep, source, report
        )
        result.filled = fill_from_folders(studio_home, catalogue, report)
    answer_import(result, as_json)


def counts(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Count photographs by species, by source and by state."""
    with catalogue_of(home_at(home)) as catalogue:
        totals = catalogue.counts()
        species = catalogue.species()
    lines = [_photographs_of_species(totals.images, totals.species)]
    lines += [_by_source(name, images) for name, images in totals.by_source.items()]
    lines += [_by_state(name, images) for name, images in totals.by_state.items()]
    lines += [f"  {item.species}: {number(item.images)}" for item in species]
    values: dict[str, Any] = dataclasses.asdict(totals)
    values["by_species"] = {item.species: item.images for item in species}
    answer(values, "\n".join(lines), as_json)


def export(
    output_dir: Annotated[Path, typer.Option(help=gettext("The folder for the table."))],
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
    spreadsheet_safe: SpreadsheetOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the catalogue, or what of it passes --where, as a table with a manifest."""
    chosen, target = filter_of(where or [], show), typed_path(output_dir)
    with catalogue_of(home_at(home)) as catalogue, progress() as report:
        require_known_fields(catalogue, chosen)
        result = export_catalogue(
            catalogue, target, min_images, chosen, kind, report, spreadsheet_safe
        )
    written = gettext("Written: {file}", file=result.file)
    lines = [_photographs_of_species(result.images, result.species), written]
    lines += [_by_source(name, images) for name, images in result.by_source.items()]
    lines += [_by_state(name, images) for name, images in result.by_state.items()]
    answer(dataclasses.asdict(result), "\n".join(lines), as_json)


def _photographs_of_species(images: int, species: int) -> str:
    return gettext(
        "{photographs} of {species}",
        photographs=ngettext("{n} photograph", "{n} photographs", images),
        species=ngettext("{n} species", "{n} species", species),
    )


def _by_source(name: str, images: int) -> str:
    return "  " + gettext("Source {name}: {images}", name=name or gettext(UNSTATED), images=images)


def _by_state(name: str, images: int) -> str:
    return "  " + gettext("State {name}: {images}", name=name, images=images)
