"""Fixtures for training tests: a small split and runs that take a second."""

from collections.abc import Callable, Iterator

import pytest
import torch

from engine.home import Home
from engine.settings.files import validate
from engine.settings.run import RunSettings
from engine.split.folder import SplitFolder
from engine.training.state.run_folder import RunFolder, prepare
from tests.training.small import draw_split, small_settings

Settings = Callable[..., RunSettings]
Prepare = Callable[..., RunFolder]


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For networks this small, several threads only cost time."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def split(home: Home) -> SplitFolder:
    return draw_split(home, "small")


@pytest.fixture
def settings(split: SplitFolder) -> Settings:
    """Settings of a run that takes a second, with changes as `group__key=value`."""
    return lambda **changes: validate(
        RunSettings, small_settings(split.name, **changes), "the test"
    )


@pytest.fixture
def new_run(home: Home, settings: Settings) -> Prepare:
    """Prepare a run by name, with changes of its settings."""
    return lambda run_id="run", **changes: prepare(home, settings(**changes), run_id)
