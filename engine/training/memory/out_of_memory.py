"""Passes that did not fit the memory of one of several processes.

Who runs out of memory while the others wait for its gradients can tell them nothing. It leaves
word in the run's folder and goes; all begin again at the last checkpoint, with smaller passes.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from engine.files import write_json
from engine.records import Count, read_record_or
from engine.training.state.checkpoint import TrainingPosition


@dataclass(frozen=True)
class _Told:
    stage: Count
    pass_size: Count


@dataclass(frozen=True)
class OutOfMemoryState:
    """The word that is left, in a file."""

    path: Path

    def save(self, position: TrainingPosition, pass_size: int) -> None:
        """From now on the stage at `place` takes passes of `pass_size` photographs at most; 0 =
        not a single one fits."""
        write_json(self.path, {"stage": position.stage, "pass_size": pass_size})

    def apply(self, position: TrainingPosition, configured: int) -> TrainingPosition:
        """The place with the passes that fit: smaller than its own or the `configured` size where
        that was told of its stage."""
        saved = read_record_or(_Told, self.path, None)
        pass_size = position.pass_size or configured
        if saved is None or saved.stage != position.stage or saved.pass_size >= pass_size:
            return position
        return replace(position, pass_size=saved.pass_size)

    def forget(self) -> None:
        """Another start may find more memory."""
        self.path.unlink(missing_ok=True)
