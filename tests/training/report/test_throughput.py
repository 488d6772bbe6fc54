"""The speed of a run and its waiting times."""

import time

import pytest
import torch

from engine.training.report.throughput import Throughput, gpu_use


def test_time_spent_waiting_for_photographs_is_reported_as_a_share() -> None:
    pace = Throughput()
    pace.start()
    with pace.waiting():
        time.sleep(0.3)
    time.sleep(0.1)
    pace.count(8)
    reading = pace.reading()
    assert 0.3 < reading.waiting <= 1
    assert 0 < reading.images_per_second < 8 / 0.4
    time.sleep(0.05)
    assert pace.reading().waiting == 0, "each beat is counted anew"


def test_work_other_than_training_does_not_count() -> None:
    pace = Throughput()
    pace.start()
    pace.count(8)
    with pace.paused():
        time.sleep(0.5)
    assert pace.reading().images_per_second > 8 / 0.5


def test_without_gpu_utilisation_nothing_is_reported() -> None:
    assert gpu_use(torch.device("cpu")) == {}
    if not torch.cuda.is_available():
        assert gpu_use(torch.device("cuda")) == {}, "a driver that fails ends no run"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_utilisation_is_reported() -> None:
    torch.ones(8, device="cuda").sum()
    assert 0 <= gpu_use(torch.device("cuda"))["gpu"] <= 1


def test_counts_from_before_a_restart_are_not_used_for_the_speed() -> None:
    pace = Throughput()
    pace.start()
    pace.count(1_000_000)
    time.sleep(0.02)
    # A pass did not fit, and the rest of the epoch is restarted.
    pace.start()
    pace.count(1)
    time.sleep(0.02)
    assert pace.reading().images_per_second < 100
