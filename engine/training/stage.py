"""One stage of a run: epochs of training and judging with the same network, rates and views."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn

from engine.errors import WorkFailed
from engine.settings.run import RunSettings
from engine.training.checkpoint import Place, keep_previous, write_checkpoint
from engine.training.dataset import Batch
from engine.training.fit import halved
from engine.training.judge import judge, judging_size
from engine.training.learner import Learner, select
from engine.training.losses import Criterion
from engine.training.metrics import Metrics
from engine.training.mixing import Mixing
from engine.training.sampling import Key, epoch_keys, passes, windows
from engine.training.scene import Scene
from engine.training.schedule import Schedule
from engine.training.seen import Seen
from engine.training.shortage import Shortage

log = logging.getLogger(__name__)


class Stage:
    """Trains from `place` to the stage's end, or until somebody asks to stop.

    Args:
        settings: the stage's own.
        last_step: the step that the whole run ends at.
        tensors: what the checkpoint at `place` held; None = begin from the model's weights.
    """

    def __init__(
        self,
        scene: Scene,
        settings: RunSettings,
        place: Place,
        last_step: int,
        model: nn.Module,
        seen: Seen,
        tensors: dict[str, Tensor] | None,
    ) -> None:
        self.scene, self.run_settings, self.settings = scene, settings, settings.training
        self.place, self.last_step, self.seen = place, last_step, seen
        self.pass_size = place.pass_size or self.settings.batch_size
        self.tally = scene.new_tally()
        self.steps_per_epoch = len(self._windows(0, 0))
        self.learner = self._new_learner(model)
        if tensors is not None:
            self.learner.load(tensors, place.scaler)
            if scene.ranks.is_first:
                # It was gathered from all processes: one goes on with it.
                self.tally.load(select(tensors, "tally."))

    def run(self) -> bool:
        """Train to the stage's end; False if asked to stop before."""
        while not self._is_over():
            metrics = self._validate() if self._train_epoch() else None
            if metrics is None:
                self.scene.journal.stopping()
                self.save()
                return False
            self._close_epoch(metrics)
        return True

    def save(self) -> None:
        """Write the last checkpoint, keeping the one before it."""
        self._require_health()
        self.tally.gather(self.scene.ranks)
        if self.scene.ranks.is_first:
            folder, place = self.scene.folder, replace(self.place, scaler=self.learner.scaler())
            tally = {f"tally.{name}": value for name, value in self.tally.tensors().items()}
            tensors = self.learner.tensors() | tally
            keep_previous(folder.last, folder.previous)
            write_checkpoint(folder.last, tensors, self.run_settings, self.scene.classes, place)
        self.scene.ranks.wait()

    def _is_over(self) -> bool:
        patience = self.settings.patience
        if patience is not None and self.place.stale >= patience:
            log.info("%d epochs brought nothing better; the stage ends.", self.place.stale)
            return True
        epochs = self.place.epoch - self.place.stage_epoch
        return epochs >= self.settings.epochs or self.place.step >= self.last_step

    def _train_epoch(self) -> bool:
        """Train what is left of the epoch; False if asked to stop first."""
        while (finished := self._train_on()) is None:
            # Only here is all let go that the pass which did not fit had made.
            self._take_smaller_passes()
        return finished

    def _train_on(self) -> bool | None:
        """As `_train_epoch`; None where the memory did not suffice for a pass.

        Raises:
            torch.OutOfMemoryError: a single photograph is too much; or there are other
                processes, and all are to begin again with smaller passes.
        """
        journal = self.scene.journal
        rest = self._windows(self.place.epoch, self.place.consumed)
        rest = rest[: self.last_step - self.place.step]
        cut = [self._passes(window) for window in rest]
        batches = self.scene.loader.read(self.seen.train, [keys for own in cut for keys in own])
        journal.pace.start()
        for left, (window, own) in enumerate(zip(rest, cut, strict=True), 1 - len(rest)):
            if self.scene.should_stop():
                return False
            arriving = self._arriving(batches, len(own))
            try:
                self.learner.step(arriving, len(window), self.place.step, self.tally)
            except torch.OutOfMemoryError:
                less = halved(self.pass_size) if self.pass_size > 1 else 0
                if self.scene.ranks.count > 1:
                    # The others wait for these gradients, and hear of nothing else.
                    Shortage(self.scene.folder.shortage).tell(self.place, less)
                if self.scene.ranks.count > 1 or not less:
                    raise
                return None
            self.place = replace(
                self.place,
                step=self.place.step + 1,
                consumed=self.place.consumed + len(window),
                **self.scene.threads.after_step(len(window), self.learner.pass_seconds),
            )
            journal.pace.count(len(window))
            self._after_step(is_last=left == 0)
        return True

    def _windows(self, epoch: int, consumed: int) -> list[list[Key]]:
        """The photographs of each optimiser step that is left of an epoch."""
        settings = self.settings
        keys = epoch_keys(self.scene.train.labels, settings.seed, epoch, settings.sampling)
        return windows(keys, self._effective, consumed)

    @property
    def _effective(self) -> int:
        """Photographs in an optimiser step."""
        settings = self.settings
        return settings.batch_size * settings.accumulation * self.scene.ranks.count

    def _passes(self, window: list[Key]) -> list[list[Key]]:
        return passes(window, self.pass_size, self.scene.ranks.rank, self.scene.ranks.count)

    def _arriving(self, batches: Iterator[Batch], count: int) -> Iterator[Batch]:
        for _ in range(count):
            with self.scene.journal.pace.waiting():
                batch = next(batches)
            self.scene.quarantine.take("train", self.scene.train, batch)
            yield batch

    def _take_smaller_passes(self) -> None:
        """Half the photographs in a pass and twice the passes: the same step in less memory."""
        self.pass_size = halved(self.pass_size)
        self.scene.device.let_go()
        self.place = replace(self.place, pass_size=self.pass_size)
        log.warning(
            "The memory did not suffice at step %s; passes take %d photographs from now on, and "
            "as many more of them make a step.",
            f"{self.place.step + 1:,}",
            self.pass_size,
        )

    def _after_step(self, is_last: bool) -> None:
        step = self.place.step
        logs = step % self.settings.log_every == 0 or is_last
        # On a CPU looking costs nothing; a GPU would have to be waited for.
        if logs or not self.scene.device.is_gpu:
            self._require_health()
        if logs:
            self.scene.quarantine.gather()
            self.tally.gather(self.scene.ranks)
            rate, norm = self.learner.learning_rate(step - 1), float(self.learner.gradient_norm)
            self.scene.journal.train_point(self.place, self.tally.read(), rate, norm)
            self.tally = self.scene.new_tally()
        self.scene.journal.step(self.place)
        if step % self.settings.checkpoint_every == 0 and not is_last:
            with self.scene.journal.pace.aside():
                self.save()

    def _require_health(self) -> None:
        """Refuse to go on from a loss or gradient that is no number.

        Raises:
            WorkFailed: one was NaN or infinite.
        """
        sick = [
            step for step in self.scene.ranks.gather(self.learner.sick_step()) if step is not None
        ]
        if not sick:
            return
        step = min(sick)
        back = self.place.step - step
        window = self._windows(self.place.epoch, 0)[
            -(-self.place.consumed // self._effective) - back
        ]
        paths = (self.scene.train.path(index) for _, index in window)
        log.error("The batch of step %s: %s", f"{step + 1:,}", ", ".join(paths))
        raise WorkFailed(
            f"The loss or its gradient became NaN or infinite at step {step + 1:,} with a "
            f"learning rate of {self.learner.learning_rate(step):.2g}; the last good checkpoint "
            "is kept and the log names the batch: try a lower training.learning_rate or "
            "training.precision fp32."
        )

    def _validate(self) -> Metrics | None:
        """Judge the whole val part; None if asked to stop meanwhile."""
        scene, began, tally = self.scene, time.monotonic(), self.scene.new_tally()
        self.learner.agree()
        part, size = self.seen.val, 2 * self.pass_size
        if part.decodes:
            size = judging_size(self.pass_size, self.run_settings.data.image_size)
        for batch, logits in judge(
            self.learner.judged(), part, scene.loader, scene.device, size, scene.ranks
        ):
            scene.quarantine.take("val", scene.val, batch)
            if len(batch.labels):
                tally.add(logits, batch.labels.to(logits.device))
            scene.journal.breathe()
            if scene.ranks.count == 1 and scene.stop.wanted:
                return None
        scene.quarantine.gather()
        tally.gather(scene.ranks)
        metrics: Metrics = scene.ranks.gather(tally.read())[0]
        scene.journal.val_point(self.place, metrics, began)
        if scene.ranks.is_first:
            scene.journal.by_class(self.place, tally)
        return metrics

    def _close_epoch(self, metrics: Metrics) -> None:
        """Keep the best network so far, move on to the next epoch, save."""
        trained, best = self.place, self.place.best
        is_best = best is None or (
            (metrics.macro_top1, -metrics.loss) > (best["value"], -best["loss"])
        )
        if is_best:
            trained = replace(trained, best=self._best(metrics))
            if self.scene.ranks.is_first:
                self._keep_best(trained)
        # A loss that falls by a hair is worth keeping, not worth going on for. A stage is only
        # measured by itself: at another size it may begin below the one before and climb past it.
        reached = trained.stage_best
        if reached is None or metrics.macro_top1 > reached:
            trained = replace(trained, stage_best=metrics.macro_top1, stale=0)
        else:
            trained = replace(trained, stale=trained.stale + 1)
        self.place = replace(trained, epoch=trained.epoch + 1, consumed=0)
        self.save()
        self.scene.journal.epoch_closed(trained, metrics, is_best)
        self.scene.journal.diagnose(trained, self.scene.patient(self.run_settings))

    def _best(self, metrics: Metrics) -> dict[str, object]:
        return {
            "metric": "macro_top1",
            "value": metrics.macro_top1,
            "epoch": self.scene.journal.epoch(self.place),
            "step": self.place.step,
            "loss": metrics.loss,
            "stage": self.place.stage,
        }

    def _keep_best(self, place: Place) -> None:
        network = self.learner.judged().state_dict()
        weights = {f"model.{name}": value for name, value in network.items()}
        path, classes = self.scene.folder.best, self.scene.classes
        write_checkpoint(path, weights, self.run_settings, classes, place)

    def _new_learner(self, model: nn.Module) -> Learner:
        scene, settings = self.scene, self.settings
        epochs_mixed = settings.epochs - self.run_settings.augmentation.train.unmixed_epochs
        mixing = Mixing(
            self.run_settings.augmentation.train,
            len(scene.classes),
            settings.seed,
            last_step=self.place.stage_step + max(0, epochs_mixed) * self.steps_per_epoch,
        )
        schedule = Schedule(
            peak=settings.learning_rate,
            floor=settings.min_learning_rate,
            warmup=round(settings.warmup_epochs * self.steps_per_epoch),
            total=self.steps_per_epoch * settings.epochs,
            begin=self.place.stage_step,
        )
        return Learner(
            model,
            settings,
            scene.device,
            schedule,
            Criterion(settings, scene.train_images, scene.device.place),
            mixing if mixing.enabled else None,
            scene.ranks,
            self.seen.blank,
        )
