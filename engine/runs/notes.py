"""What a person says of a run: a note, tags, whether it is a favourite."""

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
    """Kept in notes.json of the run's folder."""

    note: Text = ""
    tags: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    favourite: bool = False


def read_notes(folder: RunFolder) -> Notes:
    """The notes on a run; none where the file is missing or damaged."""
    return read_record_or(Notes, folder.root / "notes.json", Notes())


def write_notes(folder: RunFolder, notes: Notes) -> None:
    """Keep the notes."""
    write_json(folder.root / "notes.json", dataclasses.asdict(notes))


def tags_of(words: str) -> tuple[str, ...]:
    """Tags from words parted by commas, each once, in their order."""
    return tuple(dict.fromkeys(tag.strip() for tag in words.split(",") if tag.strip()))


def matches_search(run: Run, notes: Notes, words: str) -> bool:
    """Whether all the words are in the run's name, state, reason, note or tags."""
    fields = (run.run_id, run.state, run.reason, notes.note, *notes.tags)
    text = " ".join(fields).lower()
    return all(word in text for word in words.lower().split())
