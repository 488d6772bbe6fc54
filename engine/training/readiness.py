"""What is looked at before a run trains: whether this machine can."""

from collections.abc import Callable
from pathlib import Path

from torch import nn

from engine.errors import BadInput, StudioError
from engine.files import free_disk_bytes
from engine.home import Home
from engine.settings.run import RunSettings
from engine.split.finding import Finding
from engine.training.data.parts import Parts, read_parts
from engine.training.device.device import choose_device
from engine.training.memory.estimate import CostEstimate, estimate_cost
from engine.training.memory.forecast import MemoryForecast, forecast_memory
from engine.training.model.network import start_model
from engine.training.preflight import data_findings
from engine.training.state.run_folder import preset_of, with_weights_found

# Curves, evaluations and the log.
_SMALL_FILES = 50_000_000
_CHECKPOINTS = 2


def preflight(home: Home, settings: RunSettings) -> list[Finding]:
    """Everything that a run needs, each looked at, as it would be at its start; nothing is kept
    but published weights, which are downloaded where they are not here yet.
    """
    findings, parts = _data(home, settings)
    findings.append(_run_check("Crop", lambda: preset_of(home, settings).name))
    findings.append(_run_check("Device", lambda: choose_device(settings.training).name))
    if parts is None:
        return findings
    classes = len(parts.classes)
    cost: list[CostEstimate] = []

    def network() -> str:
        cost.append(estimate_cost(settings, classes))
        return f"{settings.model.name}, {cost[0].parameters / 1e6:,.1f} million weights"

    findings.append(_run_check("Network", network))
    if cost:
        findings.append(_run_check("Start weights", lambda: _weights(home, settings, parts)))
        findings.append(_run_check("Memory", lambda: _memory(forecast_memory(settings, classes))))
        findings.append(
            _run_check("Disk", lambda: disk_space_finding(home.runs, *_sizes(cost[0], settings)))
        )
    return findings


def require_disk_space(folder: Path, model: nn.Module, settings: RunSettings) -> None:
    """Refuse a run whose checkpoints will not fit the disk.

    Raises:
        BadInput: they will not.
    """
    weights = list(model.parameters())
    total = sum(weight.nbytes for weight in weights)
    learning = sum(weight.nbytes for weight in weights if weight.requires_grad)
    disk_space_finding(folder, total, learning, averaged=settings.training.ema_decay > 0)


def disk_space_finding(folder: Path, weights: int, learning: int, averaged: bool) -> str:
    """What checkpoints take of the disk: weights, of which some bytes are `learning`.

    Raises:
        BadInput: the disk has not as much.
    """
    # The last and the one before it, a third while it is written, and the best.
    with_memory = weights * (2 if averaged else 1) + 2 * learning
    needed = (_CHECKPOINTS + 1) * with_memory + weights + _SMALL_FILES
    free = free_disk_bytes(folder)
    said = f"checkpoints take {needed / 1e9:,.1f} GB and the disk has {free / 1e9:,.1f} GB free"
    if needed > free:
        raise BadInput(f"The run's {said}; make room in {folder}.")
    return said


def _sizes(cost: CostEstimate, settings: RunSettings) -> tuple[int, int, bool]:
    averaged = any(stage.training.ema_decay > 0 for stage in settings.stages)
    return 4 * cost.parameters, 4 * cost.learning, averaged


def _data(home: Home, settings: RunSettings) -> tuple[list[Finding], Parts | None]:
    try:
        parts = read_parts(home, settings)
    except StudioError as error:
        return [Finding("Split", False, str(error).rstrip("."))], None
    return data_findings(home, parts), parts


def _weights(home: Home, settings: RunSettings, parts: Parts) -> str:
    model = with_weights_found(home, settings.model)
    start_model(model, parts.classes, settings.stages[0].data.image_size)
    if model.weights:
        return f"{Path(model.weights).name} fits the network"
    return "the published ones are here" if model.pretrained else "none: it learns from nothing"


def _memory(found: MemoryForecast) -> str:
    how = f"passes of {found.pass_size:,} photographs"
    how += ", activations recomputed," if found.recomputed else ""
    needed, free = (f"{value / 1e9:,.1f} GB" for value in (found.needed, found.free))
    if not found.fits:
        raise BadInput(
            f"{how} take {needed} and {free} are free; choose a smaller network, image size or "
            "batch, or the method adapters or head."
        )
    return f"{how} take {needed}; {free} are free ({found.device})"


def _run_check(check: str, work: Callable[[], str]) -> Finding:
    try:
        return Finding(check, True, work())
    except StudioError as error:
        return Finding(check, False, str(error).rstrip("."))
