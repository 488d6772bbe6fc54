"""Checking splits against their manifests, and checkpoints against their digests."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.doctor.condition import Check, State, Wrong
from engine.doctor.hashing import Reader
from engine.errors import BadInput, ClassMapMismatch
from engine.files import read_json
from engine.home import Home
from engine.language.message import Message, message, plural_message
from engine.split.classes import read_classes, require_same
from engine.split.folder import PARTS, SplitFolder

_LARGEST_HEADER = 100_000_000
_CHUNK = 1 << 20


def splits_check(home: Home, rate: float) -> Check:
    """Check every file of every split against the SHA-256 in its manifest, and its class map."""
    title, wrong, made = message("Splits"), Wrong(), 0
    reader = Reader(rate)
    for folder in sorted(path for path in home.splits.glob("*") if path.name[0] != "."):
        if folder.is_dir():
            made += 1
            for fault in _split_faults(SplitFolder(folder), reader):
                wrong.add(message("{where}: {reason}", where=folder.name, reason=fault))
    if wrong.count:
        text = plural_message(
            "{n} problem found. Make that split again.",
            "{n} problems found. Make those splits again.",
            wrong.count,
        )
        return Check("splits", title, "fault", (text,), wrong.count, tuple(wrong.items))
    if not made:
        return Check("splits", title, "sound", (message("None."),))
    text = plural_message(
        "{n} split read. It is unchanged.", "{n} splits read. They are unchanged.", made
    )
    return Check("splits", title, "sound", (text,))


def _split_faults(split: SplitFolder, reader: Reader) -> Iterator[Message]:
    try:
        manifest = read_json(split.manifest)
        files = dict(manifest["files"])
        require_same(str(manifest["class_map"]), read_classes(split.classes), split.name)
    except (BadInput, ClassMapMismatch) as error:
        yield error.message
        return
    except (KeyError, TypeError, ValueError):
        yield message("its manifest is damaged")
        return
    for name in sorted({*(f"{part}.jsonl" for part in PARTS), split.classes.name, *files}):
        file = split.root / Path(name).name
        if not file.is_file():
            yield message("{file} is missing", file=name)
        elif reader.sha256(file) != files.get(name):
            yield message("{file} has changed", file=name)


def checkpoints_check(home: Home, rate: float) -> Check:
    """Check the tensors of every checkpoint against its digest.

    The other content of a checkpoint, such as its settings, is read but not compared.
    """
    title, damaged, unknown, sound = message("Checkpoints"), Wrong(), Wrong(), 0
    reader = Reader(rate)
    for file in sorted(home.runs.glob("*/checkpoints/*.safetensors")):
        if file.parent.parent.name.startswith(".") or file.name.startswith("."):
            continue
        state = checkpoint_state(file, reader)
        if state == "sound":
            sound += 1
        else:
            (damaged if state == "fault" else unknown).add(home.relative(file))
    if damaged.count:
        text = plural_message(
            "{n} checkpoint is damaged. Its run resumes from the one before.",
            "{n} checkpoints are damaged. Their runs resume from the ones before.",
            damaged.count,
        )
        items = tuple(damaged.items)
        return Check("checkpoints", title, "fault", (text,), damaged.count, items)
    if unknown.count:
        text = message(
            "{unknown} without a checksum, {sound} unchanged.", unknown=unknown.count, sound=sound
        )
        items = tuple(unknown.items)
        return Check("checkpoints", title, "unknown", (text,), unknown.count, items)
    if not sound:
        return Check("checkpoints", title, "sound", (message("None."),))
    text = plural_message(
        "{n} checkpoint read. It is unchanged.",
        "{n} checkpoints read. They are unchanged.",
        sound,
    )
    return Check("checkpoints", title, "sound", (text,))


def checkpoint_state(file: Path, reader: Reader) -> State:
    """Compare a checkpoint with the digest in it, without torch.

    The digest is that of `engine.training.state.checkpoint`: names and bytes, ordered by name.
    """
    try:
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if not 2 <= length <= min(_LARGEST_HEADER, file.stat().st_size - 8):
                return "fault"
            header: dict[str, Any] = json.loads(stream.read(length))
            metadata = header.pop("__metadata__", {})
            places = {name: item["data_offsets"] for name, item in header.items()}
            if 8 + length + max((end for _, end in places.values()), default=0) != (
                file.stat().st_size
            ):
                return "fault"
            if not metadata.get("digest"):
                return "unknown"
            total = hashlib.sha256()
            for name in sorted(places):
                begin, end = places[name]
                total.update(name.encode())
                stream.seek(8 + length + begin)
                _update(total, stream, end - begin, reader)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "fault"
    return "sound" if total.hexdigest() == metadata["digest"] else "fault"


def _update(total: Any, stream: Any, left: int, reader: Reader) -> None:
    while left > 0:
        chunk = stream.read(min(_CHUNK, left))
        if not chunk:
            raise OSError(0, "the file ends too early")
        total.update(chunk)
        reader.pause(len(chunk))
        left -= len(chunk)
