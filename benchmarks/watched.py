"""Runs for a benchmark of the Runs page: their folders, written as training writes them."""

import json
import math
import threading
import time
from dataclasses import replace

from engine.home import Home
from engine.settings.files import save
from engine.settings.run import RunSettings
from engine.split.classes import ClassMap
from engine.training.report.curves import CurveWriter
from engine.training.state.run_folder import RunFolder
from engine.training.state.run_lock import hold_run_lock
from engine.training.state.status import Status, StatusFile, write_status

STEPS_AN_EPOCH = 500


def point(step: int) -> dict[str, float]:
    """The measurements of a train point, like a real one."""
    loss = 0.4 + 6 * math.exp(-step / 9_000) + 0.1 * math.sin(step * 12.9898)
    return {
        "loss": loss, "top1": 1 - loss / 7, "top5": 1 - loss / 9, "k": 5, "lr": 1e-4,
        "images_per_second": 31.5, "grad_norm": 1 + loss, "waiting": 0.02, "cpu": 0.6,
        "memory_bytes": 2.1e9,
    }  # fmt: skip


def val_point(step: int) -> dict[str, float]:
    """The measurements of a validation."""
    top1 = 0.8 - 0.7 * math.exp(-step / 12_000)
    return {
        "loss": 5 * (1 - top1), "top1": top1, "top5": top1 + 0.1, "macro_top1": top1 * 0.9,
        "macro_top5": top1, "genus_top1": top1 + 0.05, "ece": 0.05, "k": 5, "images": 6_000,
    }  # fmt: skip


def new_folder(home: Home, run_id: str, rate: float = 1e-4) -> RunFolder:
    """A run without points."""
    folder = RunFolder(home.runs / run_id)
    ClassMap(("Acer campestre", "Bellis perennis")).write(folder.classes)
    settings = RunSettings.model_validate({"training": {"learning_rate": rate}})
    write_status(folder.status, Status(run_id))
    save(settings, folder.config)
    return folder


def ended_run(home: Home, run_id: str, steps: int, rate: float = 1e-4) -> RunFolder:
    """A finished run of this many steps, each with its point."""
    folder = new_folder(home, run_id, rate)
    began = time.time() - 3_600
    with folder.metrics.open("w") as stream:
        for step in range(1, steps + 1):
            parts = [("train", point(step))]
            if step % STEPS_AN_EPOCH == 0:
                parts.append(("val", val_point(step)))
            for part, values in parts:
                place = {"t": began + step / 30, "attempt": 1, "step": step}
                line = {**place, "epoch": step / STEPS_AN_EPOCH, "split": part, **values}
                stream.write(json.dumps(line) + "\n")
    status = Status(run_id, state="finished", attempt=1, started=began, ended=began + 3_000)
    write_status(folder.status, replace(status, step=steps, steps_total=steps, epochs=10))
    return folder


class LiveRun:
    """A run that holds its lock and adds a point at this interval in seconds, in a thread.

    `written` holds the time at which each step's point was written, in Unix seconds.
    """

    def __init__(self, home: Home, run_id: str, seconds: float) -> None:
        self._folder = new_folder(home, run_id)
        self._seconds = seconds
        self._ends = threading.Event()
        self.written: dict[int, float] = {}
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Let it finish."""
        self._ends.set()
        self._thread.join()

    def _live(self) -> None:
        with hold_run_lock(self._folder.lock):
            status = StatusFile(self._folder.status, self._folder.read_status())
            status.begin()
            curves = CurveWriter(self._folder.metrics, 1)
            step = 0
            while not self._ends.wait(self._seconds):
                step += 1
                curves.add("train", step, step / STEPS_AN_EPOCH, **point(step))
                self.written[step] = time.time()
                if step % 50 == 0:
                    curves.add("val", step, step / STEPS_AN_EPOCH, **val_point(step))
                status.note(state="running", step=step, steps_total=100_000, epochs=200)
            curves.close()
            status.end("finished", 0)
