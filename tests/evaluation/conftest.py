"""A trained run on a small split, made once for these tests."""

from pathlib import Path

import pytest
import torch

from engine.home import Home, open_home
from engine.settings.files import validate
from engine.settings.run import RunSettings
from engine.training.loop import train
from engine.training.state.run_folder import RunFolder, prepare
from tests.training.small import draw_split, small_settings


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, RunFolder]:
    """A home and a finished run in it."""
    # For a network this small, several threads only cost time.
    torch.set_num_threads(1)
    home = open_home(Path(tmp_path_factory.mktemp("evaluation")) / "home")
    draw_split(home, "small", {"train": 8, "val": 2, "test": 3})
    settings = validate(RunSettings, small_settings("small", training__epochs=5), "the test")
    folder = prepare(home, settings, "run")
    assert train(home, folder).state == "finished"
    return home, folder
