"""The commands curate exclude, include, relabel, undo and history."""

import dataclasses
import time
from typing import Annotated

import typer

from engine.catalogue.changes import Change
from engine.catalogue.conditions import filter_of, require_known_fields
from engine.catalogue.curation import Chosen, exclude, include, last_change, relabel
from engine.catalogue.store import Catalogue, Filter
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    WhereOption,
    answer,
    catalogue_of,
    home_at,
)
from engine.errors import BadInput
from engine.language.formats import number
from engine.language.message import gettext, ngettext

app = typer.Typer(
    help=gettext("Exclude or relabel photographs of the catalogue, and undo it."),
    no_args_is_help=True,
)

ImageOption = Annotated[
    list[str] | None, typer.Option(help=gettext("An image_id. Repeat it for several."))
]
NoteOption = Annotated[str, typer.Option(help=gettext("The reason, for the history."))]


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="curate")


@app.command(
    name="exclude",
    help=gettext("Exclude photographs from exports, splits and downloads; their files stay."),
)
def exclude_them(
    where: WhereOption = None,
    image: ImageOption = None,
    note: NoteOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Exclude photographs from exports, splits and downloads; their files stay."""
    with catalogue_of(home_at(home)) as catalogue:
        chosen = _selection(catalogue, where, image)
        _print_change(exclude(catalogue, chosen, note), as_json)


@app.command(name="include", help=gettext("Take back the exclusion of photographs."))
def include_them(
    where: WhereOption = None,
    image: ImageOption = None,
    note: NoteOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back the exclusion of photographs."""
    with catalogue_of(home_at(home)) as catalogue:
        chosen = _selection(catalogue, where, image)
        if isinstance(chosen, Filter):
            chosen = dataclasses.replace(chosen, excluded=True)
        _print_change(include(catalogue, chosen, note), as_json)


@app.command(name="relabel", help=gettext("Give photographs another species."))
def relabel_them(
    to: Annotated[str, typer.Option(help=gettext("The species that they show."))],
    where: WhereOption = None,
    image: ImageOption = None,
    note: NoteOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give photographs another species."""
    with catalogue_of(home_at(home)) as catalogue:
        chosen = _selection(catalogue, where, image)
        _print_change(relabel(catalogue, chosen, to, note), as_json)


@app.command(help=gettext("Undo changes of the history, where no later one replaced them."))
def undo(
    change: Annotated[
        list[int] | None,
        typer.Argument(help=gettext("The numbers of changes. Default: the last one.")),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Undo changes of the history, unless a later change replaced them; the newest first."""
    with catalogue_of(home_at(home)) as catalogue:
        numbers = change or [last_change(catalogue).number]
        undone = [catalogue.undo(number) for number in sorted(set(numbers), reverse=True)]
    lines = [
        ngettext(
            "Change {number} undone: {undone} of {n} photograph.",
            "Change {number} undone: {undone} of {n} photographs.",
            one.images,
            number=str(one.number),
            undone=one.undone,
        )
        for one in undone
    ]
    values = [dataclasses.asdict(one) for one in undone]
    answer(values if len(values) > 1 else values[0], "\n".join(lines), as_json)


@app.command(help=gettext("List what was excluded, included and relabelled."))
def history(
    limit: Annotated[
        int, typer.Option(min=1, help=gettext("How many changes to list, newest first."))
    ] = 20,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was excluded, included and relabelled."""
    with catalogue_of(home_at(home)) as catalogue:
        changes = catalogue.changes(limit)
    lines = [change_line(change) for change in changes] or [gettext("No changes yet.")]
    answer([dataclasses.asdict(change) for change in changes], "\n".join(lines), as_json)


def _selection(
    catalogue: Catalogue, where: list[str] | None, image_ids: list[str] | None
) -> Chosen:
    if where and image_ids:
        raise BadInput("Use --image or --where, not both.")
    if not where:
        if not image_ids:
            raise BadInput("Choose photographs with --where FIELD=VALUE or --image ID.")
        return image_ids
    return require_known_fields(catalogue, filter_of(where))


def _print_change(change: Change, as_json: bool) -> None:
    answer(dataclasses.asdict(change), change_line(change), as_json)


def change_line(change: Change) -> str:
    """A change as one line of text."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(change.made))
    parts = [str(change.number), when, _what(change), change.note]
    if change.undone:
        parts.append(ngettext("{n} undone", "{n} undone", change.undone))
    return "  ".join(part for part in parts if part)


def _what(change: Change) -> str:
    images = number(change.images)
    if change.action == "relabel":
        return gettext("Relabelled as {species}: {images}", species=change.species, images=images)
    if change.action == "exclude":
        return gettext("Excluded: {images}", images=images)
    if change.action == "compute":
        return gettext("Field {name} computed: {images}", name=change.species, images=images)
    if change.action == "join":
        return gettext("Listed twice, joined: {images}", images=images)
    return gettext("Included again: {images}", images=images)
