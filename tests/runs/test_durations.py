import dataclasses
import platform

import pytest

from engine.home import Home
from engine.runs.durations import expected_duration
from engine.runs.run import Run, list_runs
from engine.settings.files import save
from engine.settings.run import RunSettings
from engine.training.state.status import write_status
from tests.studio.runs.drawn_run import ended_run

DRAWN = RunSettings(name="drawn")


@pytest.fixture
def took_a_minute(home: Home) -> list[Run]:
    """A run of 80 steps of 8 photographs in 4 epochs."""
    folder = ended_run(home, "minute")
    status = folder.read_status()
    write_status(folder.status, dataclasses.replace(status, started=1_000.0, ended=1_060.0))
    return list_runs(home)


def longer(**training: object) -> RunSettings:
    return RunSettings.model_validate({"name": "longer", "training": training})


def test_a_similar_finished_run_predicts_the_time_per_photograph(
    took_a_minute: list[Run],
) -> None:
    expected = expected_duration(took_a_minute, longer(epochs=8, batch_size=16), 320)
    assert expected is not None
    assert expected.run_id == "minute"
    assert expected.seconds == pytest.approx(240)
    few = expected_duration(took_a_minute, longer(stop_after_steps=8), 320)
    assert few is not None and few.seconds == pytest.approx(6)


def test_a_run_of_another_network_size_or_machine_predicts_nothing(
    took_a_minute: list[Run],
) -> None:
    (run,) = took_a_minute
    other = DRAWN.model_copy(update={"model": DRAWN.model.model_copy(update={"name": "levit"})})
    assert expected_duration([run], other, 320) is None
    assert expected_duration([run], DRAWN.at_size(192), 320) is None
    assert run.status.host == platform.node()
    abroad = dataclasses.replace(run, status=dataclasses.replace(run.status, host="elsewhere"))
    assert expected_duration([abroad], DRAWN, 320) is None


def test_the_time_for_features_is_not_extrapolated_to_other_numbers_of_epochs(
    took_a_minute: list[Run],
) -> None:
    (run,) = took_a_minute
    training = run.folder.read_settings().training.model_copy(update={"method": "features"})
    features = run.folder.read_settings().model_copy(update={"training": training})
    save(features, run.folder.config)
    assert expected_duration([run], features, 320) is not None
    assert expected_duration([run], longer(method="features", epochs=40), 320) is None


def test_a_resumed_run_and_one_that_ended_at_once_predict_nothing(
    took_a_minute: list[Run],
) -> None:
    (run,) = took_a_minute
    for change in ({"attempt": 2}, {"epoch": 0.2}):
        status = dataclasses.replace(run.status, **change)
        assert expected_duration([dataclasses.replace(run, status=status)], DRAWN, 320) is None
