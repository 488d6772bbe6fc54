"""Exports a run to one file, with all that another studio needs to show it and to predict."""

import csv
import dataclasses
import errno
import io
import os
import re
import reprlib
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from engine.catalogue.opening import open_catalogue
from engine.errors import BadInput, StudioError, WorkFailed
from engine.files import atomic_file, free_disk_bytes, read_json_lines, write_json
from engine.home import Home
from engine.language.message import Message, message
from engine.locks import exclusive
from engine.reasons import reason_of
from engine.runs.members import CREDITS, LIMITS, LOG, limit_of, members_of, require_readable
from engine.runs.run import Run, find_run
from engine.spreadsheet import to_cell
from engine.training.data.parts import locate
from engine.training.state.run_folder import RunFolder
from engine.training.state.status import ENDED, Status, reason_fields, write_status

_CREDITED = ("image_id", "species", "source", "license", "attribution", "observer", "url")
# The characters of RunSettings.name, which starts a run id, with room for the timestamp.
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
# The error numbers that a damaged archive causes, unlike those of a disk that refuses.
_NO_FAULT_OF_THE_DISK = (None, errno.EINVAL)


def archive_run(home: Home, run_id: str, target: Path, spreadsheet_safe: bool = False) -> Path:
    """Write configuration, metrics, best weights, class map and credits of a run to a zip file.

    Raises:
        BadInput: there is no such run.
        WorkFailed: the file cannot be written, or the catalogue with the credits cannot be read; an
            existing file is unchanged.
    """
    run = find_run(home, run_id)
    try:
        with atomic_file(target) as temporary, zipfile.ZipFile(temporary, "w") as archive:
            for path in _files_of(run.folder):
                if path.name == LOG and path.stat().st_size > LIMITS[LOG]:
                    archive.writestr(LOG, _end_of(path, LIMITS[LOG]), zipfile.ZIP_DEFLATED)
                    continue
                # Weights do not compress, and the attempt takes a minute.
                heavy = path.suffix in (".safetensors", ".npz")
                archive.write(
                    path,
                    path.relative_to(run.folder.root).as_posix(),
                    zipfile.ZIP_STORED if heavy else zipfile.ZIP_DEFLATED,
                )
            archive.writestr(CREDITS, _credits(home, run, spreadsheet_safe), zipfile.ZIP_DEFLATED)
    except OSError as error:
        raise WorkFailed(
            "{file} could not be written ({reason}).", file=target, reason=reason_of(error)
        ) from error
    return target


def import_archive(home: Home, file: Path, name: str = "") -> Run:
    """Import the archive of a run, under its own name or another; it can be viewed and predicts.

    Raises:
        BadInput: the file is not a complete archive of a run.
        WorkFailed: the home cannot be written to, or has not enough space.
    """
    home.runs.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=".incoming-", dir=home.runs) as made:
            folder = RunFolder(Path(made) / "run")
            _unpack(folder, file)
            status = _checked(folder, file)
            run_id = name or status.run_id
            if not _RUN_ID.fullmatch(run_id):
                raise BadInput(
                    "{name} cannot be the name of a run. Use letters, digits, - and _; choose one "
                    "with --name.",
                    name=reprlib.repr(run_id),
                )
            _as_imported(folder, status, file)
            with exclusive(home.runs / ".launching"):
                run_id = _free_name(home, run_id)
                folder.root.rename(home.runs / run_id)
    except OSError as error:
        raise WorkFailed(
            "{file} could not be imported ({reason}).", file=file.name, reason=reason_of(error)
        ) from error
    return find_run(home, run_id)


def _files_of(folder: RunFolder) -> Iterator[Path]:
    inside = [*LIMITS, *sorted(f"evaluation/{path.name}" for path in folder.evaluation.glob("*"))]
    paths = (folder.root / name for name in inside if name != CREDITS and limit_of(name))
    yield from (path for path in paths if path.is_file())


def _credits(home: Home, run: Run, spreadsheet_safe: bool) -> str:
    """Return the authors of the run's training photographs as CSV, one line per photograph."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(_CREDITED)
    try:
        train = locate(home, str(run.folder.read_settings().data.train_jsonl))
    except BadInput:
        return sheet.getvalue()
    if not train.is_file():
        # Without the split there are no credits, but the run is still archived.
        return sheet.getvalue()
    with open_catalogue(home) as catalogue:
        for line in read_json_lines(train):
            photograph = catalogue.get(str(line.get("image_id", "")))
            known = photograph._asdict() if photograph else line
            cells = [str(known.get(key) or "") for key in _CREDITED]
            writer.writerow([to_cell(cell, spreadsheet_safe) for cell in cells])
    return sheet.getvalue()


def _end_of(path: Path, most: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(-most, os.SEEK_END)
        return stream.read()


def _unpack(folder: RunFolder, file: Path) -> None:
    """Write the members to the folder, each within its size limit."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = members_of(archive, file.name)
            needed = sum(member.file_size for member in members)
            if needed > free_disk_bytes(folder.root.parent):
                raise WorkFailed(
                    "{file} needs {total:size} of disk space. Make room and try again.",
                    file=file.name,
                    total=needed,
                )
            for member in members:
                target = folder.root / member.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                # Reading to the end verifies the checksum, and zipfile reads no more than the size
                # in the directory.
                with archive.open(member) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
    except StudioError:
        raise
    except Exception as error:
        # Damaged data makes zipfile and zlib raise various errors.
        if isinstance(error, OSError) and error.errno not in _NO_FAULT_OF_THE_DISK:
            raise
        raise BadInput(
            "{file} is not a complete zip file. Archive the run again.", file=file.name
        ) from error


def _checked(folder: RunFolder, file: Path) -> Status:
    try:
        require_readable(folder)
        return folder.read_status()
    except BadInput as error:
        fault = message(
            "{file} cannot be imported. {error}", file=file.name, error=_without(error, folder)
        )
        raise type(error)(fault) from error


def _without(error: BadInput, folder: RunFolder) -> Message:
    """Return the error's message without the path of the temporary folder."""
    fields = {
        name: str(value).replace(f"{folder.root}/", "") if isinstance(value, str | Path) else value
        for name, value in error.message.fields.items()
    }
    return dataclasses.replace(error.message, fields=fields)


def _as_imported(folder: RunFolder, status: Status, file: Path) -> None:
    """Mark a run as ended; its process runs on another machine, if at all."""
    state = status.state if status.state in ENDED else "stopped"
    unfinished = message("It was archived before it ended.") if state != "finished" else None
    write_status(
        folder.status,
        dataclasses.replace(
            status,
            state=state,
            pid=None,
            pid_started=None,
            seconds_left=None,
            **reason_fields(status.why or unfinished),
        ),
    )
    write_json(folder.imported, {"from": file.name, "t": time.time()})


def _free_name(home: Home, wanted: str) -> str:
    names = [wanted, *(f"{wanted}-{number}" for number in range(2, 10_000))]
    return next(name for name in names if not (home.runs / name).exists())
