"""The allowed files of a run's archive, their size limits, and a check that they can be read."""

import zipfile
from pathlib import Path, PurePosixPath

import numpy as np

from engine.errors import BadInput
from engine.files import read_json
from engine.language.message import deferred
from engine.reasons import reason_of
from engine.records import RECORD_BYTES, read_record
from engine.runs.evaluation import EVALUATION_BYTES, Evaluation
from engine.runs.notes import Notes
from engine.settings.crop import CropPreset
from engine.settings.files import load
from engine.training.data.parts import read_digests
from engine.training.report.diagnosis import Diagnosis
from engine.training.state.run_folder import UNREADABLE_BYTES, RunFolder, UnreadableEntry
from engine.training.state.status import read_status

CREDITS = "credits.csv"
LOG = "log.txt"
LIMITS = {
    "config.yaml": RECORD_BYTES,
    "crop.yaml": RECORD_BYTES,
    "classes.json": 16_000_000,
    "parts.json": RECORD_BYTES,
    "metrics.jsonl": 200_000_000,
    "status.json": RECORD_BYTES,
    "notes.json": RECORD_BYTES,
    "diagnosis.json": RECORD_BYTES,
    "unreadable.json": UNREADABLE_BYTES,
    LOG: 64_000_000,
    "checkpoints/best.safetensors": 20_000_000_000,
    CREDITS: 500_000_000,
}
_NEEDED = ("classes.json", "config.yaml", "status.json")
_EVALUATION = "evaluation/"
_ARRAY_BYTES = 256_000_000
_MOST_EVALUATIONS = 10_000
_MOST_MEMBERS = 20_000
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def members_of(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """Return the members to import, each within its limit; `name` is the archive's.

    Raises:
        BadInput: a file is missing or too large, or there are too many.
    """
    entries = archive.infolist()
    if len(entries) > _MOST_MEMBERS:
        raise BadInput(
            "{file} holds {files} files. The archive of a run has at most {most}.",
            file=name,
            files=len(entries),
            most=_MOST_MEMBERS,
        )
    wanted = {entry.filename: entry for entry in entries if limit_of(entry.filename)}
    missing = [needed for needed in _NEEDED if needed not in wanted]
    if missing:
        raise BadInput(
            "{file} is not the archive of a run: {missing} is missing.",
            file=name,
            missing=missing[0],
        )
    if sum(inner.startswith(_EVALUATION) for inner in wanted) > _MOST_EVALUATIONS:
        raise BadInput(
            "{file} holds more than {most} evaluation files.", file=name, most=_MOST_EVALUATIONS
        )
    for inner, entry in wanted.items():
        limit = limit_of(inner)
        if entry.file_size > limit:
            raise BadInput(
                "{member} in {file} is larger than {most:size}, the most allowed.",
                member=inner,
                file=name,
                most=limit,
            )
        if entry.compress_type not in _KINDS:
            raise BadInput(
                "{member} in {file} uses a compression that the studio does not support.",
                member=inner,
                file=name,
            )
    return list(wanted.values())


def limit_of(name: str) -> int:
    """Return the size limit of a member in bytes; 0 if it is not imported.

    Only files that an export writes are imported, so that no name points outside the folder.
    """
    if name in LIMITS:
        return LIMITS[name]
    inner = name.removeprefix(_EVALUATION)
    if inner == name or "/" in inner or "\\" in inner or not inner.isprintable():
        return 0
    return {".json": EVALUATION_BYTES, ".npz": _ARRAY_BYTES}.get(PurePosixPath(inner).suffix, 0)


def require_readable(folder: RunFolder) -> None:
    """Read every file of an unpacked run with the studio's readers.

    Raises:
        BadInput: one cannot be read; the message names it.
        ClassMapMismatch: the class map was changed after its creation.
    """
    read_status(folder.status)
    folder.read_settings()
    folder.read_classes()
    if folder.crop.exists():
        load(CropPreset, folder.crop)
    if folder.parts.exists():
        read_digests(folder.parts)
    notes = folder.root / "notes.json"
    for kind, path in ((Notes, notes), (Diagnosis, folder.diagnosis)):
        if path.exists():
            read_record(kind, path)
    if folder.unreadable.exists():
        read_record(tuple[UnreadableEntry, ...], folder.unreadable, UNREADABLE_BYTES)
    for path in folder.evaluation.glob("*"):
        if path.suffix == ".npz":
            _require_plain_arrays(path)
        elif path.stem in ("train", "val", "test"):
            read_record(Evaluation, path, EVALUATION_BYTES)
        else:
            read_json(path, EVALUATION_BYTES)


def _require_plain_arrays(path: Path) -> None:
    """Check the headers of an array file: numbers or strings, within the size limit."""
    try:
        with zipfile.ZipFile(path) as file:
            for entry in file.infolist():
                with file.open(entry) as stream:
                    np.lib.format.read_magic(stream)
                    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
                if dtype.hasobject or dtype.itemsize * int(np.prod(shape)) > 4 * _ARRAY_BYTES:
                    raise ValueError(deferred("it holds something else than arrays of numbers"))
    except Exception as error:
        # Damaged data makes zipfile and numpy raise various errors.
        raise BadInput("{file} is damaged: {error}.", file=path, error=reason_of(error)) from error
