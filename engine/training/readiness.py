"""Checks before a run trains that this computer can train it."""

from collections.abc import Callable
from pathlib import Path

from torch import nn

from engine.errors import BadInput, StudioError
from engine.files import free_disk_bytes
from engine.home import Home
from engine.language.message import Message, message, plural_message
from engine.settings.run import RunSettings
from engine.split.finding import Finding
from engine.training.data.parts import Parts, read_parts
from engine.training.device.device import choose_device
from engine.training.memory.estimate import CostEstimate, estimate_cost
from engine.training.memory.forecast import MemoryForecast, forecast_memory
from engine.training.model.network import started_model
from engine.training.preflight import data_findings
from engine.training.state.run_folder import preset_of, with_weights_found

# The curves, evaluations and log.
_SMALL_FILES = 50_000_000
_CHECKPOINTS = 2


def preflight(home: Home, settings: RunSettings) -> list[Finding]:
    """Check everything that a run needs, as at its start.

    Nothing is kept except published weights, which are downloaded if missing.
    """
    findings, parts = _data(home, settings)
    findings.append(_run_check(message("Crop"), lambda: preset_of(home, settings).name))
    findings.append(_run_check(message("Device"), lambda: choose_device(settings.training).name))
    if parts is None:
        return findings
    classes = len(parts.classes)
    cost: list[CostEstimate] = []

    def network() -> Message:
        cost.append(estimate_cost(settings, classes))
        return message(
            "{network}, {millions:.1f} million weights",
            network=settings.model.name,
            millions=cost[0].parameters / 1e6,
        )

    findings.append(_run_check(message("Network"), network))
    if cost:
        findings.append(
            _run_check(message("Start weights"), lambda: _weights(home, settings, parts))
        )
        findings.append(
            _run_check(message("Memory"), lambda: _memory(forecast_memory(settings, classes)))
        )
        findings.append(
            _run_check(
                message("Disk"), lambda: disk_space_finding(home.runs, *_sizes(cost[0], settings))
            )
        )
    return findings


def require_disk_space(folder: Path, model: nn.Module, settings: RunSettings) -> None:
    """Refuse a run whose checkpoints do not fit on the disk.

    Raises:
        BadInput: they do not fit.
    """
    weights = list(model.parameters())
    total = sum(weight.nbytes for weight in weights)
    learning = sum(weight.nbytes for weight in weights if weight.requires_grad)
    disk_space_finding(folder, total, learning, averaged=settings.training.ema_decay > 0)


def disk_space_finding(folder: Path, weights: int, learning: int, averaged: bool) -> Message:
    """Compare the disk space that checkpoints need with what is free.

    `weights` is the size of all weights in bytes, `learning` that of the trainable ones.

    Raises:
        BadInput: there is not enough free space.
    """
    # The last checkpoint, the one before, one being written, and the best.
    with_memory = weights * (2 if averaged else 1) + 2 * learning
    needed = (_CHECKPOINTS + 1) * with_memory + weights + _SMALL_FILES
    free = free_disk_bytes(folder)
    if needed > free:
        raise BadInput(
            "Checkpoints need {needed:size}, but {free:size} are free in {folder}. Free some disk "
            "space.",
            needed=needed,
            free=free,
            folder=folder,
        )
    return message("Checkpoints need {needed:size}; {free:size} are free", needed=needed, free=free)


def _sizes(cost: CostEstimate, settings: RunSettings) -> tuple[int, int, bool]:
    averaged = any(stage.training.ema_decay > 0 for stage in settings.stages)
    return 4 * cost.parameters, 4 * cost.learning, averaged


def _data(home: Home, settings: RunSettings) -> tuple[list[Finding], Parts | None]:
    try:
        parts = read_parts(home, settings)
    except StudioError as error:
        return [Finding(message("Split"), False, error.message)], None
    return data_findings(home, parts), parts


def _weights(home: Home, settings: RunSettings, parts: Parts) -> Message:
    model = with_weights_found(home, settings.model)
    return started_model(model, parts.classes, settings.stages[0].data.image_size)[1]


def _memory(found: MemoryForecast) -> Message:
    fields = {"needed": found.needed, "free": found.free, "device": found.device}
    if not found.fits:
        raise BadInput(
            "Not enough memory ({device}): {needed:size} are needed, {free:size} are free. Choose "
            "a smaller network, image size or batch, or the method adapters or head.",
            **fields,
        )
    if found.recomputed:
        return plural_message(
            "A pass of {n} photograph with recomputed activations needs {needed:size}; "
            "{free:size} are free ({device})",
            "A pass of {n} photographs with recomputed activations needs {needed:size}; "
            "{free:size} are free ({device})",
            found.pass_size,
            **fields,
        )
    return plural_message(
        "A pass of {n} photograph needs {needed:size}; {free:size} are free ({device})",
        "A pass of {n} photographs needs {needed:size}; {free:size} are free ({device})",
        found.pass_size,
        **fields,
    )


def _run_check(check: Message, work: Callable[[], Message | str]) -> Finding:
    try:
        return Finding(check, True, work())
    except StudioError as error:
        return Finding(check, False, error.message)
