"""Estimates how long a run takes from runs that finished on this machine."""

import math
import platform
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import BadInput
from engine.runs.run import Run
from engine.settings.run import RunSettings

_LOOKED_AT = 30


@dataclass(frozen=True)
class Expected:
    """The expected seconds of a run, and the run that the estimate is based on."""

    seconds: float
    run_id: str


def expected_duration(
    runs: Sequence[Run], settings: RunSettings, photographs: int
) -> Expected | None:
    """Estimate the duration from the newest similar run, per trained photograph.

    `photographs` is the size of the train part. None if no run with this network, image size and
    training method finished here in a single attempt.
    """
    for run in runs[:_LOOKED_AT]:
        status = run.status
        whole = run.state == "finished" and status.attempt == 1 and status.host == platform.node()
        # A run of a few steps spends most of its time starting.
        if not (whole and status.epoch >= 1 and status.step and status.started and status.ended):
            continue
        try:
            other = run.folder.read_settings()
        except BadInput:
            continue
        if _speed_key(other) == _speed_key(settings):
            a_photograph = (status.ended - status.started) / (status.step * _a_step(other))
            return Expected(a_photograph * _trained(settings, photographs), run.run_id)
    return None


def _speed_key(settings: RunSettings) -> tuple[object, ...]:
    """Return the settings that determine the time per photograph."""
    training = settings.training
    return (
        settings.model,
        settings.data.image_size,
        settings.data.smart_crop,
        training.method,
        training.stages,
        training.precision,
        training.device,
        training.processes,
        training.gradient_checkpointing,
        _epochs_that_count(settings),
    )


def _epochs_that_count(settings: RunSettings) -> int | None:
    # Features are computed once; with few epochs, their cost per trained photograph is higher.
    has_features = any(stage.training.method == "features" for stage in settings.stages)
    return settings.total_epochs if has_features else None


def _a_step(settings: RunSettings) -> int:
    return settings.training.batch_size * settings.training.accumulation


def _trained(settings: RunSettings, photographs: int) -> int:
    steps = math.ceil(photographs / _a_step(settings)) * settings.total_epochs
    return min(steps, settings.training.stop_after_steps or steps) * _a_step(settings)
