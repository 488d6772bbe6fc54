"""What an archive of a run may hold: which files, how large, and that each can be read."""

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
    """The members to take in, each within its limit; `name` is the archive's.

    Raises:
        BadInput: something is missing, too large, or too much.
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
    """How many bytes a member may have; 0 for one that is not taken in.

    Only what an archive of ours holds is, so that no name leads out of the folder.
    """
    if name in LIMITS:
        return LIMITS[name]
    inner = name.removeprefix(_EVALUATION)
    if inner == name or "/" in inner or "\\" in inner or not inner.isprintable():
        return 0
    return {".json": EVALUATION_BYTES, ".npz": _ARRAY_BYTES}.get(PurePosixPath(inner).suffix, 0)


def require_readable(folder: RunFolder) -> None:
    """Read every file of an unpacked run as the studio will.

    Raises:
        BadInput: one cannot be read; the sentence names it.
        ClassMapMismatch: the class map was changed after it was made.
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
    """Read the heads of a file of arrays: numbers or texts, and no larger than is allowed."""
    try:
        with zipfile.ZipFile(path) as file:
            for entry in file.infolist():
                with file.open(entry) as stream:
                    np.lib.format.read_magic(stream)
                    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
                if dtype.hasobject or dtype.itemsize * int(np.prod(shape)) > 4 * _ARRAY_BYTES:
                    raise ValueError(deferred("it holds something else than arrays of numbers"))
    except Exception as error:
        # Damaged bytes make zipfile and numpy raise whatever they meet.
        raise BadInput("{file} is damaged: {error}.", file=path, error=reason_of(error)) from error
