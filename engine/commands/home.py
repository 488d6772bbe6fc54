"""home claim."""

import typer

from engine.catalogue.opening import catalogue_settings
from engine.catalogue.stores import open_store
from engine.commands.shared import HomeOption, JsonOption, answer, home_at
from engine.download.journal import open_journal
from engine.home_id import claim as claim_home

group = typer.Typer(help="The folder that holds data/ and runs/.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(group, name="home")


@group.callback()
def _home() -> None:
    """The folder that holds data/ and runs/."""


@group.command()
def claim(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say that images, runs, catalogue and downloads belong to this home, not to another."""
    place = home_at(home)
    settings = catalogue_settings(place)
    with open_store(settings, place.catalogue) as catalogue, open_journal(place) as journal:
        own = claim_home(place, catalogue, journal)
    answer({"home": own}, f"Images, catalogue and journal belong to {place.root} now.", as_json)
