from pathlib import Path

from engine.training.checkpoint import Place
from engine.training.shortage import Shortage


def test_passes_that_did_not_fit_are_not_tried_again_in_their_stage(tmp_path: Path) -> None:
    shortage = Shortage(tmp_path / "shortage.json")
    place = Place(step=7, stage=1)
    assert shortage.heed(place, configured=8) == place
    shortage.tell(place, 4)
    assert shortage.heed(place, configured=8).pass_size == 4
    assert shortage.heed(Place(stage=1, pass_size=6), configured=8).pass_size == 4


def test_where_no_photograph_fits_that_is_told_until_it_is_forgotten(tmp_path: Path) -> None:
    shortage = Shortage(tmp_path / "shortage.json")
    shortage.tell(Place(), 0)
    assert shortage.heed(Place(pass_size=1), configured=8).pass_size == 0
    shortage.forget()
    assert shortage.heed(Place(pass_size=1), configured=8).pass_size == 1


def test_what_is_small_already_or_of_another_stage_stays_as_it_is(tmp_path: Path) -> None:
    shortage = Shortage(tmp_path / "shortage.json")
    shortage.tell(Place(stage=1), 4)
    for place in (Place(stage=1, pass_size=2), Place(stage=2), Place(stage=0, pass_size=8)):
        assert shortage.heed(place, configured=8) == place
