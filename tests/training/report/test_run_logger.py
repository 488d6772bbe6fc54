import time
from dataclasses import replace

from engine.language.current import language_set
from engine.language.message import message
from engine.training.device.device import choose_device
from engine.training.report.run_logger import RunLogger
from engine.training.state.checkpoint import TrainingPosition
from engine.training.state.status import StatusFile
from tests.training.conftest import Prepare


def test_the_time_left_does_not_depend_on_the_speed_of_the_previous_stage(new_run: Prepare) -> None:
    folder = new_run()
    device = choose_device(folder.read_settings().training)
    status = StatusFile(folder.status, replace(folder.read_status(), state="starting"))
    logger = RunLogger(folder, status, photographs=8)

    def take_a_step(seconds: float) -> None:
        logger.pace.start()
        time.sleep(seconds)
        logger.pace.count(8)
        logger.pace.reading()

    logger.begin(TrainingPosition(), device, steps_per_epoch=1, last_step=20, stage="head")
    for _ in range(5):
        take_a_step(0)
    assert (logger.pace.seconds_left(1, 0) or 0) < 0.1

    logger.begin(TrainingPosition(step=5, stage_step=5), device, 1, 20, "all")
    assert logger.pace.seconds_left(1, 0) is None
    take_a_step(0.2)
    assert (logger.pace.seconds_left(1, 0) or 0) >= 0.2
    assert folder.read_status().stage_step == 5
    logger.close()


def test_what_comes_before_training_is_kept_for_readers_of_any_language(new_run: Prepare) -> None:
    folder = new_run()
    status = StatusFile(folder.status, replace(folder.read_status(), state="starting"))
    logger = RunLogger(folder, status, photographs=8)
    logger.prepare(message("Computing features, {done} of {total}", done=3_000, total=10_000))
    logger.close()
    told = folder.read_status()
    assert told.stage == "Computing features, 3,000 of 10,000"
    with language_set("es"):
        assert str(told.preparing) == "Calculando características, 3.000 de 10.000"

    device = choose_device(folder.read_settings().training)
    logger.begin(TrainingPosition(), device, steps_per_epoch=1, last_step=20, stage="head")
    told = folder.read_status()
    assert (told.stage, told.preparing) == ("head", None)
