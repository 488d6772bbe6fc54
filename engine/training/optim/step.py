"""The learner: a network, its optimiser and the optimiser step."""

import contextlib
import time
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from engine.augment.mixing import Mixing
from engine.augment.normalisation import normalisation_of
from engine.settings.optimisation import TrainingSettings
from engine.training.data.dataset import Batch
from engine.training.device.device import Device
from engine.training.device.process_group import ALONE, Ranks
from engine.training.model.forward import ForwardModule
from engine.training.model.network import is_convolutional
from engine.training.model.trainable import train_mode
from engine.training.model.weight_average import WeightAverage
from engine.training.optim.criterion import Criterion
from engine.training.optim.optimiser import (
    load_optimiser_tensors,
    make_optimiser,
    optimiser_tensors,
    set_rate,
)
from engine.training.optim.schedule import Schedule
from engine.training.report.metrics import MetricAccumulator


class Learner:
    """Takes optimiser steps; its complete state is in `tensors` and `scaler`.

    The trainable weights are selected before: `trainable.select_trainable`.

    Args:
        blank: a batch of blank images, for a process without photographs when the others have some.
    """

    def __init__(
        self,
        model: nn.Module,
        settings: TrainingSettings,
        device: Device,
        schedule: Schedule,
        criterion: Criterion | None = None,
        mixing: Mixing | None = None,
        ranks: Ranks = ALONE,
        blank: Tensor | None = None,
    ) -> None:
        self._settings = settings
        self._schedule = schedule
        self._criterion = criterion or Criterion(settings, None, device.torch_device)
        self._mixing = mixing
        self._ranks = ranks
        self._blank = blank
        self.device = device
        self.model = to_device(model, device)
        self._average = WeightAverage(model, settings.ema_decay) if settings.ema_decay else None
        self._normalise = normalisation_of(model)
        self._forward = self._wrapped(ForwardModule(self.model))
        self._optimiser = make_optimiser(self.model, settings)
        self._scaler = torch.amp.GradScaler(
            device.torch_device.type, enabled=device.scales_gradients
        )
        self._nonfinite_step = torch.full((), -1, dtype=torch.int64, device=device.torch_device)
        self.gradient_norm = torch.zeros((), device=device.torch_device)
        self._taken = 0
        # The seconds of the last step's forward and backward passes, without waiting for a GPU.
        self.pass_seconds = 0.0

    def learning_rate(self, step: int) -> float:
        return self._schedule.rate(step)

    def step(
        self, batches: Iterable[Batch], photographs: int, step: int, accumulator: MetricAccumulator
    ) -> None:
        """Take optimiser step number `step` over a window of `photographs` in several batches.

        The gradient is that of the mean loss over the window, regardless of the batches and
        processes that it is split into. Does not wait for the device.

        Raises:
            torch.OutOfMemoryError: a pass does not fit; nothing has changed.
        """
        train_mode(self.model, self._settings)
        # Dropout depends on (seed, step) only, so that a resumed run draws the same.
        torch.manual_seed(self._settings.seed * 1_000_003 + step + 7919 * self._ranks.rank)
        set_rate(self._optimiser, self.learning_rate(step))
        arrived, began = list(batches), time.perf_counter()
        healthy, predictions = self._gradients(arrived, photographs, step)
        self.pass_seconds = time.perf_counter() - began
        self._taken = step
        if not predictions and self._ranks.count == 1:
            # None of these photographs could be read.
            return
        self._scaler.unscale_(self._optimiser)
        limit = self._settings.clip_norm or float("inf")
        learning = [weight for weight in self.model.parameters() if weight.requires_grad]
        norm = nn.utils.clip_grad_norm_(learning, limit)
        if not self._scaler.is_enabled():
            # The scaler expects occasional overflows and skips those steps.
            healthy &= norm.isfinite()
        self.gradient_norm = norm
        self._scaler.step(self._optimiser)
        self._scaler.update()
        if self._average is not None:
            self._average.update(self.model, step - self._schedule.begin + 1)
        first_nonfinite = (self._nonfinite_step < 0) & ~healthy
        self._nonfinite_step = torch.where(first_nonfinite, step, self._nonfinite_step)
        # Count only now: a window that runs out of memory is repeated.
        for logits, labels in predictions:
            accumulator.add(logits, labels)

    def nonfinite_step(self) -> int | None:
        """Return the first step with a non-finite loss or gradient, or None; waits for the device.

        A scaler skips a step whose gradient overflows and halves its scale. A scale below 1 means
        that the gradient itself is not finite.
        """
        step = int(self._nonfinite_step)
        if step < 0 and self._scaler.is_enabled() and self._scaler.get_scale() < 1:
            return self._taken
        return step if step >= 0 else None

    def evaluated_network(self) -> nn.Module:
        """Return the network to validate and save: the weight average if there is one."""
        return self.model if self._average is None else self._average.network()

    def synchronise_buffers(self) -> None:
        """Copy the first process's buffers to the others; each has trained on other photographs."""
        for buffer in self.evaluated_network().buffers():
            self._ranks.broadcast(buffer)

    def tensors(self) -> dict[str, Tensor]:
        """Return the state by prefix: weights (model.), their average (average.), optimiser
        (optimiser.).
        """
        average = {} if self._average is None else self._average.tensors()
        memory = optimiser_tensors(self._optimiser, self.model)
        parts = {"model": self.model.state_dict(), "average": average, "optimiser": memory}
        return {f"{part}.{k}": v for part, values in parts.items() for k, v in values.items()}

    def scaler(self) -> dict[str, Any]:
        """Return the state of the loss scaler; empty without one."""
        return self._scaler.state_dict()

    def load(self, tensors: dict[str, Tensor], scaler: dict[str, Any]) -> None:
        """Restore what `tensors` and `scaler` returned."""
        self.model.load_state_dict(select(tensors, "model."))
        if self._average is not None:
            self._average.load(select(tensors, "average."))
        memory = select(tensors, "optimiser.")
        load_optimiser_tensors(self._optimiser, self.model, memory)
        if scaler and self._scaler.is_enabled():
            self._scaler.load_state_dict(scaler)

    def _gradients(
        self, batches: list[Batch], photographs: int, step: int
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """Accumulate the gradient of a window.

        Returns whether all losses are finite, and the logits and labels of each pass.
        """
        self._optimiser.zero_grad(set_to_none=True)
        healthy = torch.ones((), dtype=torch.bool, device=self.device.torch_device)
        predictions = []
        for number, batch in enumerate(batches):
            if not len(batch.labels) and self._ranks.count == 1:
                continue
            with self._alone_until(is_last=number == len(batches) - 1):
                logits, labels, loss = self._loss(batch, step, number)
                # DistributedDataParallel averages over processes; the window needs the sum.
                share = loss * (self._ranks.count / photographs)
                self._scaler.scale(share).backward()  # type: ignore[no-untyped-call]
            healthy &= loss.detach().isfinite()
            if len(labels):
                predictions.append((logits, labels))
        return healthy, predictions

    def _loss(self, batch: Batch, step: int, number: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits (n, classes), labels (n,) and the loss summed over the batch."""
        labels = batch.labels.to(self.device.torch_device, non_blocking=True)
        images = batch.images.to(self.device.torch_device, non_blocking=True)
        if self._blank is not None and not len(labels):
            with self.device.forward():
                logits = self._forward(self._blank.to(self.device.torch_device)).float()
            return logits[:0].detach(), labels, 0 * logits.sum()
        target = labels
        if self._mixing is not None and images.dim() == 4:
            images, target = self._mixing(self._normalise(images), labels, step, number)
        with self.device.forward():
            logits = self._forward(images).float()
        return logits.detach(), labels, self._criterion(logits, target)

    def _alone_until(self, is_last: bool) -> contextlib.AbstractContextManager[object]:
        """Exchange gradients between processes only in the last pass of a window."""
        if isinstance(self._forward, DistributedDataParallel) and not is_last:
            return self._forward.no_sync()
        return contextlib.nullcontext()

    def _wrapped(self, module: nn.Module) -> Any:
        compiled: Any = torch.compile(module) if self._settings.compile else module
        return DistributedDataParallel(compiled) if self._ranks.count > 1 else compiled


def to_device(model: nn.Module, device: Device) -> nn.Module:
    """Move a network to the device; convolutions use channels last, 1.5 times as fast even on a
    CPU.
    """
    model = model.to(device.torch_device)
    if is_convolutional(model):
        model = model.to(memory_format=torch.channels_last)
    return model


def select(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors whose names start with `prefix`, with the prefix removed."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
