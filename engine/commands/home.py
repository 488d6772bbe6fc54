"""The command home claim."""

import typer

from engine.catalogue.opening import catalogue_settings
from engine.catalogue.stores import open_store
from engine.commands.shared import HomeOption, JsonOption, answer, home_at
from engine.download.store import open_download_store
from engine.home_id import claim_home as claim_home
from engine.language.message import gettext

group = typer.Typer(no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(group, name="home", help=gettext("The folder that holds data/ and runs/."))


@group.callback()
def _home() -> None:
    """The folder that holds data/ and runs/."""


@group.command(
    "claim", help=gettext("Make images, runs, catalogue and downloads belong to this home.")
)
def home_claim(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Make images, runs, catalogue and downloads belong to this home."""
    studio_home = home_at(home)
    settings = catalogue_settings(studio_home)
    with (
        open_store(settings, studio_home.catalogue) as catalogue,
        open_download_store(studio_home) as downloads,
    ):
        own = claim_home(studio_home, catalogue, downloads)
    answer(
        {"home": own},
        gettext(
            "Images, runs, catalogue and downloads now belong to {home}.", home=studio_home.root
        ),
        as_json,
    )
