"""A split on disk: data/splits/NAME/."""

import dataclasses
import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from engine.errors import BadInput
from engine.files import atomic_writer, json_fault
from engine.home import Home
from engine.language.message import Message, deferred, gettext, message
from engine.reasons import reason_of

PARTS = ("train", "val", "test")
_PART_NAMES = {
    "train": deferred("train"),
    "val": deferred("validation"),
    "test": deferred("test"),
}

# Another process may still write to a younger draft.
_DRAFT_SECONDS = 3_600.0
_DRAFT = re.compile(r"\..+\.\d+")


@dataclass(frozen=True)
class SplitLine:
    """One photograph of a part. `path` is relative to the home; `label` indexes the class map.

    The line includes the values that link photographs into groups, so that a split can be
    checked from its files alone.
    """

    image_id: str
    path: str
    url: str
    species: str
    label: int
    source: str
    observation_id: str
    sha256: str
    observer: str = ""
    phash: str = ""


@dataclass(frozen=True)
class SplitFolder:
    """The paths of the files of one split."""

    root: Path

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def classes(self) -> Path:
        return self.root / "classes.json"

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.json"

    @property
    def notes(self) -> Path:
        """Names the species and groups that the manifest counts; see `engine.split.notes`."""
        return self.root / "notes.json"

    def part(self, part: str) -> Path:
        return self.root / f"{part}.jsonl"


def part_name(part: str) -> str:
    """The label of one of `PARTS`; any other word is returned unchanged."""
    return gettext(_PART_NAMES[part]) if part in _PART_NAMES else part


def split_names(home: Home) -> list[str]:
    """The complete splits, newest first."""
    # A name with a leading dot is a draft.
    made = [path for path in home.splits.glob("*/manifest.json") if path.parent.name[0] != "."]
    return [path.parent.name for path in sorted(made, key=lambda p: -p.stat().st_mtime)]


def split_folder(home: Home, name: str) -> SplitFolder:
    """The split with this name.

    Raises:
        BadInput: it does not exist.
    """
    folder = SplitFolder(home.splits / name)
    names = split_names(home)
    if name not in names:
        if not names:
            raise BadInput("There is no split {name}. Make one first.", name=name)
        raise BadInput(
            "There is no split {name}. Choose one of: {names}.", name=name, names=", ".join(names)
        )
    return folder


def draft_of(target: Path) -> Path:
    """The folder in which this process writes the split that becomes `target`."""
    return target.with_name(f".{target.name}.{os.getpid()}")


def remove_old_drafts(home: Home) -> int:
    """Remove the drafts of killed processes; returns the number removed.

    Keeps drafts changed within the last hour: another process may still write to them.
    """
    newest, removed = time.time() - _DRAFT_SECONDS, 0
    for draft in home.splits.glob(".*"):
        if not _DRAFT.fullmatch(draft.name):
            continue
        try:
            changed = max(path.lstat().st_mtime for path in (draft, *draft.iterdir()))
        except OSError:
            # Its process has just finished it, or it is no folder.
            continue
        if changed < newest:
            shutil.rmtree(draft, ignore_errors=True)
            removed += not draft.exists()
    return removed


def write_part(path: Path, lines: Iterable[SplitLine]) -> None:
    """Write one part as JSON lines, atomically."""
    write_rows(path, map(vars, lines))


def write_rows(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write objects as JSON lines, atomically."""
    with atomic_writer(path) as stream:
        for row in rows:
            stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def read_part(path: Path) -> list[SplitLine]:
    """Read one part.

    Raises:
        BadInput: the file is missing or cannot be read, or a line is invalid.
    """
    fields = [field.name for field in dataclasses.fields(SplitLine)]
    lines: list[SplitLine] = []
    try:
        with path.open(encoding="utf-8") as stream:
            for text in stream:
                value = json.loads(text)
                line = SplitLine(**{name: value.get(name, "") for name in fields})
                if not isinstance(line.label, int) or not line.species:
                    raise _not_a_line(path, len(lines) + 1, message("no species or no label"))
                lines.append(line)
    except FileNotFoundError as error:
        raise BadInput("{file} does not exist. Make the split first.", file=path) from error
    except OSError as error:
        raise BadInput(
            "{file} cannot be read ({reason}).", file=path, reason=reason_of(error)
        ) from error
    except ValueError as error:
        raise _not_a_line(path, len(lines) + 1, json_fault(error)) from error
    except AttributeError as error:
        raise _not_a_line(path, len(lines) + 1, message("no species or no label")) from error
    return lines


def _not_a_line(path: Path, line: int, reason: Message) -> BadInput:
    return BadInput(
        "Line {line} of {file} cannot be used ({reason}). Make the split again.",
        line=line,
        file=path,
        reason=reason,
    )
