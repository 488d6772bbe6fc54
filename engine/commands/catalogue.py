"""The commands demo, import and counts; export is beside."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cache_folders.filling import fill_from_folders
from engine.catalogue.garden_import import import_garden
from engine.catalogue.import_warnings import warnings_of_rows
from engine.catalogue.importers import IMPORTERS, Importer
from engine.catalogue.mongo_import import (
    Origin,
    import_mongo,
    mapping_of,
    preview_documents,
    proposed_mapping,
    sample_documents,
)
from engine.commands.cache_folder import cache
from engine.commands.exporting import by_source, by_state, export, photographs_of_species
from engine.commands.importing import folder, say_warnings, table
from engine.commands.inaturalist import take
from engine.commands.recognition import PathGroup, auto
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
from engine.files import typed_path
from engine.garden.plant import plant_garden
from engine.images.leftovers import sweep_leftovers
from engine.images.store import ImageStore
from engine.language.formats import number
from engine.language.message import gettext
from engine.settings.files import as_yaml

# The most photographs of a sample that a plan looks at.
_PREVIEWED = 1_000


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
    app.command(help=gettext("Write the catalogue, or a part of it: a table, or photographs."))(
        export
    )


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
    plan: Annotated[
        bool,
        typer.Option("--plan", help=gettext("Only show the guessed mapping, as YAML.")),
    ] = False,
    source: SourceOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import photographs from a MongoDB collection, which is only read."""
    studio_home = home_at(home)
    origin = Origin(address, database, collection)
    if plan:
        documents = sample_documents(origin)
        proposed = proposed_mapping(studio_home, origin, documents, mapping)
        answer(proposed.model_dump(), as_yaml(proposed).rstrip(), as_json)
        say_warnings(warnings_of_rows(preview_documents(documents, proposed, _PREVIEWED)))
        return
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
    lines = [photographs_of_species(totals.images, totals.species)]
    lines += [by_source(name, images) for name, images in totals.by_source.items()]
    lines += [by_state(name, images) for name, images in totals.by_state.items()]
    lines += [f"  {item.species}: {number(item.images)}" for item in species]
    values: dict[str, Any] = dataclasses.asdict(totals)
    values["by_species"] = {item.species: item.images for item in species}
    answer(values, "\n".join(lines), as_json)
