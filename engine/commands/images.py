"""The command shrink."""

from typing import Annotated

import typer

from engine.catalogue.store import Filter
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    answer,
    catalogue_of,
    home_at,
    progress,
)
from engine.home import Home
from engine.images.shrinking import shrink
from engine.images.shrunk import SHRUNK_SIDE
from engine.language.message import gettext, ngettext
from engine.split.folder import PARTS, read_part, split_folder
from engine.workers import cores


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("shrink", help=gettext("Make small copies of photographs, for data.shrink_once."))(
        shrink_photographs
    )


def shrink_photographs(
    split: Annotated[
        str,
        typer.Option(help=gettext("The split whose photographs to copy. Default: the catalogue.")),
    ] = "",
    side: Annotated[
        int, typer.Option(min=64, max=4096, help=gettext("Short side of the copies, in pixels."))
    ] = SHRUNK_SIDE,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=256, help=gettext("Number of processes. Default: one per core.")),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make small copies before training with data.shrink_once; an interrupted run resumes."""
    studio_home = home_at(home)
    paths = _of_split(studio_home, split) if split else _of_catalogue(studio_home)
    with progress() as report:
        shrunk = shrink(studio_home, paths, side, processes or cores(), report)
    values = {
        "made": shrunk.made,
        "small": shrunk.small,
        "known": shrunk.known,
        "failed": len(shrunk.unreadable),
    }
    text = gettext(
        "{made}; {small} already small, {known} copied before.",
        made=ngettext("{n} small copy made", "{n} small copies made", shrunk.made),
        small=shrunk.small,
        known=shrunk.known,
    )
    answer(values, "\n".join([text, *(f"  {why}" for why in shrunk.unreadable.values())]), as_json)


def _of_catalogue(home: Home) -> dict[str, str]:
    with catalogue_of(home) as catalogue:
        return {item.sha256: item.path for item in catalogue.all(Filter(state="cached"))}


def _of_split(home: Home, name: str) -> dict[str, str]:
    folder = split_folder(home, name)
    files = [folder.part(part) for part in PARTS if folder.part(part).is_file()]
    return {line.sha256: line.path for file in files for line in read_part(file)}
