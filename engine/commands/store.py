"""The commands catalogue restore, rebuild, new, backup, backups and move."""

import dataclasses
import time
from typing import Annotated

import typer

from engine.backups.listing import Backup, list_backups
from engine.backups.making import back_up
from engine.backups.restoring import restore_backup as restore_backup
from engine.catalogue.moving import move_catalogue
from engine.catalogue.opening import catalogue_settings
from engine.commands.shared import HomeOption, JsonOption, answer, home_at, progress
from engine.doctor.examine import USUAL_RATE
from engine.doctor.ledger import forget_records
from engine.doctor.rebuild import begin_new
from engine.doctor.rebuild import rebuild_catalogue as rebuild_catalogue
from engine.download.control import no_download
from engine.errors import BadInput
from engine.home import Home
from engine.language.message import deferred, gettext, ngettext
from engine.settings.catalogue import CatalogueSettings, Store
from engine.settings.files import validate

app = typer.Typer(no_args_is_help=True)
_MONGO = deferred("The catalogue is in MongoDB and is not backed up here. Use mongodump.")


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    about = gettext("Back up and restore the catalogue, or move it to the other store.")
    parent.add_typer(app, name="catalogue", help=about)


@app.callback()
def _catalogue() -> None:
    """Back up and restore the catalogue, or move it to the other store."""


@app.command(
    "restore", help=gettext("Restore the catalogue from a backup. The present file is kept aside.")
)
def catalogue_restore(
    backup: Annotated[
        str,
        typer.Argument(
            help=gettext("The name of a backup; default: the newest."), show_default=False
        ),
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore the catalogue from a backup; the current file is kept under another name."""
    studio_home = home_at(home)
    _require_file(studio_home)
    restored = restore_backup(studio_home, backup)
    forget_records(studio_home)
    done = ngettext(
        "Restored the backup {backup} with {n} photograph.",
        "Restored the backup {backup} with {n} photographs.",
        restored.photographs,
        backup=restored.backup,
    )
    moved = [_moved_to(path) for path in restored.set_aside]
    hint = gettext("Photographs imported since then have no record. Run `doctor` to list them.")
    answer(dataclasses.asdict(restored), "\n".join([done, *moved, hint]), as_json)


@app.command(
    "rebuild",
    help=gettext("Rebuild the catalogue from photographs, splits and the download history."),
)
def catalogue_rebuild(
    rate: Annotated[
        float, typer.Option(min=0, help=gettext("Read at most this many MB/s; 0 = no limit."))
    ] = USUAL_RATE,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rebuild the catalogue from photographs, splits and the download history."""
    studio_home = home_at(home)
    _require_file(studio_home)
    with progress() as report:
        rebuilt = rebuild_catalogue(studio_home, rate, report)
    lines = [
        gettext(
            "{photographs} photographs with files, {remote} with an address only.",
            photographs=rebuilt.photographs,
            remote=rebuilt.by_address,
        ),
        gettext(
            "{unknown} files of unknown species, {damaged} damaged files.",
            unknown=rebuilt.unknown,
            damaged=rebuilt.damaged,
        ),
    ]
    if rebuilt.list_file:
        lines.append(
            gettext(
                "They are listed in {file}. The files stay where they are.", file=rebuilt.list_file
            )
        )
    answer(dataclasses.asdict(rebuilt), "\n".join(lines), as_json)


@app.command(
    help=gettext("Start an empty catalogue where the old one is gone. Photographs stay on disk.")
)
def new(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Start an empty catalogue if the old one is missing; photographs stay on disk."""
    studio_home = home_at(home)
    _require_file(studio_home)
    moved = begin_new(studio_home)
    lines = [gettext("The catalogue is now empty."), *([_moved_to(moved)] if moved else [])]
    answer({"set_aside": moved}, "\n".join(lines), as_json)


@app.command(help=gettext("Back up the databases now, in addition to the daily backup."))
def backup(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Back up the databases now, in addition to the daily backup."""
    studio_home = home_at(home)
    made = back_up(studio_home)
    lines = [_line(made), *([gettext(_MONGO)] if _in_mongo(studio_home) else [])]
    values = _values(made) | {"catalogue_in_mongodb": _in_mongo(studio_home)}
    answer(values, "\n".join(lines), as_json)


@app.command("backups", help=gettext("List the backups, newest first."))
def catalogue_backups(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the backups, newest first."""
    studio_home = home_at(home)
    found = list_backups(studio_home)
    lines = [_line(item) for item in found] or [gettext("No backups yet.")]
    if _in_mongo(studio_home):
        lines.append(gettext(_MONGO))
    answer([_values(item) for item in found], "\n".join(lines), as_json)


@app.command(
    help=gettext("Move the catalogue with all its data to the other store. The old one is kept.")
)
def move(
    to: Annotated[
        Store,
        typer.Option(help=gettext("The store to move the catalogue to.")),
    ],
    address: Annotated[
        str | None,
        typer.Option(
            help=gettext(
                "Address of MongoDB: mongodb://HOST; with a password, env:NAME or file:PATH. "
                "Default: the configured one."
            )
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(help=gettext("Database name in MongoDB; default: the configured one.")),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move the catalogue with all its data to the other store; the old one is kept."""
    studio_home = home_at(home)
    given = {"store": to, "address": address, "database": database}
    chosen = {key: value for key, value in given.items() if value is not None}
    target = validate(
        CatalogueSettings,
        catalogue_settings(studio_home).model_dump() | chosen,
        gettext("The new store"),
    )
    with no_download(studio_home), progress() as report:
        moved = move_catalogue(studio_home, target, report)
    forget_records(studio_home)
    text = gettext(
        "Moved {photographs} photographs and {changes} changes to {store}. "
        "Both stores were compared and are equal. The old one is kept: {kept}.",
        photographs=moved.photographs,
        changes=moved.changes,
        store=moved.store,
        kept=moved.kept,
    )
    answer(dataclasses.asdict(moved), text, as_json)


def _line(made: Backup) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(made.made))
    rows = {name: sum(copied.rows.values()) for name, copied in made.databases.items()}
    photographs = made.photographs
    parts = []
    if photographs is not None:
        parts.append(ngettext("{n} photograph", "{n} photographs", photographs))
    parts += [
        ngettext("{database}: {n} row", "{database}: {n} rows", many, database=name)
        for name, many in rows.items()
        if name != "catalogue"
    ]
    return f"{made.name}  {when}  {', '.join(parts)}"


def _moved_to(path: str) -> str:
    return gettext("The former file is {file}.", file=path)


def _values(made: Backup) -> dict[str, object]:
    rows = {name: copied.rows for name, copied in made.databases.items()}
    return {"name": made.name, "made": made.made, "photographs": made.photographs, "rows": rows}


def _in_mongo(home: Home) -> bool:
    return catalogue_settings(home).store == "mongodb"


def _require_file(home: Home) -> None:
    if _in_mongo(home):
        raise BadInput("The catalogue is in MongoDB. Restore it there with mongorestore.")
