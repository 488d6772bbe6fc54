"""Photographs that could not be read while training: listed, never replaced."""

from pathlib import Path

from engine.errors import BadInput, WorkFailed
from engine.files import read_json, write_json
from engine.training.dataset import Batch, Part
from engine.training.ranks import Ranks
from engine.training.tolerance import too_many


class Quarantine:
    """Keeps unreadable.json: [{"part", "path", "reason"}], and ends a run that has too many.

    Of several processes, each of which sees a share of the photographs, one `writes`.
    """

    def __init__(self, file: Path, writes: bool = True) -> None:
        self._file, self._writes = file, writes
        try:
            self._found = {(item["part"], item["path"]): item["reason"] for item in read_json(file)}
        except (BadInput, KeyError, TypeError):
            self._found = {}

    def take(self, part: str, dataset: Part, batch: Batch) -> None:
        """Note what a batch could not read.

        Raises:
            WorkFailed: more than 0.1 % of the part, and more than three photographs, or all
                of it, cannot be read.
        """
        fresh = {
            (part, dataset.path(index)): reason
            for index, reason in batch.unreadable.items()
            if (part, dataset.path(index)) not in self._found
        }
        if not fresh:
            return
        self._found |= fresh
        if self._writes:
            self.write()
        count = sum(found_in == part for found_in, _ in self._found)
        if too_many(count, len(dataset)):
            raise WorkFailed(
                f"{count:,} of the {len(dataset):,} photographs of the {part} part cannot be "
                f"read, the latest because {next(iter(fresh.values()))} They are listed in "
                f"{self._file}."
            )

    def gather(self, ranks: Ranks) -> None:
        """Bring together what every process found."""
        for found in ranks.gather(self._found):
            self._found |= found
        if self._writes and self._found:
            self.write()

    def write(self) -> None:
        """Write the list."""
        found = [{"part": p, "path": path, "reason": why} for (p, path), why in self._found.items()]
        write_json(self._file, found)
