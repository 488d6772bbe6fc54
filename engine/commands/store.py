"""catalogue restore, rebuild, new, backup, backups and move."""

import dataclasses
import time
from typing import Annotated, Literal

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
from engine.settings.catalogue import CatalogueSettings
from engine.settings.files import validate

app = typer.Typer(
    help="Back up the catalogue, bring it back, or move it to the other store.",
    no_args_is_help=True,
)
_MONGO = "The catalogue is in a MongoDB and is not backed up here: use mongodump."


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="catalogue")


@app.callback()
def _catalogue() -> None:
    """Back up the catalogue, bring it back, or move it to the other store."""


@app.command("restore")
def catalogue_restore(
    backup: Annotated[
        str, typer.Argument(help="A backup's name; default: the newest.", show_default=False)
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the catalogue back from a backup; the present file is set aside."""
    studio_home = home_at(home)
    _require_file(studio_home)
    restored = restore_backup(studio_home, backup)
    forget_records(studio_home)
    words = f"The backup {restored.backup} was restored: {restored.photographs:,} photographs."
    moved = [f"Set aside: {path}" for path in restored.set_aside]
    hint = "Photographs imported since have no record: run `doctor` to list them."
    answer(dataclasses.asdict(restored), "\n".join([words, *moved, hint]), as_json)


@app.command("rebuild")
def catalogue_rebuild(
    rate: Annotated[
        float, typer.Option(min=0, help="Read files at so many MB/s; 0 = no limit.")
    ] = USUAL_RATE,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the catalogue anew from the photographs, the splits and the download journal."""
    studio_home = home_at(home)
    _require_file(studio_home)
    with progress() as report:
        rebuilt = rebuild_catalogue(studio_home, rate, report)
    lines = [
        f"{rebuilt.photographs:,} photographs, and {rebuilt.by_address:,} known by address alone",
        f"{rebuilt.unknown:,} files of unknown species, {rebuilt.damaged:,} damaged files",
    ]
    if rebuilt.list_file:
        lines.append(f"They are listed in {rebuilt.list_file}; the files stay where they are.")
    answer(dataclasses.asdict(rebuilt), "\n".join(lines), as_json)


@app.command()
def new(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Begin an empty catalogue where the former is gone; photographs stay on disk."""
    studio_home = home_at(home)
    _require_file(studio_home)
    moved = begin_new(studio_home)
    words = "The catalogue is empty now." + (f" Set aside: {moved}" if moved else "")
    answer({"set_aside": moved}, words, as_json)


@app.command()
def backup(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Back up the databases now, beside the backup that each day makes."""
    studio_home = home_at(home)
    made = back_up(studio_home)
    words = "\n".join([_line(made), *([_MONGO] if _in_mongo(studio_home) else [])])
    answer(_values(made) | {"catalogue_in_mongodb": _in_mongo(studio_home)}, words, as_json)


@app.command("backups")
def catalogue_backups(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the backups, the newest first."""
    studio_home = home_at(home)
    found = list_backups(studio_home)
    lines = [_line(item) for item in found] or ["There is no backup yet."]
    if _in_mongo(studio_home):
        lines.append(_MONGO)
    answer([_values(item) for item in found], "\n".join(lines), as_json)


@app.command()
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
    studio_home = home_at(home)
    given = {"store": to, "address": address, "database": database}
    chosen = {key: value for key, value in given.items() if value is not None}
    target = validate(
        CatalogueSettings, catalogue_settings(studio_home).model_dump() | chosen, "The new store"
    )
    with no_download(studio_home), progress() as report:
        moved = move_catalogue(studio_home, target, report)
    forget_records(studio_home)
    text = (
        f"{moved.photographs:,} photographs and {moved.changes:,} changes are in {moved.store} "
        f"now. Both stores hold the same. The old one is kept: {moved.kept}."
    )
    answer(dataclasses.asdict(moved), text, as_json)


def _line(made: Backup) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(made.made))
    rows = {name: sum(copied.rows.values()) for name, copied in made.databases.items()}
    photographs = made.photographs
    parts = [] if photographs is None else [f"{photographs:,} photographs"]
    parts += [f"{name} {many:,} rows" for name, many in rows.items() if name != "catalogue"]
    return f"{made.name}  {when}  {', '.join(parts)}"


def _values(made: Backup) -> dict[str, object]:
    rows = {name: copied.rows for name, copied in made.databases.items()}
    return {"name": made.name, "made": made.made, "photographs": made.photographs, "rows": rows}


def _in_mongo(home: Home) -> bool:
    return catalogue_settings(home).store == "mongodb"


def _require_file(home: Home) -> None:
    if _in_mongo(home):
        raise BadInput("The catalogue is in a MongoDB; restore it there with mongorestore.")
