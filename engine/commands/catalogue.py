"""demo, import, counts, export."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.catalogue.conditions import SHOWN, filter_of
from engine.catalogue.export import export_catalogue
from engine.catalogue.garden_import import import_garden
from engine.catalogue.importers import IMPORTERS, Importer
from engine.catalogue.mongo_import import Origin, import_mongo, mapping_of
from engine.catalogue.table_export import Kind
from engine.commands.inaturalist import take
from engine.commands.shared import (
    HomeOption,
    JsonOption,
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

SourceOption = Annotated[
    str, typer.Option(help="What the photographs' source is called; default: the name given.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    importing = typer.Typer(help="Take photographs into the catalogue.", no_args_is_help=True)
    importing.command("inaturalist")(take)
    for name, importer in IMPORTERS.items():
        importing.command(name, help=importer.description)(_command_of(importer))
    importing.command()(mongo)
    app.command()(demo)
    app.add_typer(importing, name="import")
    app.command()(counts)
    app.command()(export)


def demo(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Draw the demo garden and put it in the catalogue."""
    studio_home = home_at(home)
    with catalogue_of(studio_home) as catalogue, progress() as report:
        plantings = plant_garden(studio_home.garden, report=report)
        result = import_garden(
            catalogue, studio_home.garden, plantings, ImageStore(studio_home).keep, report=report
        )
    answer_import(result, as_json)


def _command_of(importer: Importer) -> Callable[..., None]:
    """The command that runs an importer on a path."""
    path_argument = typer.Argument(metavar=importer.reads.upper(), help=importer.argument)

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
        answer_import(result, as_json)

    return command


def mongo(
    address: Annotated[
        str,
        typer.Argument(
            help="mongodb://…; better env:NAME or file:PATH, an environment variable or a file "
            "with the address, where it holds a password."
        ),
    ],
    database: Annotated[str, typer.Option(help="The database's name.")],
    collection: Annotated[str, typer.Option(help="The collection's name.")],
    mapping: Annotated[
        Path | None,
        typer.Option(help="A YAML file that says where each field stands; default: a guess."),
    ] = None,
    source: SourceOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import the photographs of a MongoDB collection, which is only read."""
    studio_home = home_at(home)
    origin = Origin(address, database, collection)
    fields = mapping_of(studio_home, origin, mapping)
    with catalogue_of(studio_home) as catalogue, progress() as report:
        result = import_mongo(
            studio_home, catalogue, origin, fields, ImageStore(studio_home).keep, source, report
        )
    answer_import(result, as_json)


def counts(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Count photographs by species, by source and by state."""
    with catalogue_of(home_at(home)) as catalogue:
        totals = catalogue.counts()
        species = catalogue.species()
    lines = [f"{totals.images:,} photographs of {totals.species:,} species"]
    for title, count_by in (("source", totals.by_source), ("state", totals.by_state)):
        lines += [f"  {title} {name}: {images:,}" for name, images in count_by.items()]
    lines += [f"  {item.species}: {item.images:,}" for item in species]
    values: dict[str, Any] = dataclasses.asdict(totals)
    values["by_species"] = {item.species: item.images for item in species}
    answer(values, "\n".join(lines), as_json)


def export(
    output_dir: Annotated[Path, typer.Option(help="The folder that the table is written in.")],
    min_images: Annotated[
        int, typer.Option(min=1, help="Leave out species with fewer photographs.")
    ] = 1,
    where: WhereOption = None,
    show: Annotated[
        str, typer.Option(help=f"Of the excluded photographs: {', '.join(SHOWN)}.")
    ] = "used",
    kind: Annotated[
        Kind, typer.Option("--format", help="What the table is written as: catalogue.FORMAT.")
    ] = "jsonl",
    spreadsheet_safe: SpreadsheetOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the catalogue, or what of it passes --where, as a table with a manifest."""
    chosen, folder = filter_of(where or [], show), typed_path(output_dir, "folder")
    with catalogue_of(home_at(home)) as catalogue, progress() as report:
        result = export_catalogue(
            catalogue, folder, min_images, chosen, kind, report, spreadsheet_safe
        )
    lines = [f"{result.images:,} photographs of {result.species:,} species in {result.file}"]
    lines += [f"  source {name or 'unnamed'}: {many:,}" for name, many in result.by_source.items()]
    lines += [f"  {state}: {many:,}" for state, many in result.by_state.items()]
    answer(dataclasses.asdict(result), "\n".join(lines), as_json)
