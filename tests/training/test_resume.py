"""A repeatedly killed run ends like an uninterrupted one."""

import pytest

from engine.home import Home
from engine.training.loop import train
from tests.training.conftest import Prepare
from tests.training.killing import CHANGES, differences, kill_and_resume

KILLS = 20


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_run_killed_at_random_moments_ends_bit_identical_to_an_uninterrupted_one(
    home: Home, new_run: Prepare
) -> None:
    through, broken = new_run("through", **CHANGES), new_run("broken", **CHANGES)
    killed = kill_and_resume(home, broken, KILLS, seed=5)
    assert killed >= min(KILLS, 10), broken.log.read_text()
    if broken.read_status().state != "finished":
        train(home, broken)
    train(home, through)
    assert through.read_status().state == broken.read_status().state == "finished"
    assert differences(through, broken) == []
