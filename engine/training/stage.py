"""One stage of a run: epochs of training and validation with one network size, schedule and
transforms.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn

from engine.augment.mixing import Mixing
from engine.errors import WorkFailed
from engine.settings.run import RunSettings
from engine.training.context import RunContext
from engine.training.data.dataset import Batch
from engine.training.data.sampling import Key, epoch_keys, passes, windows
from engine.training.inference import evaluation_batch_size, predict_batches
from engine.training.memory.fit import halved
from engine.training.memory.out_of_memory import OutOfMemoryState
from engine.training.optim.criterion import Criterion
from engine.training.optim.schedule import SCHEDULES, Schedule
from engine.training.optim.step import Learner, select
from engine.training.report.metrics import Metrics
from engine.training.report.scores import best_epoch
from engine.training.stage_inputs import StageInputs
from engine.training.state.checkpoint import TrainingPosition, keep_previous, write_checkpoint

log = logging.getLogger(__name__)


class Stage:
    """Trains from `position` to the end of the stage, or until a stop is requested.

    Args:
        settings: those of the stage.
        last_step: the last step of the whole run.
        tensors: the checkpoint's tensors at `position`; None = start from the model's weights.
    """

    def __init__(
        self,
        context: RunContext,
        settings: RunSettings,
        position: TrainingPosition,
        last_step: int,
        model: nn.Module,
        inputs: StageInputs,
        tensors: dict[str, Tensor] | None,
    ) -> None:
        self.context, self.run_settings, self.settings = context, settings, settings.training
        self.position, self.last_step, self.inputs = position, last_step, inputs
        self.pass_size = position.pass_size or self.settings.batch_size
        self.accumulator = context.new_accumulator()
        self.steps_per_epoch = len(self._windows(0, 0))
        self.learner = self._new_learner(model)
        if tensors is not None:
            self.learner.load(tensors, position.scaler)
            if context.ranks.is_first:
                # The checkpoint holds the sum over all processes; one of them continues it.
                self.accumulator.load(select(tensors, "tally."))

    def run(self) -> bool:
        """Train to the end of the stage; return False if stopped before."""
        while not self._is_over():
            metrics = self._validate() if self._train_epoch() else None
            if metrics is None:
                self.context.logger.stopping()
                self.save()
                return False
            self._close_epoch(metrics)
        return True

    def save(self) -> None:
        """Write the last checkpoint and keep the one before it."""
        self._require_health()
        self.accumulator.gather(self.context.ranks)
        if self.context.ranks.is_first:
            folder, position = (
                self.context.folder,
                replace(self.position, scaler=self.learner.scaler()),
            )
            accumulator = {
                f"tally.{name}": value for name, value in self.accumulator.tensors().items()
            }
            tensors = self.learner.tensors() | accumulator
            keep_previous(folder.last, folder.previous)
            write_checkpoint(
                folder.last, tensors, self.run_settings, self.context.classes, position
            )
        self.context.ranks.wait()

    def _is_over(self) -> bool:
        patience = self.settings.patience
        if patience is not None and self.position.stale >= patience:
            log.info("%d epochs brought nothing better; the stage ends.", self.position.stale)
            return True
        epochs = self.position.epoch - self.position.stage_epoch
        return epochs >= self.settings.epochs or self.position.step >= self.last_step

    def _train_epoch(self) -> bool:
        """Train the rest of the epoch; return False if stopped before."""
        while (finished := self._train_on()) is None:
            # Only outside `_train_on` is the memory of the failed pass released.
            self._take_smaller_passes()
        return finished

    def _train_on(self) -> bool | None:
        """As `_train_epoch`; return None if a pass ran out of memory.

        Raises:
            torch.OutOfMemoryError: a single photograph does not fit; or there are other processes,
                and all must restart with smaller passes.
        """
        logger = self.context.logger
        rest = self._windows(self.position.epoch, self.position.consumed)
        rest = rest[: self.last_step - self.position.step]
        cut = [self._passes(window) for window in rest]
        batches = self.context.loader.read(self.inputs.train, [keys for own in cut for keys in own])
        logger.pace.start()
        for left, (window, own) in enumerate(zip(rest, cut, strict=True), 1 - len(rest)):
            if self.context.should_stop():
                return False
            arriving = self._arriving(batches, len(own))
            try:
                self.learner.step(arriving, len(window), self.position.step, self.accumulator)
            except torch.OutOfMemoryError:
                less = halved(self.pass_size) if self.pass_size > 1 else 0
                if self.context.ranks.count > 1:
                    # The others wait for these gradients; only this file reaches them.
                    OutOfMemoryState(self.context.folder.out_of_memory).save(self.position, less)
                if self.context.ranks.count > 1 or not less:
                    raise
                return None
            self.position = replace(
                self.position,
                step=self.position.step + 1,
                consumed=self.position.consumed + len(window),
                **self.context.threads.after_step(len(window), self.learner.pass_seconds),
            )
            logger.pace.count(len(window))
            self._after_step(is_last=left == 0)
        return True

    def _windows(self, epoch: int, consumed: int) -> list[list[Key]]:
        """Return the photographs of each remaining optimiser step of an epoch."""
        settings = self.settings
        keys = epoch_keys(self.context.train.labels, settings.seed, epoch, settings.sampling)
        return windows(keys, self._effective, consumed)

    @property
    def _effective(self) -> int:
        """The number of photographs in an optimiser step."""
        settings = self.settings
        return settings.batch_size * settings.accumulation * self.context.ranks.count

    def _passes(self, window: list[Key]) -> list[list[Key]]:
        return passes(window, self.pass_size, self.context.ranks.rank, self.context.ranks.count)

    def _arriving(self, batches: Iterator[Batch], count: int) -> Iterator[Batch]:
        for _ in range(count):
            with self.context.logger.pace.waiting():
                batch = next(batches)
            self.context.unreadable_photos.take("train", self.context.train, batch)
            yield batch

    def _take_smaller_passes(self) -> None:
        """Halve the photographs per pass and double the passes: the same step with less memory."""
        self.pass_size = halved(self.pass_size)
        self.context.device.release_memory()
        self.position = replace(self.position, pass_size=self.pass_size)
        log.warning(
            "The memory did not suffice at step %s; passes take %d photographs from now on, and "
            "as many more of them make a step.",
            f"{self.position.step + 1:,}",
            self.pass_size,
        )

    def _after_step(self, is_last: bool) -> None:
        step = self.position.step
        logs = step % self.settings.log_every == 0 or is_last
        # On a CPU the check is free; on a GPU it waits for the device.
        if logs or not self.context.device.is_gpu:
            self._require_health()
        if logs:
            self.context.unreadable_photos.gather()
            self.accumulator.gather(self.context.ranks)
            rate, norm = self.learner.learning_rate(step - 1), float(self.learner.gradient_norm)
            self.context.logger.train_point(self.position, self.accumulator.read(), rate, norm)
            self.accumulator = self.context.new_accumulator()
        self.context.logger.step(self.position)
        if step % self.settings.checkpoint_every == 0 and not is_last:
            with self.context.logger.pace.paused():
                self.save()

    def _require_health(self) -> None:
        """Refuse to continue after a loss or gradient that is not finite.

        Raises:
            WorkFailed: one was NaN or infinite.
        """
        steps = self.context.ranks.gather(self.learner.nonfinite_step())
        nonfinite = [step for step in steps if step is not None]
        if not nonfinite:
            return
        step = min(nonfinite)
        back = self.position.step - step
        window = self._windows(self.position.epoch, 0)[
            -(-self.position.consumed // self._effective) - back
        ]
        paths = (self.context.train.path(index) for _, index in window)
        log.error("The batch of step %s: %s", f"{step + 1:,}", ", ".join(paths))
        raise WorkFailed(
            "Training diverged at step {step}: the loss is not finite (learning rate {rate}). The "
            "last good checkpoint is kept. Lower training.learning_rate or set training.precision "
            "to fp32.",
            step=step + 1,
            rate=f"{self.learner.learning_rate(step):.2g}",
        )

    def _validate(self) -> Metrics | None:
        """Validate on the whole val part; return None if stopped meanwhile."""
        context, began, accumulator = self.context, time.monotonic(), self.context.new_accumulator()
        self.learner.synchronise_buffers()
        part, size = self.inputs.val, 2 * self.pass_size
        if part.decodes:
            size = evaluation_batch_size(self.pass_size, self.run_settings.data.image_size)
        for batch, logits in predict_batches(
            self.learner.evaluated_network(),
            part,
            context.loader,
            context.device,
            size,
            context.ranks,
        ):
            context.unreadable_photos.take("val", context.val, batch)
            if len(batch.labels):
                accumulator.add(logits, batch.labels.to(logits.device))
            context.logger.heartbeat()
            if context.ranks.count == 1 and context.stop.wanted:
                return None
        context.unreadable_photos.gather()
        accumulator.gather(context.ranks)
        metrics: Metrics = context.ranks.gather(accumulator.read())[0]
        context.logger.val_point(self.position, metrics, began)
        if context.ranks.is_first:
            context.logger.by_class(self.position, accumulator)
        return metrics

    def _close_epoch(self, metrics: Metrics) -> None:
        """Keep the best network so far, advance to the next epoch and save."""
        trained, best = self.position, self.position.best
        is_best = best is None or bool(
            best_epoch([best["value"], metrics.macro_top1], [best["loss"], metrics.loss])
        )
        if is_best:
            trained = replace(trained, best=self._best(metrics))
            if self.context.ranks.is_first:
                self._keep_best(trained)
        # Only a higher macro top-1 resets the patience; a lower loss alone does not. A stage is
        # compared with itself only: at another image size it may start below the one before and
        # then exceed it.
        reached = trained.stage_best
        if reached is None or metrics.macro_top1 > reached:
            trained = replace(trained, stage_best=metrics.macro_top1, stale=0)
        else:
            trained = replace(trained, stale=trained.stale + 1)
        self.position = replace(trained, epoch=trained.epoch + 1, consumed=0)
        self.save()
        self.context.logger.epoch_closed(trained, metrics, is_best)
        self.context.logger.diagnose(trained, self.context.run_facts(self.run_settings))

    def _best(self, metrics: Metrics) -> dict[str, object]:
        return {
            "metric": "macro_top1",
            "value": metrics.macro_top1,
            "epoch": self.context.logger.epoch(self.position),
            "step": self.position.step,
            "loss": metrics.loss,
            "stage": self.position.stage,
        }

    def _keep_best(self, position: TrainingPosition) -> None:
        network = self.learner.evaluated_network().state_dict()
        weights = {f"model.{name}": value for name, value in network.items()}
        path, classes = self.context.folder.best, self.context.classes
        write_checkpoint(path, weights, self.run_settings, classes, position)

    def _new_learner(self, model: nn.Module) -> Learner:
        context, settings = self.context, self.settings
        epochs_mixed = settings.epochs - self.run_settings.augmentation.train.unmixed_epochs
        mixing = Mixing(
            self.run_settings.augmentation.train,
            len(context.classes),
            settings.seed,
            last_step=self.position.stage_step + max(0, epochs_mixed) * self.steps_per_epoch,
        )
        schedule = Schedule(
            peak=settings.learning_rate,
            floor=settings.min_learning_rate,
            warmup=round(settings.warmup_epochs * self.steps_per_epoch),
            total=self.steps_per_epoch * settings.epochs,
            begin=self.position.stage_step,
            fall=SCHEDULES[settings.schedule].height,
        )
        return Learner(
            model,
            settings,
            context.device,
            schedule,
            Criterion(settings, context.train_images, context.device.torch_device),
            mixing if mixing.enabled else None,
            context.ranks,
            self.inputs.blank,
        )
