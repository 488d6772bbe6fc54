"""The CPU threads of a training: measured, kept by a resumed run, measured again."""

from collections.abc import Sequence

import pytest
import torch

from engine.files import read_json_lines
from engine.home import Home
from engine.training.device.device import Device
from engine.training.device.process_group import ALONE, Ranks
from engine.training.loop import train
from engine.training.model.network import build_model
from engine.training.report.run_logger import RunLogger
from engine.training.state.checkpoint import TrainingPosition, open_checkpoint
from engine.training.state.status import StatusFile
from engine.training.threads import Threads, Trial
from tests.training.conftest import Prepare, Settings
from tests.training.killing import differences

CPU = Device(torch.device("cpu"), None)
AUTO = {"training__threads": None}


class _Card(Device):
    @property
    def is_gpu(self) -> bool:
        return True


class _Trial:
    """A trial with a given result; `taken` counts its calls."""

    def __init__(self, *speeds: float) -> None:
        self.speeds = speeds
        self.taken = 0

    def __call__(self, numbers: Sequence[int]) -> dict[int, float]:
        self.taken += 1
        return dict(zip(numbers, self.speeds, strict=True))


@pytest.fixture(autouse=True)
def _a_free_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores, and an environment without thread variables."""
    monkeypatch.setattr("engine.training.thread_choice.cores", lambda: 2)
    monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)


@pytest.fixture
def logger(new_run: Prepare) -> RunLogger:
    folder = new_run("journal")
    return RunLogger(folder, StatusFile(folder.status, folder.read_status()), photographs=24)


@pytest.mark.parametrize("network", ["vit", "convolutional"])
def test_a_trial_changes_neither_the_network_nor_the_random_state(
    network: str, settings: Settings
) -> None:
    changes = {} if network == "vit" else {"model__name": "test_efficientnet", "model__options": {}}
    chosen = settings(**changes)
    model = build_model(chosen.model, 3, 32)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    random, threads = torch.get_rng_state(), torch.get_num_threads()
    images = torch.zeros(2, 3, 32, 32, dtype=torch.uint8)
    speeds = Trial(model, chosen.training, CPU, images)([1, 2])
    assert speeds.keys() == {1, 2}
    assert min(speeds.values()) > 0
    after = model.state_dict()
    assert [name for name, value in before.items() if not torch.equal(value, after[name])] == []
    assert all(weight.grad is None for weight in model.parameters())
    assert torch.equal(random, torch.get_rng_state())
    assert torch.get_num_threads() == threads


def test_a_run_reports_the_number_of_threads_that_it_chose_and_why(
    home: Home, new_run: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Trial, "__call__", _Trial(74.0, 81.0))
    folder = new_run(**AUTO, training__epochs=1)
    assert train(home, folder).state == "finished"
    status, log = folder.read_status(), folder.log.read_text()
    assert (status.threads, status.thread_speeds) == (2, {"1": 74.0, "2": 81.0})
    assert "Training with 2 threads (2 threads: 81 images a second; 1 thread: 74)." in log
    points = [line for line in read_json_lines(folder.metrics) if line["split"] == "train"]
    assert {point["threads"] for point in points} == {2}


def test_a_resumed_run_keeps_its_threads_and_ends_bit_identical_to_an_uninterrupted_one(
    home: Home, new_run: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {"training__epochs": 2, "data__image_size": 32}
    through = new_run("through", **changes, training__threads=2)
    assert train(home, through).state == "finished"
    stopped = new_run("stopped", **changes, **AUTO)
    trials = _Trial(50.0, 80.0)
    monkeypatch.setattr(Trial, "__call__", trials)
    stopped.stop.touch()
    assert train(home, stopped).state == "stopped"
    assert open_checkpoint(stopped.last).position.threads == 2
    # Now the machine is busy: a new trial would choose differently.
    trials.speeds = (50.0, 20.0)
    assert train(home, stopped).state == "finished"
    assert trials.taken == 1
    assert "Training with 2 threads, as before." in stopped.log.read_text()
    assert differences(through, stopped) == []


def test_a_real_trial_changes_no_bit_of_a_run(home: Home, new_run: Prepare) -> None:
    tried = new_run("tried", **AUTO)
    assert train(home, tried).state == "finished"
    fixed = new_run("fixed", training__threads=tried.read_status().threads)
    assert train(home, fixed).state == "finished"
    assert differences(fixed, tried) == []


def test_settings_precede_the_environment_which_precedes_a_trial(
    logger: RunLogger, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = _Trial(50.0, 80.0)
    threads = Threads(logger, CPU, ALONE)
    assert threads.begin(None, TrainingPosition(), trial) == {"threads": 2, "promised": 80.0}
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert threads.begin(None, TrainingPosition(), trial) == {"threads": 1, "promised": None}
    assert threads.begin(2, TrainingPosition(), trial) == {"threads": 2, "promised": None}
    assert torch.get_num_threads() == 2
    assert trial.taken == 1


def test_more_threads_than_this_machine_has_cores_are_not_kept(logger: RunLogger) -> None:
    position = TrainingPosition(threads=7, promised=300.0)
    assert Threads(logger, CPU, ALONE).begin(None, position, _Trial(80.0, 50.0))["threads"] == 1


def test_a_gpu_needs_no_trial(logger: RunLogger) -> None:
    trial, before = _Trial(50.0, 80.0), torch.get_num_threads()
    threads = Threads(logger, _Card(torch.device("cpu"), None), ALONE)
    threads.use_default(None)
    assert threads.begin(None, TrainingPosition(), trial) == {"threads": None, "promised": None}
    assert threads.after_step(8, 100.0) == {"threads": None, "promised": None}
    assert (trial.taken, torch.get_num_threads()) == (0, before)


def test_processes_that_train_together_divide_the_cores_without_a_trial(logger: RunLogger) -> None:
    trial = _Trial(50.0, 80.0)
    threads = Threads(logger, CPU, Ranks(rank=0, count=2))
    assert threads.begin(None, TrainingPosition(), trial) == {"threads": 1, "promised": None}
    assert trial.taken == 0


def test_a_trial_that_predicted_too_little_is_repeated_once(logger: RunLogger) -> None:
    now, trial = [0.0], _Trial(20.0, 20.0)
    threads = Threads(logger, CPU, ALONE, clock=lambda: now[0])
    threads.begin(None, TrainingPosition(), trial)
    for now[0] in range(1, 300):
        found = threads.after_step(40, 1.0)
    assert found == {"threads": 1, "promised": 40.0}
    assert trial.taken == 2


def test_a_trial_is_repeated_when_the_speed_falls(
    logger: RunLogger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="engine")
    now, trial = [0.0], _Trial(74.0, 81.0)
    threads = Threads(logger, CPU, ALONE, clock=lambda: now[0])
    assert threads.begin(None, TrainingPosition(), trial)["threads"] == 2
    # Another process has started, and one thread suffers less from it.
    trial.speeds = (60.0, 25.0)
    for now[0] in range(1, 25):
        found = threads.after_step(25, 1.0)
    assert found == {"threads": 1, "promised": 60.0}
    assert torch.get_num_threads() == 1
    assert trial.taken == 2
    told = [record.message for record in caplog.records]
    assert told[1:] == [
        "Training computes 25 images a second instead of 81; trying other numbers of threads.",
        "Training with 1 thread (1 thread: 60 images a second; 2 threads: 25).",
        "Sums round differently with another number of threads; set training.threads for runs "
        "that repeat exactly.",
    ]
