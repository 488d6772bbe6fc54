"""The user's notes on a run: a text, tags, and whether it is a favourite."""

import dataclasses
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.files import write_json
from engine.records import Name, Text, read_record_or
from engine.runs.run import Run
from engine.training.state.run_folder import RunFolder


@dataclass(frozen=True)
class Notes:
    """The content of notes.json in the run's folder."""

    note: Text = ""
    tags: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    favourite: bool = False


def read_notes(folder: RunFolder) -> Notes:
    """Read the notes on a run; empty if the file is missing or damaged."""
    return read_record_or(Notes, folder.root / "notes.json", Notes())


def write_notes(folder: RunFolder, notes: Notes) -> None:
    """Write the notes."""
    write_json(folder.root / "notes.json", dataclasses.asdict(notes))


def tags_of(words: str) -> tuple[str, ...]:
    """Split text at commas into tags, without duplicates, in order."""
    return tuple(dict.fromkeys(tag.strip() for tag in words.split(",") if tag.strip()))


def matches_search(run: Run, notes: Notes, words: str) -> bool:
    """Whether all the words are in the run's name, state, reason, note or tags."""
    fields = (run.run_id, run.state, run.reason, notes.note, *notes.tags)
    text = " ".join(fields).lower()
    return all(word in text for word in words.lower().split())
