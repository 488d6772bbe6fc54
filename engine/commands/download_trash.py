"""The commands download trash list, restore and empty."""

import dataclasses
from typing import Annotated

import typer

from engine.commands.shared import HomeOption, JsonOption, answer, home_at
from engine.download.control import no_download
from engine.download.trash import days, empty_discarded, restore_discarded
from engine.language.message import gettext, ngettext

trash_commands = typer.Typer(
    help=gettext("The files that downloads removed, kept for 30 days."), no_args_is_help=True
)
DayOption = Annotated[
    str, typer.Argument(metavar="DATE", help=gettext("A day, as shown by `trash list`."))
]


@trash_commands.command("list", help=gettext("List the files in the trash, by day of removal."))
def trash_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the files in the trash, by day of removal."""
    found = days(home_at(home))
    lines = [
        ngettext(
            "{date}: {n} file, {total:size}",
            "{date}: {n} files, {total:size}",
            day.files,
            date=day.date,
            total=day.bytes,
        )
        for day in found
    ]
    values = {"days": [dataclasses.asdict(day) for day in found]}
    answer(values, "\n".join(lines) or gettext("The trash is empty."), as_json)


@trash_commands.command(
    "restore", help=gettext("Restore the files of a day. Later downloads leave them alone.")
)
def bring_back(date: DayOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Restore the files of a day; later downloads do not remove them."""
    studio_home = home_at(home)
    with no_download(studio_home):
        found = restore_discarded(studio_home, date)
    lines = [ngettext("Restored {n} file.", "Restored {n} files.", found.files)]
    if found.left:
        lines.append(
            ngettext(
                "{n} file stays in the trash: another file has its name.",
                "{n} files stay in the trash: other files have their names.",
                found.left,
            )
        )
    answer({"restored": found.files, "left": found.left}, "\n".join(lines), as_json)


@trash_commands.command("empty", help=gettext("Delete the files of a day, or all, for good."))
def remove(
    date: Annotated[
        str, typer.Argument(metavar="[DATE]", help=gettext("A day; default: all."))
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Permanently delete the files of a day, or all."""
    studio_home = home_at(home)
    with no_download(studio_home):
        found = empty_discarded(studio_home, date)
    text = ngettext(
        "Deleted {n} file ({total:size}).",
        "Deleted {n} files ({total:size}).",
        found.files,
        total=found.bytes,
    )
    answer({"removed": found.files, "removed_bytes": found.bytes}, text, as_json)
