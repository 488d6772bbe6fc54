"""curate exclude, curate include, curate relabel, curate undo, curate history."""

import dataclasses
import time
from typing import Annotated

import typer

from engine.catalogue.changes import Change
from engine.catalogue.conditions import filter_of
from engine.catalogue.curation import Chosen, exclude, include, last_change, relabel
from engine.catalogue.store import Filter
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    WhereOption,
    answer,
    catalogue_of,
    home_at,
)
from engine.errors import BadInput

app = typer.Typer(
    help="Exclude or relabel photographs of the catalogue, and undo it.", no_args_is_help=True
)

ImageOption = Annotated[list[str] | None, typer.Option(help="An image_id; may be repeated.")]
NoteOption = Annotated[str, typer.Option(help="Why, for the history.")]
_WORDS = {"exclude": "excluded", "include": "included again", "relabel": "relabelled"}


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="curate")


@app.command(name="exclude")
def exclude_them(
    where: WhereOption = None,
    image: ImageOption = None,
    note: NoteOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Leave photographs out of exports, splits and downloads; their bytes stay."""
    chosen = _selection(where, image)
    with catalogue_of(home_at(home)) as catalogue:
        _print_change(exclude(catalogue, chosen, note), as_json)


@app.command(name="include")
def include_them(
    where: WhereOption = None,
    image: ImageOption = None,
    note: NoteOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back the exclusion of photographs."""
    chosen = _selection(where, image)
    if isinstance(chosen, Filter):
        chosen = dataclasses.replace(chosen, excluded=True)
    with catalogue_of(home_at(home)) as catalogue:
        _print_change(include(catalogue, chosen, note), as_json)


@app.command(name="relabel")
def relabel_them(
    to: Annotated[str, typer.Option(help="The species that they show.")],
    where: WhereOption = None,
    image: ImageOption = None,
    note: NoteOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that photographs show another species."""
    chosen = _selection(where, image)
    with catalogue_of(home_at(home)) as catalogue:
        _print_change(relabel(catalogue, chosen, to, note), as_json)


@app.command()
def undo(
    change: Annotated[
        int | None, typer.Argument(help="The change's number; default: the last one.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Undo a change of the history, as far as no later one stands on it."""
    with catalogue_of(home_at(home)) as catalogue:
        number = last_change(catalogue).number if change is None else change
        undone = catalogue.undo(number)
    words = f"Change {number}: undone on {undone.undone:,} of {undone.images:,} photographs"
    answer(dataclasses.asdict(undone), words, as_json)


@app.command()
def history(
    limit: Annotated[int, typer.Option(min=1, help="How many changes, the last first.")] = 20,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was excluded, included and relabelled."""
    with catalogue_of(home_at(home)) as catalogue:
        changes = catalogue.changes(limit)
    lines = [_line(change) for change in changes] or ["Nothing has been changed yet."]
    answer([dataclasses.asdict(change) for change in changes], "\n".join(lines), as_json)


def _selection(where: list[str] | None, image_ids: list[str] | None) -> Chosen:
    if where and image_ids:
        raise BadInput("Choose photographs by --image or by --where, not by both.")
    if not where:
        if not image_ids:
            raise BadInput("Say which photographs are meant: --where FIELD=VALUE or --image ID.")
        return image_ids
    return filter_of(where)


def _print_change(change: Change, as_json: bool) -> None:
    answer(dataclasses.asdict(change), _line(change), as_json)


def _line(change: Change) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(change.made))
    words = f"{change.number}  {when}  {change.images:,} {_WORDS[change.action]}"
    to = f" to {change.species}" if change.species else ""
    undone = f", {change.undone:,} of them undone" if change.undone else ""
    return f"{words}{to}{undone}{f' ({change.note})' if change.note else ''}"
