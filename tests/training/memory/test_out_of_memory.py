from pathlib import Path

from engine.training.memory.out_of_memory import OutOfMemoryState
from engine.training.state.checkpoint import TrainingPosition


def test_passes_that_did_not_fit_are_not_tried_again_in_their_stage(tmp_path: Path) -> None:
    out_of_memory = OutOfMemoryState(tmp_path / "shortage.json")
    position = TrainingPosition(step=7, stage=1)
    assert out_of_memory.apply(position, configured=8) == position
    out_of_memory.save(position, 4)
    assert out_of_memory.apply(position, configured=8).pass_size == 4
    assert out_of_memory.apply(TrainingPosition(stage=1, pass_size=6), configured=8).pass_size == 4


def test_if_no_photograph_fits_this_is_reported_until_it_is_reset(tmp_path: Path) -> None:
    out_of_memory = OutOfMemoryState(tmp_path / "shortage.json")
    out_of_memory.save(TrainingPosition(), 0)
    assert out_of_memory.apply(TrainingPosition(pass_size=1), configured=8).pass_size == 0
    out_of_memory.clear()
    assert out_of_memory.apply(TrainingPosition(pass_size=1), configured=8).pass_size == 1


def test_smaller_passes_and_those_of_other_stages_are_unchanged(tmp_path: Path) -> None:
    out_of_memory = OutOfMemoryState(tmp_path / "shortage.json")
    out_of_memory.save(TrainingPosition(stage=1), 4)
    for position in (
        TrainingPosition(stage=1, pass_size=2),
        TrainingPosition(stage=2),
        TrainingPosition(stage=0, pass_size=8),
    ):
        assert out_of_memory.apply(position, configured=8) == position
