"""Whole runs: trained, stopped, killed, resumed, failed."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.errors import BadInput
from engine.files import read_json, read_json_lines
from engine.home import Home
from engine.locks import claim, is_held, release
from engine.split.classes import ClassMap
from engine.split.folder import SplitFolder, read_part
from engine.training.loop import train
from engine.training.state.checkpoint import open_checkpoint, write_checkpoint
from engine.training.state.run_folder import RunFolder
from tests.training.conftest import Prepare

PROJECT = Path(__file__).resolve().parents[2]
TRAIN_KEYS = {
    *("loss", "top1", "top5", "lr", "grad_norm"),
    *("images_per_second", "waiting", "cpu", "memory_bytes"),
}
VAL_KEYS = {
    *("loss", "top1", "top5", "macro_top1", "macro_top5", "genus_top1", "ece", "nll"),
    *("top1_low", "top1_high"),
}
LONG = {"training__epochs": 8, "training__log_every": 1, "training__checkpoint_every": 2}


def _points(folder: RunFolder, part: str) -> dict[int, dict[str, Any]]:
    """The curve by step, with repeated steps from the latest attempt."""
    lines = read_json_lines(folder.metrics)
    return {line["step"]: line for line in lines if line["split"] == part}


def _values(point: dict[str, Any]) -> dict[str, Any]:
    """The values of a point that do not depend on the clock or on the attempt."""
    clock = ("t", "attempt", "images_per_second", "waiting", "seconds", "cpu", "memory_bytes")
    return {key: value for key, value in point.items() if key not in clock}


@contextmanager
def _trainer(home: Home, folder: RunFolder) -> Iterator[subprocess.Popen[bytes]]:
    """A trainer in a separate process."""
    code = (
        "import sys; from pathlib import Path; from engine.home import open_home;"
        "from engine.training.state.run_folder import run_folder;"
        "from engine.training.loop import train;"
        "home = open_home(Path(sys.argv[1]));"
        "sys.exit(train(home, run_folder(home, sys.argv[2])).exit_status)"
    )
    command = [sys.executable, "-c", code, str(home.root), folder.run_id]
    with folder.log.open("ab") as log:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_for(condition: Callable[[], bool], folder: RunFolder, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, folder.log.read_text()
        time.sleep(0.01)


def _step_reached(folder: RunFolder, step: int) -> Callable[[], bool]:
    return lambda: folder.metrics.exists() and max(_points(folder, "train"), default=0) >= step


def test_a_run_learns_and_leaves_all_documented_files(home: Home, new_run: Prepare) -> None:
    folder = new_run(training__epochs=4)
    status = train(home, folder)
    assert status == folder.read_status()
    assert (status.state, status.exit_status, status.reason) == ("finished", 0, "")
    assert (status.step, status.steps_total, status.epoch, status.epochs) == (24, 24, 4, 4)
    assert status.best is not None
    assert status.best["metric"] == "macro_top1"
    assert status.last["top1"] > 0.6
    assert sorted(_points(folder, "train")) == list(range(2, 25, 2))
    assert sorted(_points(folder, "val")) == [6, 12, 18, 24]
    assert set(_points(folder, "train")[2]) >= TRAIN_KEYS
    assert VAL_KEYS | {"top1_5_19"} <= set(_points(folder, "val")[6])
    assert _points(folder, "val")[6]["k"] == 3
    with np.load(folder.by_class(24)) as arrays:
        assert arrays["class_images"].tolist() == [2, 2, 2]
        hits = arrays["class_hits"].sum() / 6
    assert hits == pytest.approx(_points(folder, "val")[24]["top1"], abs=1e-5)
    assert open_checkpoint(folder.best).classes == folder.read_classes()
    assert open_checkpoint(folder.last).position.epoch == 4
    assert not is_held(folder.lock)


def test_the_same_settings_give_the_same_weights_with_and_without_workers(
    home: Home, new_run: Prepare
) -> None:
    alone, helped = new_run("alone"), new_run("helped", data__workers=2)
    train(home, alone)
    train(home, helped)
    _assert_same_tensors(alone.last, helped.last)


def test_a_killed_run_resumes_to_exactly_the_weights_and_metrics_of_an_uninterrupted_one(
    home: Home, new_run: Prepare
) -> None:
    through, killed = new_run("through", **LONG), new_run("killed", data__workers=1, **LONG)
    with _trainer(home, killed) as process:
        _wait_for(_step_reached(killed, 9), killed)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not is_held(killed.lock)
    assert 0 < max(_points(killed, "train")) < 48
    status = train(home, killed)
    assert (status.state, status.attempt) == ("finished", 2)
    train(home, through)
    _assert_same_tensors(through.last, killed.last)
    for part in ("train", "val"):
        expected, found = _points(through, part), _points(killed, part)
        assert {step: _values(p) for step, p in expected.items()} == {
            step: _values(p) for step, p in found.items()
        }


def test_sigterm_saves_at_the_end_of_the_step(home: Home, new_run: Prepare) -> None:
    folder = new_run(**LONG | {"training__checkpoint_every": 1000, "training__epochs": 400})
    with _trainer(home, folder) as process:
        _wait_for(_step_reached(folder, 8), folder)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 130
    status = folder.read_status()
    assert status.state == "stopped"
    assert (
        open_checkpoint(folder.last).position.step == max(_points(folder, "train")) == status.step
    )


def test_the_stop_file_stops_a_run_which_can_be_resumed(home: Home, new_run: Prepare) -> None:
    folder = new_run()
    folder.stop.touch()
    stopped = train(home, folder)
    assert (stopped.state, stopped.exit_status, stopped.attempt) == ("stopped", 130, 1)
    assert not folder.stop.exists()
    finished = train(home, folder)
    assert (finished.state, finished.attempt, finished.step) == ("finished", 2, 18)


def test_an_active_run_is_not_started_again(home: Home, new_run: Prepare) -> None:
    folder = new_run()
    descriptor = claim(folder.lock)
    assert descriptor is not None
    with pytest.raises(BadInput, match="already running"):
        train(home, folder)
    release(descriptor)
    assert folder.read_status().state == "queued"


def test_a_finished_run_is_not_started_again(home: Home, new_run: Prepare) -> None:
    folder = new_run(training__stop_after_steps=1)
    assert train(home, folder).step == 1
    with pytest.raises(BadInput, match="is finished"):
        train(home, folder)


def test_accumulation_makes_fewer_steps_of_more_photographs(home: Home, new_run: Prepare) -> None:
    status = train(home, new_run(training__accumulation=4, training__epochs=1))
    assert status.steps_total == 2


def test_a_loss_that_is_nan_ends_the_run_with_a_sentence(home: Home, new_run: Prepare) -> None:
    folder = new_run(training__learning_rate=10, training__warmup_epochs=0)
    folder.stop.touch()
    train(home, folder)
    checkpoint = open_checkpoint(folder.last)
    tensors = checkpoint.tensors() | {"model.head.weight": torch.full((3, 24), float("inf"))}
    write_checkpoint(
        folder.last, tensors, checkpoint.settings, checkpoint.classes, checkpoint.position
    )
    before = folder.last.read_bytes()
    status = train(home, folder)
    assert (status.state, status.exit_status) == ("failed", 1)
    assert "diverged at step 1: the loss is not finite (learning rate 10)" in status.reason
    assert folder.last.read_bytes() == before


def test_a_checkpoint_of_another_class_map_is_rejected(home: Home, new_run: Prepare) -> None:
    folder = new_run()
    folder.stop.touch()
    train(home, folder)
    checkpoint = open_checkpoint(folder.last)
    other = ClassMap(tuple(reversed(checkpoint.classes.species)))
    write_checkpoint(
        folder.last, checkpoint.tensors(), checkpoint.settings, other, checkpoint.position
    )
    status = train(home, folder)
    assert (status.state, status.exit_status) == ("failed", 2)
    assert "another class map" in status.reason


def test_after_a_damaged_checkpoint_the_previous_one_is_used(home: Home, new_run: Prepare) -> None:
    through, folder = new_run("through", training__epochs=2), new_run(training__epochs=2)
    train(home, through)
    folder.stop.touch()
    train(home, folder)
    folder.stop.touch()
    train(home, folder)
    content = folder.last.read_bytes()
    # A hard link is the same file: it is replaced here, not written to.
    folder.last.unlink()
    folder.last.write_bytes(content[:-10])
    assert train(home, folder).state == "finished"
    assert "The one before it is taken" in folder.log.read_text()
    _assert_same_tensors(through.last, folder.last)


def test_damaged_checkpoints_are_rejected(home: Home, new_run: Prepare) -> None:
    folder = new_run()
    folder.stop.touch()
    train(home, folder)
    folder.last.write_bytes(folder.last.read_bytes()[:-10])
    assert "is damaged" in train(home, folder).reason


def test_unreadable_photographs_are_listed_and_left_out_of_validation(
    home: Home, split: SplitFolder, new_run: Prepare
) -> None:
    home.resolve(read_part(split.part("val"))[0].path).write_bytes(b"")
    folder = new_run(training__epochs=1)
    assert train(home, folder).state == "finished"
    assert _points(folder, "val")[6]["images"] == 5
    assert [item["part"] for item in read_json(folder.unreadable)] == ["val"]


def test_too_many_unreadable_photographs_end_the_run(
    home: Home, split: SplitFolder, new_run: Prepare
) -> None:
    for line in read_part(split.part("train"))[:6]:
        home.resolve(line.path).write_bytes(b"")
    status = train(home, new_run())
    assert status.state == "failed"
    assert "cannot be read" in status.reason


def test_the_log_records_events_and_a_traceback_only_for_unexpected_errors(
    home: Home, new_run: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = new_run()
    monkeypatch.setattr("engine.training.stage.predict_batches", lambda *_: 1 / 0)
    status = train(home, folder)
    assert status.state == "failed"
    assert status.reason.startswith("Training failed (ZeroDivisionError")
    assert "Traceback" in folder.log.read_text()
    assert "\n" not in status.reason


def test_a_run_starts_from_the_checkpoint_of_another(home: Home, new_run: Prepare) -> None:
    first = new_run("first", training__epochs=4)
    train(home, first)
    second = new_run(
        "second",
        model__weights=str(first.best),
        data__image_size=48,
        augmentation__train={"resize": 48, "crop": 48},
        augmentation__val={"resize": 48, "center_crop": 48},
        training__stop_after_steps=1,
        training__learning_rate=1e-6,
    )
    status = train(home, second)
    assert status.state == "finished", status.reason
    weights = load_file(second.last)["model.pos_embed"]
    assert weights.shape[1] == 37


def _assert_same_tensors(expected: Path, found: Path) -> None:
    first, second = load_file(expected), load_file(found)
    assert first.keys() == second.keys()
    different = [name for name in first if not torch.equal(first[name], second[name])]
    assert not different
