"""Photographs that could not be read while training: listed, never replaced."""

from pathlib import Path

from engine.errors import WorkFailed
from engine.files import write_json
from engine.language.message import deferred
from engine.records import read_record_or
from engine.training.data.dataset import Batch, Part
from engine.training.data.tolerance import too_many
from engine.training.device.process_group import ALONE, Ranks
from engine.training.state.run_folder import UNREADABLE_BYTES, UnreadableEntry

_TOO_MANY = {
    "train": deferred(
        "{unreadable} of {total} train photographs cannot be read. They are listed in {file}. The "
        "latest: {reason}"
    ),
    "val": deferred(
        "{unreadable} of {total} validation photographs cannot be read. They are listed in {file}. "
        "The latest: {reason}"
    ),
}


class UnreadablePhotos:
    """Keeps unreadable.json, a list of `UnreadableEntry`, and ends a run that has too many.

    Of several processes, each of which sees a share of the photographs, the first writes.
    """

    def __init__(self, file: Path, ranks: Ranks = ALONE) -> None:
        self._file, self._ranks = file, ranks
        # Photographs in each part that something could not be read of.
        self._sizes: dict[str, int] = {}
        # What was listed and could be read after all, since the processes last met.
        self._healed: set[tuple[str, str]] = set()
        listed = read_record_or(tuple[UnreadableEntry, ...], file, (), UNREADABLE_BYTES)
        self._found = {(item.part, item.path): item.why for item in listed}

    def take(self, part: str, dataset: Part, batch: Batch) -> None:
        """Note what a batch could not read, and what it could that is listed.

        Raises:
            WorkFailed: as `gather`, where this process is alone.
        """
        fresh = {(part, dataset.path(index)): why for index, why in batch.unreadable.items()}
        if self._found:
            read = {(part, dataset.path(index)) for index in batch.indices.tolist()}
            self._healed |= read & self._found.keys()
        if not fresh and not self._healed:
            return
        self._sizes[part] = len(dataset)
        # The latest comes last, for that is the one to be named.
        self._found = {k: v for k, v in self._found.items() if k not in self._healed} | fresh
        if self._ranks.count == 1:
            self._healed.clear()
            self._settle()

    def gather(self) -> None:
        """Bring together what every process found.

        Raises:
            WorkFailed: more than 0.1 % of a part, and more than three photographs, or all of it,
                cannot be read.
        """
        if self._ranks.count == 1:
            return
        healed = set[tuple[str, str]]()
        for sizes, found, read in self._ranks.gather((self._sizes, self._found, self._healed)):
            self._sizes |= sizes
            self._found |= found
            healed |= read
        self._found = {k: v for k, v in self._found.items() if k not in healed}
        self._healed.clear()
        if self._sizes:
            self._settle()

    def _settle(self) -> None:
        if self._ranks.is_first:
            found = [
                {"part": part, "path": path, "reason": why.in_english(), "message": why.record()}
                for (part, path), why in self._found.items()
            ]
            write_json(self._file, found)
        for part, size in self._sizes.items():
            reasons = [why for (found_in, _), why in self._found.items() if found_in == part]
            if too_many(len(reasons), size):
                raise WorkFailed(
                    _TOO_MANY[part],
                    unreadable=len(reasons),
                    total=size,
                    file=self._file,
                    reason=reasons[-1],
                )
