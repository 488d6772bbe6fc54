"""Training a run from its folder, from wherever it was left."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional

from engine.errors import BadInput, StudioError
from engine.home import Home
from engine.training.checkpoint import (
    Place,
    keep_previous,
    newest_checkpoint,
    write_checkpoint,
)
from engine.training.dataset import Batch, PhotoDataset
from engine.training.device import choose_device
from engine.training.folder import RunFolder
from engine.training.journal import Journal
from engine.training.judge import judge
from engine.training.learner import Learner, select
from engine.training.loader import Key, Loader, epoch_batches
from engine.training.lock import held
from engine.training.metrics import TOP, Metrics, Tally, genera_of
from engine.training.model import (
    build_model,
    start_model,
    use_gradient_checkpointing,
)
from engine.training.quarantine import Quarantine
from engine.training.runlog import run_log
from engine.training.schedule import Schedule
from engine.training.status import Status, StatusFile
from engine.training.stop import StopRequest
from engine.training.views import TrainView, ValView

log = logging.getLogger(__name__)

INTERRUPTED = 130


def train(home: Home, folder: RunFolder) -> Status:
    """Train a prepared run, or go on with one that was stopped, killed or failed.

    Returns its final status: "finished", "stopped" (asked to; resumable), or "failed" with a
    sentence as its reason. Everything else is in the folder.

    Raises:
        BadInput: the run is running in another process, or is finished already.
    """
    with held(folder.lock):
        status = StatusFile(folder.status, folder.read_status())
        if status.status.state == "finished":
            raise BadInput(f"The run {folder.run_id} is finished; start a new one to train more.")
        status.begin()
        with run_log(folder.log), StopRequest(folder.stop) as stop:
            try:
                finished = Attempt(home, folder, status, stop).run()
            except StudioError as error:
                log.error("%s", error)
                status.end("failed", error.exit_status, str(error))
            except KeyboardInterrupt:
                status.end("stopped", INTERRUPTED, "It was interrupted twice and did not save.")
            except Exception as error:
                log.exception("The training broke off.")
                status.end("failed", 1, _sentence(error))
            else:
                if finished:
                    status.end("finished", 0)
                else:
                    status.end("stopped", INTERRUPTED, "It was asked to stop, and saved first.")
                    stop.answered()
                log.info("The run is %s.", status.status.state)
    return status.status


class Attempt:
    """One attempt at a run: from its start or its last checkpoint to its end or a stop."""

    def __init__(
        self, home: Home, folder: RunFolder, status: StatusFile, stop: StopRequest
    ) -> None:
        self.folder, self.stop = folder, stop
        self.run_settings = folder.read_settings()
        self.settings = self.run_settings.training
        self.classes = folder.read_classes()
        self.quarantine = Quarantine(folder.unreadable)
        self.device = choose_device(self.settings)
        self.loader = Loader(self.run_settings.data.workers, pin=self.device.is_gpu)

        preset, views = folder.read_preset(), self.run_settings.augmentation
        train_view = TrainView(views.train, self.settings.seed)
        self.train_part = PhotoDataset(home, folder.read_part(home, "train"), preset, train_view)
        self.val_part = PhotoDataset(
            home, folder.read_part(home, "val"), preset, ValView(views.val)
        )

        self.genera = genera_of(self.classes.species)
        self.train_images = np.bincount(self.train_part.labels, minlength=len(self.classes))
        self.steps_per_epoch = len(self._windows(0, 0))
        steps = self.steps_per_epoch * self.settings.epochs
        self.last_step = min(steps, self.settings.stop_after_steps or steps)
        self.schedule = Schedule(
            peak=self.settings.learning_rate,
            floor=self.settings.min_learning_rate,
            warmup=round(self.settings.warmup_epochs * self.steps_per_epoch),
            total=steps,
        )
        self.place = Place()
        self.tally = self._new_tally()
        self.journal = Journal(
            folder, status, len(self.train_part), self.steps_per_epoch, self.last_step
        )

    def run(self) -> bool:
        """Train to the end; False if it was stopped before."""
        try:
            self.learner = self._learner()
            self._introduce()
            while self.place.epoch < self.settings.epochs and self.place.step < self.last_step:
                metrics = self._validate() if self._train_epoch() else None
                if metrics is None:
                    self.journal.stopping()
                    self._save()
                    return False
                self._close_epoch(metrics)
        finally:
            self.journal.close()
        return True

    def _learner(self) -> Learner:
        """The network at its start, or as the last checkpoint left it."""
        model_settings, size = self.run_settings.model, self.run_settings.data.image_size
        resumed = self.folder.last.exists() or self.folder.previous.exists()
        torch.manual_seed(self.settings.seed)
        if resumed:
            model = build_model(model_settings, len(self.classes), size)
        else:
            model = start_model(model_settings, self.classes, size)
        if self.settings.gradient_checkpointing:
            use_gradient_checkpointing(model)
        learner = Learner(model, self.settings, self.device, self.schedule)
        if resumed:
            self._go_on(learner)
        return learner

    def _go_on(self, learner: Learner) -> None:
        checkpoint = newest_checkpoint(self.folder.last, self.folder.previous, self.classes)
        tensors = checkpoint.tensors()
        learner.load(tensors, checkpoint.place.scaler)
        self.tally.load(select(tensors, "tally."))
        self.place = checkpoint.place
        log.info("Going on from step %s.", f"{self.place.step:,}")

    def _introduce(self) -> None:
        log.info(
            "%s: %s weights, %s species, %s photographs to train and %s to validate on, %s.",
            self.run_settings.model.name,
            f"{sum(weight.numel() for weight in self.learner.model.parameters()):,}",
            f"{len(self.classes):,}",
            f"{len(self.train_part):,}",
            f"{len(self.val_part):,}",
            self.device.name,
        )
        if self.tally.k < TOP:
            log.info("top5 counts hits among the best %d, for there are no more.", self.tally.k)
        self.journal.begin(self.place, self.device)

    def _windows(self, epoch: int, consumed: int) -> list[list[list[Key]]]:
        """What is left of an epoch: for each optimiser step its batches of keys."""
        size, every = self.settings.batch_size, self.settings.accumulation
        count = len(self.train_part)
        batches = epoch_batches(count, size, self.settings.seed, epoch, consumed)
        return [batches[start : start + every] for start in range(0, len(batches), every)]

    def _train_epoch(self) -> bool:
        """Train what is left of the epoch; False if asked to stop first."""
        windows = self._windows(self.place.epoch, self.place.consumed)
        windows = windows[: self.last_step - self.place.step]
        batches = self.loader.read(self.train_part, [keys for window in windows for keys in window])
        self.journal.pace.start()
        for left, window in enumerate(windows, 1 - len(windows)):
            if self.stop.wanted:
                return False
            photographs = sum(map(len, window))
            arriving = self._arriving(batches, len(window))
            self.learner.step(arriving, photographs, self.place.step, self.tally)
            self.place = replace(
                self.place,
                step=self.place.step + 1,
                consumed=self.place.consumed + photographs,
            )
            self.journal.pace.count(photographs)
            self._after_step(is_last=left == 0)
        return True

    def _arriving(self, batches: Iterator[Batch], count: int) -> Iterator[Batch]:
        for _ in range(count):
            with self.journal.pace.waiting():
                batch = next(batches)
            self.quarantine.take("train", self.train_part, batch)
            yield batch

    def _after_step(self, is_last: bool) -> None:
        step = self.place.step
        logs = step % self.settings.log_every == 0 or is_last
        # On a CPU looking costs nothing; a GPU would have to be waited for.
        if logs or not self.device.is_gpu:
            self.learner.require_health()
        if logs:
            rate, norm = self.learner.learning_rate(step - 1), float(self.learner.gradient_norm)
            self.journal.train_point(self.place, self.tally.read(), rate, norm)
            self.tally = self._new_tally()
        self.journal.step(self.place)
        if step % self.settings.checkpoint_every == 0 and not is_last:
            with self.journal.pace.aside():
                self._save()

    def _validate(self) -> Metrics | None:
        """Judge the whole val part; None if asked to stop meanwhile."""
        began, tally = time.monotonic(), self._new_tally()
        model, size = self.learner.model, 2 * self.settings.batch_size
        for batch, logits in judge(model, self.val_part, self.loader, self.device, size):
            self.quarantine.take("val", self.val_part, batch)
            if len(batch.labels):
                labels = batch.labels.to(logits.device)
                tally.add(
                    logits, labels, functional.cross_entropy(logits, labels, reduction="none")
                )
            self.journal.breathe()
            if self.stop.wanted:
                return None
        metrics = tally.read()
        self.journal.val_point(self.place, metrics, began)
        self.journal.by_class(self.place, tally)
        return metrics

    def _close_epoch(self, metrics: Metrics) -> None:
        """Keep the best network so far, move on to the next epoch, save."""
        trained, best = self.place, self.place.best
        is_best = best is None or (
            (metrics.macro_top1, -metrics.loss) > (best["value"], -best["loss"])
        )
        if is_best:
            best = {
                "metric": "macro_top1",
                "value": metrics.macro_top1,
                "epoch": self.journal.epoch(trained),
                "step": trained.step,
                "loss": metrics.loss,
            }
            trained = replace(trained, best=best)
            weights = {k: v for k, v in self.learner.tensors().items() if k.startswith("model.")}
            write_checkpoint(self.folder.best, weights, self.run_settings, self.classes, trained)
        self.place = replace(trained, epoch=trained.epoch + 1, consumed=0)
        self._save()
        self.journal.epoch_closed(trained, metrics, is_best)

    def _save(self) -> None:
        self.learner.require_health()
        place = replace(self.place, scaler=self.learner.scaler())
        tally = {f"tally.{name}": value for name, value in self.tally.tensors().items()}
        tensors = self.learner.tensors() | tally
        keep_previous(self.folder.last, self.folder.previous)
        write_checkpoint(self.folder.last, tensors, self.run_settings, self.classes, place)

    def _new_tally(self) -> Tally:
        return Tally(len(self.classes), self.device.place, self.genera, self.train_images)


def _sentence(error: Exception) -> str:
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return (
            "The memory did not suffice; halve training.batch_size and double "
            "training.accumulation, or set training.gradient_checkpointing to true."
        )
    first = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    return f"The training broke off ({type(error).__name__}: {first}); the log tells where."
