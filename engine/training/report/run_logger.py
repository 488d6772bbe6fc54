"""Writes the curves, status and log of a run while it trains."""

import io
import logging
import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from engine.files import read_json_lines, write_atomic
from engine.language.message import Message
from engine.training.device.device import Device
from engine.training.report.curves import CurveWriter
from engine.training.report.diagnosis import (
    Diagnosis,
    RunFacts,
    diagnose,
    epochs_of,
    write_diagnosis,
)
from engine.training.report.event_files import EventFiles
from engine.training.report.metrics import MetricAccumulator, Metrics
from engine.training.report.throughput import Throughput, gpu_use, peak_memory
from engine.training.state.checkpoint import TrainingPosition
from engine.training.state.run_folder import RunFolder
from engine.training.state.status import StatusFile, stage_fields

log = logging.getLogger(__name__)


class RunLogger:
    """Writes the points of the curves and updates the status.

    Args:
        photographs: number in the training part.
        writes: whether this process writes the files.
        tensorboard: whether to write TensorBoard event files too.
    """

    def __init__(
        self,
        folder: RunFolder,
        status: StatusFile,
        photographs: int,
        writes: bool = True,
        tensorboard: bool = False,
    ) -> None:
        self._folder = folder
        self._curves = CurveWriter(folder.metrics, status.status.attempt) if writes else None
        self._events = EventFiles(folder.events) if writes and tensorboard else None
        self._status = status
        self._photographs = photographs
        self._device = torch.device("cpu")
        self._said: set[str] = set()
        self._threads: dict[str, int] = {}
        self.steps_per_epoch = 1
        self.last_step = 0
        self.pace = Throughput()

    def close(self) -> None:
        if self._curves is not None:
            self._curves.close()
        if self._events is not None:
            self._events.close()

    def epoch(self, position: TrainingPosition) -> float:
        """Return the epochs done, with a fraction."""
        return round(position.epoch + position.consumed / self._photographs, 4)

    def begin(
        self,
        position: TrainingPosition,
        device: Device,
        steps_per_epoch: int,
        last_step: int,
        stage: str,
    ) -> None:
        """Log that a stage starts or resumes; `last_step` is that of the whole run."""
        self._device, self.steps_per_epoch = device.torch_device, steps_per_epoch
        self.last_step = last_step
        # Reset per stage: a head on features takes a thousandth of the time of full training.
        self.pace = Throughput()
        self._status.write(
            state="running",
            **stage_fields(stage),
            stage_step=position.stage_step,
            device=device.name,
            steps_total=last_step,
            step=position.step,
            epoch=self.epoch(position),
            best=position.best,
        )

    def threads(self, number: int, speeds: Mapping[int, float]) -> None:
        """Log the number of CPU threads, and images per second by number in its trial."""
        self._threads = {"threads": number}
        told = {str(tried): round(speed, 2) for tried, speed in speeds.items()}
        self._status.note(threads=number, thread_speeds=told)

    def stopping(self) -> None:
        """Log that a stop request was received."""
        self._status.write(state="stopping")

    def heartbeat(self) -> None:
        """Log that the run is alive."""
        self._status.note()

    def step(self, position: TrainingPosition) -> None:
        """Log an optimiser step."""
        self._status.note(step=position.step, epoch=self.epoch(position))

    def prepare(self, what: Message) -> None:
        """Log the progress of a task that precedes training."""
        self._status.note(state="running", **stage_fields(what))

    def train_point(
        self, position: TrainingPosition, metrics: Metrics, rate: float, norm: float
    ) -> None:
        """Write a point of the training curves; `metrics` cover the steps since the last point."""
        reading = self.pace.reading()
        self._point(
            "train",
            position.step,
            self.epoch(position),
            loss=metrics.loss,
            top1=metrics.top1,
            top5=metrics.top5,
            k=metrics.k,
            lr=rate,
            images_per_second=reading.images_per_second,
            grad_norm=norm,
            waiting=reading.waiting,
            cpu=reading.cpu,
            memory_bytes=peak_memory(self._device),
            **self._threads,
            **gpu_use(self._device),
        )
        left = self.last_step - position.step
        validations = math.ceil(left / self.steps_per_epoch)
        self._status.note(
            images_per_second=round(reading.images_per_second, 2),
            seconds_left=self.pace.seconds_left(left, validations),
        )

    def val_point(self, position: TrainingPosition, metrics: Metrics, began: float) -> None:
        """Write a point of the validation curves; `began` is the monotonic start time."""
        seconds = time.monotonic() - began
        self.pace.validated(seconds)
        self._point(
            "val",
            position.step,
            self.epoch(position),
            loss=metrics.loss,
            top1=metrics.top1,
            top5=metrics.top5,
            macro_top1=metrics.macro_top1,
            macro_top5=metrics.macro_top5,
            genus_top1=metrics.genus_top1,
            ece=metrics.ece,
            nll=metrics.loss,
            top1_low=metrics.top1_low,
            top1_high=metrics.top1_high,
            **metrics.bucket_top1,
            k=metrics.k,
            images=metrics.images,
            classes=metrics.classes,
            seconds=seconds,
        )

    def by_class(self, position: TrainingPosition, accumulator: MetricAccumulator) -> None:
        """Write a validation's counts per class to a small file of arrays, each (classes,)."""
        images, first, among = accumulator.by_class()
        content = io.BytesIO()
        np.savez_compressed(content, class_images=images, class_hits=first, class_among=among)
        write_atomic(self._folder.by_class(position.step), content.getvalue())

    def epoch_closed(self, position: TrainingPosition, metrics: Metrics, is_best: bool) -> None:
        """Log that an epoch is trained, validated and saved."""
        self._status.write(
            step=position.step,
            epoch=self.epoch(position),
            best=position.best,
            last={
                "loss": metrics.loss,
                "top1": metrics.top1,
                "top5": metrics.top5,
                "macro_top1": metrics.macro_top1,
            },
        )
        log.info(
            "Step %s: loss %.3f, top-1 %.1f %%, macro top-1 %.1f %%%s.",
            f"{position.step:,}",
            metrics.loss,
            100 * metrics.top1,
            100 * metrics.macro_top1,
            ", the best so far" if is_best else "",
        )

    def diagnose(self, position: TrainingPosition, run_facts: RunFacts) -> None:
        """Diagnose the stage's curves after an epoch and write the result."""
        if self._curves is None:
            return
        epochs = epochs_of(read_json_lines(self._folder.metrics), position.stage_step)
        remarks = diagnose(epochs, run_facts)
        found = Diagnosis(self.epoch(position), position.step, remarks)
        write_diagnosis(self._folder.diagnosis, found)
        for remark in remarks:
            if remark.kind not in self._said:
                log.warning("%s", remark.sentence)
        self._said |= {remark.kind for remark in remarks}

    def finished(self, position: TrainingPosition) -> None:
        """Log that all stages are done, possibly in fewer steps than planned."""
        self._status.write(step=position.step, steps_total=position.step, **stage_fields(""))

    def _point(self, part: str, step: int, epoch: float, **values: Any) -> None:
        if self._curves is not None:
            self._curves.add(part, step, epoch, **values)
        if self._events is not None:
            self._events.add(part, step, {"epoch": epoch, **values})
