"""download trash list, download trash restore, download trash empty."""

import dataclasses
from typing import Annotated

import typer

from engine.commands.shared import HomeOption, JsonOption, answer, home_at
from engine.download.control import no_download
from engine.download.trash import days, empty_discarded, restore_discarded

trash_commands = typer.Typer(
    help="The files that downloads removed, kept for 30 days.", no_args_is_help=True
)
DayOption = Annotated[str, typer.Argument(metavar="DATE", help="A day, as the list names it.")]


@trash_commands.command("list")
def trash_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List what is in the trash, by the day on which it was removed."""
    found = days(home_at(home))
    lines = [f"{day.date}  {day.files:,} files  {day.bytes / 1e6:,.1f} MB" for day in found]
    values = {"days": [dataclasses.asdict(day) for day in found]}
    answer(values, "\n".join(lines) or "The trash is empty.", as_json)


@trash_commands.command("restore")
def bring_back(date: DayOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Bring a day's files back to where they were; later downloads leave them alone."""
    studio_home = home_at(home)
    with no_download(studio_home):
        found = restore_discarded(studio_home, date)
    text = f"{found.files:,} files are back."
    if found.left:
        text += f" {found.left:,} stay in the trash, because their place is taken."
    answer({"restored": found.files, "left": found.left}, text, as_json)


@trash_commands.command("empty")
def remove(
    date: Annotated[
        str, typer.Argument(metavar="[DATE]", help="A day; default: all of them.")
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a day's files for good, or those of all days."""
    studio_home = home_at(home)
    with no_download(studio_home):
        found = empty_discarded(studio_home, date)
    text = f"{found.files:,} files, {found.bytes / 1e6:,.1f} MB, are gone for good."
    answer({"removed": found.files, "removed_bytes": found.bytes}, text, as_json)
