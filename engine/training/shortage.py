"""Passes that did not fit the memory of one of several processes.

Who runs out of memory while the others wait for its gradients can tell them nothing. It leaves
word in the run's folder and goes; all begin again at the last checkpoint, with smaller passes.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from engine.files import write_json
from engine.records import Count, read_record_or
from engine.training.checkpoint import Place


@dataclass(frozen=True)
class _Told:
    stage: Count
    pass_size: Count


@dataclass(frozen=True)
class Shortage:
    """The word that is left, in a file."""

    path: Path

    def tell(self, place: Place, pass_size: int) -> None:
        """From now on the stage at `place` takes passes of `pass_size` photographs at most; 0 =
        not a single one fits."""
        write_json(self.path, {"stage": place.stage, "pass_size": pass_size})

    def heed(self, place: Place, configured: int) -> Place:
        """The place with the passes that fit: smaller than its own or the `configured` size where
        that was told of its stage."""
        told = read_record_or(_Told, self.path, None)
        pass_size = place.pass_size or configured
        if told is None or told.stage != place.stage or told.pass_size >= pass_size:
            return place
        return replace(place, pass_size=told.pass_size)

    def forget(self) -> None:
        """Another start may find more memory."""
        self.path.unlink(missing_ok=True)
