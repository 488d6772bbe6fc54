"""The largest pass that fits into memory."""

import weakref
from collections.abc import Callable
from typing import Any

import pytest
import timm
import torch
from torch import nn

from engine.errors import WorkFailed
from engine.home import Home
from engine.settings.files import validate
from engine.settings.run import RunSettings
from engine.training.device.device import Device
from engine.training.loop import train
from engine.training.memory.fit import (
    MemoryPlan,
    can_recompute,
    first_that_fits,
    fit_memory,
    memory_plans,
)
from engine.training.model.network import build_model
from tests.training.conftest import Prepare, Settings


def _needs(limit: float) -> Callable[[MemoryPlan], None]:
    """A device on which a photograph takes 1, and an eighth with recomputed activations."""

    def attempt(plan: MemoryPlan) -> None:
        if plan.pass_size * (1 / 8 if plan.recomputed else 1) > limit:
            raise torch.OutOfMemoryError

    return attempt


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (32, MemoryPlan(32, False)),
        (20, MemoryPlan(16, False)),
        (4, MemoryPlan(4, False)),
        (3.9, MemoryPlan(16, True)),
        (0.2, MemoryPlan(1, True)),
    ],
)
def test_the_fastest_plan_that_fits_is_chosen(limit: float, expected: MemoryPlan) -> None:
    assert first_that_fits(memory_plans(32, False, can_recompute=True), _needs(limit)) == expected


def test_the_requested_size_is_tried_first() -> None:
    assert next(memory_plans(8, recomputed=True, can_recompute=True)) == MemoryPlan(8, True)
    sizes = [plan.pass_size for plan in memory_plans(8, recomputed=False, can_recompute=False)]
    assert sizes == [8, 4, 2, 1]


def test_a_device_too_small_for_one_photograph_is_reported() -> None:
    with pytest.raises(WorkFailed, match="a single photograph"):
        first_that_fits(memory_plans(4, False, can_recompute=True), _needs(0.01))


class _Card(Device):
    """A simulated GPU for the trainer; its memory is this machine's."""

    @property
    def is_gpu(self) -> bool:
        return True


def test_a_real_trial_step_finds_the_pass_that_fits_and_leaves_nothing_behind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("empty_cache", "reset_peak_memory_stats"):
        monkeypatch.setattr(f"torch.cuda.{name}", lambda *_: None)
    chosen = settings(training__batch_size=8, training__ema_decay=0.9)
    model = build_model(chosen.model, 3, 32)
    passes: list[int] = []

    def refuse(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        passes.append(len(inputs[0]))
        if len(inputs[0]) > 2:
            raise torch.OutOfMemoryError("out of memory")

    model.register_forward_pre_hook(refuse)
    found = fit_memory(model, chosen, _Card(torch.device("cpu"), None))
    assert found == {"pass_size": 2, "recomputed": True}
    assert passes == [8, 4, 8, 4, 2]
    assert all(weight.grad is None for weight in model.parameters())
    assert "passes take 2 photographs instead of 8 and activations are recomputed" in caplog.text


@pytest.mark.parametrize("method", ["full", "head"])
def test_a_trial_step_does_not_change_the_network(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    for name in ("empty_cache", "reset_peak_memory_stats"):
        monkeypatch.setattr(f"torch.cuda.{name}", lambda *_: None)
    chosen = settings(model__name="mobilenetv3_small_050", model__options={})
    chosen = validate(
        RunSettings, chosen.model_dump() | {"training": {"method": method}}, "the test"
    )
    model = build_model(chosen.model, 3, 32)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert fit_memory(model, chosen, _Card(torch.device("cpu"), None))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("network", ["convnext_atto", "vit_tiny_patch16_224", "levit_128s"])
def test_the_trial_restores_the_settings_that_it_changes(network: str) -> None:
    model = timm.create_model(network, num_classes=3)
    assert can_recompute(model)
    assert not [part for part in model.modules() if getattr(part, "grad_checkpointing", False)]


def test_out_of_memory_in_a_step_halves_the_passes_and_changes_nothing_else(
    home: Home, new_run: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = new_run("whole", model__drop_rate=0.0)
    train(home, whole)
    _limit_memory(monkeypatch, photographs=2)
    tight = new_run("tight", model__drop_rate=0.0)
    status = train(home, tight)
    assert (status.state, status.step) == ("finished", whole.read_status().step)
    assert "passes take 2 photographs from now on" in tight.log.read_text()
    assert status.last["loss"] == pytest.approx(whole.read_status().last["loss"], rel=1e-3)


def test_the_memory_of_a_failed_pass_is_freed_before_a_smaller_one_is_tried(
    home: Home, new_run: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The output of the first block for a pass that then failed at the classifier.
    made: list[weakref.ref[torch.Tensor]] = []
    left: list[int] = []

    def keep(block: nn.Module, inputs: Any, output: torch.Tensor) -> None:
        made.append(weakref.ref(output))

    def refuse(head: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if head.training and len(inputs[0]) > 1:
            raise torch.OutOfMemoryError("out of memory")

    def look(model: nn.Module, inputs: Any) -> None:
        left.append(sum(kept() is not None for kept in made))

    def watch(model: nn.Module) -> None:
        model.register_forward_pre_hook(look)
        model.get_submodule("blocks.0").register_forward_hook(keep)
        model.get_submodule("head").register_forward_pre_hook(refuse)

    _on_start(monkeypatch, watch)
    folder = new_run(training__epochs=1)
    assert train(home, folder).state == "finished"
    assert "passes take 1 photographs from now on" in folder.log.read_text()
    assert left[:3] == [0, 0, 0]


def test_memory_for_less_than_one_photograph_fails_with_a_sentence(
    home: Home, new_run: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    _limit_memory(monkeypatch, photographs=0)
    assert "Not enough memory" in train(home, new_run()).reason


def _limit_memory(monkeypatch: pytest.MonkeyPatch, photographs: int) -> None:
    """Simulate a GPU that runs out of memory in training passes above this size."""

    def refuse(model: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if model.training and len(inputs[0]) > photographs:
            raise torch.OutOfMemoryError("out of memory")

    _on_start(monkeypatch, lambda model: model.register_forward_pre_hook(refuse))


def _on_start(monkeypatch: pytest.MonkeyPatch, change: Callable[[nn.Module], object]) -> None:
    """Start a run with a modified network."""
    from engine.training import loop

    build = loop.start_model

    def changed(*arguments: Any) -> nn.Module:
        model = build(*arguments)
        change(model)
        return model

    monkeypatch.setattr(loop, "start_model", changed)
