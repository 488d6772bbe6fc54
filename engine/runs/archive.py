"""A run in one file that opens in another studio: what is needed to show it and to predict."""

import csv
import dataclasses
import io
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from engine.catalogue.sqlite import open_catalogue
from engine.errors import BadInput, StudioError, WorkFailed
from engine.files import read_json_lines, write_json
from engine.home import Home
from engine.locks import exclusive
from engine.runs.run import Run, find_run
from engine.split.classes import read_classes
from engine.spreadsheet import to_cell
from engine.training.folder import RunFolder
from engine.training.parts import locate
from engine.training.status import ENDED, read_status, write_status

_FILES = (
    "config.yaml", "crop.yaml", "classes.json", "parts.json", "metrics.jsonl", "status.json",
    "notes.json", "diagnosis.json", "unreadable.json", "log.txt", "checkpoints/best.safetensors",
)  # fmt: skip
_NEEDED = frozenset({"config.yaml", "classes.json", "status.json"})
_FOLDER = "evaluation/"
CREDITS = "credits.csv"
_CREDITED = ("image_id", "species", "source", "license", "attribution", "observer", "url")


def archive_run(home: Home, run_id: str, target: Path, spreadsheet_safe: bool = False) -> Path:
    """Write configuration, metrics, best weights, class map and credits of a run to a zip file.

    Raises:
        BadInput: there is no such run.
        WorkFailed: the file cannot be written; what was there is untouched.
    """
    run = find_run(home, run_id)
    temporary = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(temporary, "w") as archive:
            for path in _files_of(run.folder):
                # Weights do not shrink, and trying takes a minute.
                heavy = path.suffix in (".safetensors", ".npz")
                archive.write(
                    path,
                    path.relative_to(run.folder.root).as_posix(),
                    zipfile.ZIP_STORED if heavy else zipfile.ZIP_DEFLATED,
                )
            archive.writestr(CREDITS, _credits(home, run, spreadsheet_safe), zipfile.ZIP_DEFLATED)
        temporary.replace(target)
    except OSError as error:
        raise WorkFailed(f"{target} could not be written ({error.strerror}).") from error
    finally:
        temporary.unlink(missing_ok=True)
    return target


def import_archive(home: Home, file: Path, name: str = "") -> Run:
    """Take in the archive of a run, under its own name or another; it can be shown and asked.

    Raises:
        BadInput: the file is no whole archive of a run.
        WorkFailed: the home cannot be written to, or has no room.
    """
    home.runs.mkdir(parents=True, exist_ok=True)
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".incoming-", dir=home.runs) as made,
            zipfile.ZipFile(file) as archive,
        ):
            folder = RunFolder(Path(made) / "run")
            _unpack(archive, folder, file)
            status = read_status(folder.status)
            _require_readable(folder)
            _as_imported(folder, file)
            with exclusive(home.runs / ".launching"):
                run_id = _free_name(home, name or status.run_id)
                folder.root.rename(home.runs / run_id)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadInput(f"{file.name} is no whole zip file; archive the run once more.") from error
    except OSError as error:
        raise WorkFailed(f"{file.name} could not be taken in ({error.strerror}).") from error
    return find_run(home, run_id)


def _files_of(folder: RunFolder) -> Iterator[Path]:
    yield from (path for name in _FILES if (path := folder.root / name).is_file())
    yield from sorted(path for path in folder.evaluation.glob("*") if path.is_file())


def _credits(home: Home, run: Run, spreadsheet_safe: bool) -> str:
    """Who made the photographs that a run learnt from, a line a photograph."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(_CREDITED)
    try:
        config = run.folder.read_settings().data
        train = locate(home, str(config.train_jsonl))
        with open_catalogue(home.catalogue) as catalogue:
            for line in read_json_lines(train):
                photograph = catalogue.get(str(line.get("image_id", "")))
                known = photograph._asdict() if photograph else line
                cells = [str(known.get(key) or "") for key in _CREDITED]
                writer.writerow([to_cell(cell, spreadsheet_safe) for cell in cells])
    except (StudioError, OSError):
        # The split is gone: the run is worth keeping without it.
        pass
    return sheet.getvalue()


def _unpack(archive: zipfile.ZipFile, folder: RunFolder, file: Path) -> None:
    entries = {entry.filename: entry for entry in archive.infolist() if _is_wanted(entry.filename)}
    missing = sorted(_NEEDED - set(entries))
    if missing:
        raise BadInput(f"{file.name} is no archive of a run: {missing[0]} is not in it.")
    needed = sum(entry.file_size for entry in entries.values())
    if needed > shutil.disk_usage(folder.root.parent).free:
        raise WorkFailed(f"There is no room for the {needed / 1e6:,.0f} MB of {file.name}.")
    for name, entry in entries.items():
        target = folder.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        # Reading to its end checks each file's checksum.
        with archive.open(entry) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)


def _is_wanted(name: str) -> bool:
    """Only what an archive of ours holds, so that no name leads out of the folder."""
    inner = PurePosixPath(name.removeprefix(_FOLDER))
    plain = inner.parts == (inner.name,) and inner.name not in ("", ".", "..")
    return name in (*_FILES, CREDITS) or (name.startswith(_FOLDER) and plain and "\\" not in name)


def _require_readable(folder: RunFolder) -> None:
    folder.read_settings()
    read_classes(folder.classes)


def _as_imported(folder: RunFolder, file: Path) -> None:
    """What another machine's process wrote last is over here."""
    status = read_status(folder.status)
    state = status.state if status.state in ENDED else "stopped"
    reason = status.reason or ("" if state == "finished" else "It was archived before its end.")
    write_status(
        folder.status,
        dataclasses.replace(
            status, state=state, reason=reason, pid=None, pid_started=None, seconds_left=None
        ),
    )
    write_json(folder.imported, {"from": file.name, "t": time.time()})


def _free_name(home: Home, wanted: str) -> str:
    if Path(wanted).name != wanted or wanted.startswith(".") or not wanted:
        raise BadInput(f"{wanted!r} cannot be the name of a run's folder.")
    names = [wanted, *(f"{wanted}-{number}" for number in range(2, 10_000))]
    return next(name for name in names if not (home.runs / name).exists())
