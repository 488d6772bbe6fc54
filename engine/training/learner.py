"""A network, its optimiser, and one step of the two."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import WorkFailed
from engine.settings.optimisation import TrainingSettings
from engine.training.dataset import Batch
from engine.training.device import Device
from engine.training.metrics import Tally
from engine.training.model import is_convolutional, normalisation_of, train_mode
from engine.training.optimiser import (
    load_optimiser_tensors,
    make_optimiser,
    optimiser_tensors,
    set_rate,
)
from engine.training.schedule import Schedule


class Learner:
    """Takes optimiser steps; all it must remember between them is in `tensors` and `scaler`."""

    def __init__(
        self, model: nn.Module, settings: TrainingSettings, device: Device, schedule: Schedule
    ) -> None:
        self._settings = settings
        self._schedule = schedule
        self.device = device
        self.model = to_device(model, device)
        self._normalise = normalisation_of(model)
        self._optimiser = make_optimiser(self.model, settings, fused=device.is_gpu)
        self._scaler = torch.amp.GradScaler(device.place.type, enabled=device.scales_gradients)
        self._sick_step = torch.full((), -1, dtype=torch.int64, device=device.place)
        self.gradient_norm = torch.zeros((), device=device.place)

    def learning_rate(self, step: int) -> float:
        return self._schedule.rate(step)

    def step(self, batches: Iterable[Batch], photographs: int, step: int, tally: Tally) -> None:
        """Optimiser step number `step` over a window of `photographs` in several batches.

        The gradient is that of the mean loss over the window, however it is cut into batches.
        Nothing here waits for the device.
        """
        train_mode(self.model, self._settings.frozen_statistics)
        # Dropout is a function of (seed, step), so that a resumed run draws the same.
        torch.manual_seed(self._settings.seed * 1_000_003 + step)
        set_rate(self._optimiser, self.learning_rate(step))
        self._optimiser.zero_grad(set_to_none=True)
        healthy = torch.ones((), dtype=torch.bool, device=self.device.place)
        for batch in batches:
            if len(batch.labels):
                loss = self._loss(batch, photographs, tally)
                self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
                healthy &= loss.detach().isfinite()
        self._scaler.unscale_(self._optimiser)
        limit = self._settings.clip_norm or float("inf")
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), limit)
        if not self._scaler.is_enabled():
            # The scaler expects an overflow now and then, and leaves that step out.
            healthy &= norm.isfinite()
        self.gradient_norm = norm
        self._scaler.step(self._optimiser)
        self._scaler.update()
        first_sick = (self._sick_step < 0) & ~healthy
        self._sick_step = torch.where(first_sick, step, self._sick_step)

    def require_health(self) -> None:
        """Wait for the device and refuse to go on from a loss or gradient that is no number.

        Raises:
            WorkFailed: one was NaN or infinite.
        """
        step = int(self._sick_step)
        if step >= 0:
            raise WorkFailed(
                f"The loss or its gradient became NaN or infinite at step {step + 1:,} with a "
                f"learning rate of {self.learning_rate(step):.2g}; the last good checkpoint is "
                "kept: try a lower training.learning_rate or training.precision fp32."
            )

    def tensors(self) -> dict[str, Tensor]:
        """Weights under model., the optimiser's memory under optimiser."""
        weights = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        memory = optimiser_tensors(self._optimiser, self.model)
        return weights | {f"optimiser.{name}": value for name, value in memory.items()}

    def scaler(self) -> dict[str, Any]:
        """The loss scaler's few numbers; empty without one."""
        return self._scaler.state_dict()

    def load(self, tensors: dict[str, Tensor], scaler: dict[str, Any]) -> None:
        """Go back to what `tensors` and `scaler` gave."""
        self.model.load_state_dict(select(tensors, "model."))
        memory = select(tensors, "optimiser.")
        load_optimiser_tensors(self._optimiser, self.model, memory)
        if scaler and self._scaler.is_enabled():
            self._scaler.load_state_dict(scaler)

    def _loss(self, batch: Batch, photographs: int, tally: Tally) -> Tensor:
        images = batch.images.to(self.device.place, non_blocking=True)
        labels = batch.labels.to(self.device.place, non_blocking=True)
        with self.device.forward():
            logits = self.model(self._normalise(images))
        logits = logits.float()
        with torch.no_grad():
            # The curves show the loss without smoothing, comparable with validation.
            tally.add(logits, labels, functional.cross_entropy(logits, labels, reduction="none"))
        smoothed = functional.cross_entropy(
            logits, labels, reduction="sum", label_smoothing=self._settings.label_smoothing
        )
        return smoothed / photographs


def to_device(model: nn.Module, device: Device) -> nn.Module:
    """Move a network; convolutions get their channels last, 1.5 times as fast on a CPU too."""
    model = model.to(device.place)
    if is_convolutional(model):
        model = model.to(memory_format=torch.channels_last)
    return model


def select(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix`, without it."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
