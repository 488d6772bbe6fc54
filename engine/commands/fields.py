"""The commands fields list and compute."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from engine.catalogue.computing import compute_fields, read_rules
from engine.commands.curate import change_line
from engine.commands.shared import HomeOption, JsonOption, answer, catalogue_of, home_at
from engine.files import typed_path
from engine.language.message import gettext

app = typer.Typer(
    help=gettext("Own fields: what imports brought besides the fields of the catalogue."),
    no_args_is_help=True,
)


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="fields")


@app.command("list", help=gettext("List the own fields of all photographs."))
def list_them(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the own fields of all photographs."""
    with catalogue_of(home_at(home)) as catalogue:
        names = catalogue.own_names()
    text = "\n".join(names) or gettext("No photograph has own fields.")
    answer({"fields": names}, text, as_json)


@app.command(help=gettext("Compute own fields of all photographs by the rules of a file."))
def compute(
    rules: Annotated[
        Path,
        typer.Argument(help=gettext("A YAML file such as configs/fields/regions.yaml.")),
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute own fields of all photographs by the rules of a file."""
    read = read_rules(typed_path(rules))
    with catalogue_of(home_at(home)) as catalogue:
        changes = compute_fields(catalogue, read)
    answer(
        {"changes": [dataclasses.asdict(change) for change in changes]},
        "\n".join(map(change_line, changes)),
        as_json,
    )
