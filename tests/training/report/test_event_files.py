import subprocess
import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util.tensor_util import make_ndarray

from engine.files import read_json_lines
from engine.home import Home
from engine.training.loop import train
from engine.training.report.event_files import EventFiles
from tests.conftest import PROJECT
from tests.training.conftest import Prepare

KILLED = """
import os, signal, sys
from pathlib import Path
from engine.training.report.event_files import EventFiles
events = EventFiles(Path(sys.argv[1]))
events.add("train", 1, {"loss": 0.5})
events.add("train", 2, {"loss": 0.25})
os.kill(os.getpid(), signal.SIGKILL)
"""


def read(folder: Path) -> list[tuple[int, dict[str, float]]]:
    """The steps and scalars of a part's only file, as TensorBoard reads them."""
    (file,) = folder.iterdir()
    first, *events = EventFileLoader(str(file)).Load()
    assert first.file_version == "brain.Event:2"
    return [
        (event.step, {v.tag: float(make_ndarray(v.tensor)) for v in event.summary.value})
        for event in events
    ]


def test_each_part_has_its_folder_and_nan_is_skipped(tmp_path: Path) -> None:
    events = EventFiles(tmp_path)
    events.add("train", 1, {"loss": 0.5, "lr": None, "top1": float("nan")})
    events.add("train", 300, {"loss": 0.25})
    events.add("val", 300, {"loss": 0.75, "top1": 1})
    events.close()
    assert read(tmp_path / "train") == [(1, {"loss": 0.5}), (300, {"loss": 0.25})]
    assert read(tmp_path / "val") == [(300, {"loss": 0.75, "top1": 1.0})]


def test_every_point_of_a_killed_process_can_be_read(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    assert subprocess.run(command, cwd=PROJECT, check=False).returncode < 0
    assert read(tmp_path / "train") == [(1, {"loss": 0.5}), (2, {"loss": 0.25})]


def test_another_attempt_writes_another_file(tmp_path: Path) -> None:
    for _ in range(2):
        command = [sys.executable, "-c", KILLED, str(tmp_path)]
        subprocess.run(command, cwd=PROJECT, check=False)
    assert len(list((tmp_path / "train").iterdir())) == 2


def test_training_writes_the_same_curves_for_tensorboard_if_enabled(
    home: Home, new_run: Prepare
) -> None:
    plain = new_run("plain", training__epochs=1)
    train(home, plain)
    assert not plain.events.exists()
    folder = new_run("told", training__epochs=2, training__tensorboard=True)
    assert train(home, folder).state == "finished"
    for part in ("train", "val"):
        written = read(folder.events / part)
        lines = [line for line in read_json_lines(folder.metrics) if line["split"] == part]
        assert [step for step, _ in written] == [line["step"] for line in lines]
        for (_, values), line in zip(written, lines, strict=True):
            assert values["loss"] == pytest.approx(line["loss"], rel=1e-5)
            assert values["top1"] == pytest.approx(line["top1"], rel=1e-5)
