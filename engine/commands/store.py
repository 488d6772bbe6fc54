"""catalogue move."""

import dataclasses
from typing import Annotated, Literal

import typer

from engine.catalogue.moving import move_catalogue
from engine.catalogue.opening import catalogue_settings
from engine.commands.shared import HomeOption, JsonOption, answer, home_at, progress
from engine.download.control import no_download
from engine.settings.catalogue import CatalogueSettings
from engine.settings.files import validate

group = typer.Typer(help="The store that holds the catalogue.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(group, name="catalogue")


@group.callback()
def _catalogue() -> None:
    """The store that holds the catalogue."""


@group.command()
def move(
    to: Annotated[
        Literal["sqlite", "mongodb"], typer.Option(help="The store to move the catalogue to.")
    ],
    address: Annotated[
        str | None,
        typer.Option(
            help="Of the MongoDB: mongodb://HOST, or env:NAME or file:PATH where it holds a "
            "password; default: the configured one."
        ),
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="The database there; default: the configured one.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move the catalogue with everything in it to the other store; the old one is kept."""
    place = home_at(home)
    given = {"store": to, "address": address, "database": database}
    chosen = {key: value for key, value in given.items() if value is not None}
    target = validate(
        CatalogueSettings, catalogue_settings(place).model_dump() | chosen, "The new store"
    )
    with no_download(place), progress() as report:
        moved = move_catalogue(place, target, report)
    text = (
        f"{moved.photographs:,} photographs and {moved.changes:,} changes are in {moved.store} "
        f"now. Both stores hold the same. The old one is kept: {moved.kept}."
    )
    answer(dataclasses.asdict(moved), text, as_json)
