"""Photographs that cannot be read during training; they are listed and not replaced."""

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
    """Keeps unreadable.json, a list of `UnreadableEntry`, and fails a run with too many entries.

    If several processes train, each reads a share of the photographs and the first writes the file.
    """

    def __init__(self, file: Path, ranks: Ranks = ALONE) -> None:
        self._file, self._ranks = file, ranks
        # The number of photographs in each part that has unreadable ones.
        self._sizes: dict[str, int] = {}
        # Listed photographs that were read successfully since the last `gather`.
        self._healed: set[tuple[str, str]] = set()
        listed = read_record_or(tuple[UnreadableEntry, ...], file, (), UNREADABLE_BYTES)
        self._found = {(item.part, item.path): item.why for item in listed}

    def take(self, part: str, dataset: Part, batch: Batch) -> None:
        """Record what a batch could not read, and remove listed photographs that it could read.

        Raises:
            WorkFailed: as `gather`, if this is the only process.
        """
        fresh = {(part, dataset.path(index)): why for index, why in batch.unreadable.items()}
        if self._found:
            read = {(part, dataset.path(index)) for index in batch.indices.tolist()}
            self._healed |= read & self._found.keys()
        if not fresh and not self._healed:
            return
        self._sizes[part] = len(dataset)
        # The latest comes last, because the error message names the last.
        self._found = {k: v for k, v in self._found.items() if k not in self._healed} | fresh
        if self._ranks.count == 1:
            self._healed.clear()
            self._settle()

    def gather(self) -> None:
        """Merge the lists of all processes.

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
