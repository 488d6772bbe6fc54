"""Passes that did not fit the memory of one of several processes.

A process that runs out of memory cannot tell the others, which wait for its gradients. It writes a
file in the run's folder and exits. All processes restart at the last checkpoint, with smaller
passes.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from engine.files import write_json
from engine.records import Count, read_record_or
from engine.training.state.checkpoint import TrainingPosition


@dataclass(frozen=True)
class _Saved:
    stage: Count
    pass_size: Count


@dataclass(frozen=True)
class OutOfMemoryState:
    """The pass size that fits, in a file."""

    path: Path

    def save(self, position: TrainingPosition, pass_size: int) -> None:
        """Limit the passes of the stage at `position` to `pass_size` photographs; 0 = none fits."""
        write_json(self.path, {"stage": position.stage, "pass_size": pass_size})

    def apply(self, position: TrainingPosition, configured: int) -> TrainingPosition:
        """Return the position with a pass size that fits, if the file limits its stage.

        The saved size applies if it is smaller than the position's own or the `configured` size.
        """
        saved = read_record_or(_Saved, self.path, None)
        pass_size = position.pass_size or configured
        if saved is None or saved.stage != position.stage or saved.pass_size >= pass_size:
            return position
        return replace(position, pass_size=saved.pass_size)

    def clear(self) -> None:
        """Delete the file; the next start may have more memory."""
        self.path.unlink(missing_ok=True)
