"""Run folders as training writes them, without training, for tests of the Runs page.

As a program it is a live run: `python drawn_run.py HOME RUN_ID SECONDS` holds the lock, adds a
point per step, and ends on request or after its epochs.
"""

import math
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from engine.catalogue.sqlite import SqliteCatalogue
from engine.home import Home, open_home
from engine.settings.files import save
from engine.settings.run import RunSettings
from engine.split.classes import ClassMap
from engine.training.report.curves import CurveWriter
from engine.training.state.run_folder import RunFolder
from engine.training.state.run_lock import hold_run_lock
from engine.training.state.status import Status, StatusFile, write_status

STEPS_AN_EPOCH = 20


def new_run(home: Home, run_id: str, epochs: int = 4) -> RunFolder:
    """A run that is prepared and not started, in a home that has a catalogue."""
    SqliteCatalogue(home.catalogue).close()
    folder = RunFolder(home.runs / run_id)
    ClassMap(("Acer campestre", "Bellis perennis", "Cornus mas")).write(folder.classes)
    write_status(folder.status, Status(run_id, epochs=epochs))
    save(RunSettings(name="drawn"), folder.config)
    return folder


def ended_run(
    home: Home, run_id: str, state: str = "finished", reason: str = "", epochs: int = 4
) -> RunFolder:
    """A run with all its points that ended in some state; "lost" died while running."""
    folder = new_run(home, run_id, epochs)
    status = StatusFile(folder.status, folder.read_status())
    status.begin()
    with closing(CurveWriter(folder.metrics, status.status.attempt)) as curves:
        for step in range(1, epochs * STEPS_AN_EPOCH + 1):
            add_point(status, curves, step, epochs)
    if state == "lost":
        status.write(state="running")
        # Long enough ago to count as lost.
        write_status(folder.status, replace(status.status, updated=time.time() - 600))
    else:
        status.end(state, 0, reason)  # type: ignore[arg-type]
    folder.checkpoints.mkdir()
    folder.best.write_bytes(b"weights")
    return folder


def add_point(status: StatusFile, curves: CurveWriter, step: int, epochs: int) -> None:
    """Write the points of a step as the trainer does: a train point, and a val point at the end of
    an epoch.
    """
    epoch = step / STEPS_AN_EPOCH
    loss = 0.4 + 2.2 * math.exp(-epoch / 1.5)
    top1 = 1 - loss / 2.8
    curves.add(
        "train", step, epoch, loss=loss, top1=top1, top5=min(1.0, top1 + 0.2), k=3,
        lr=5e-5 * (1 - epoch / (epochs + 1)), images_per_second=31.5 + math.sin(step),
    )  # fmt: skip
    if step % STEPS_AN_EPOCH == 0:
        best = {"metric": "macro_top1", "value": top1 * 0.9, "epoch": epoch}
        curves.add(
            "val", step, epoch, loss=loss * 1.1, top1=top1 * 0.95, top5=min(1.0, top1 + 0.15),
            macro_top1=top1 * 0.9, k=3, images=60, seconds=1.5,
        )  # fmt: skip
        status.write(best=best, last={"loss": loss, "top1": top1})
    left = (epochs * STEPS_AN_EPOCH - step) * 0.1
    status.note(
        state="running", step=step, epoch=epoch, epochs=epochs, device="CPU",
        steps_total=epochs * STEPS_AN_EPOCH, images_per_second=31.5, seconds_left=left,
    )  # fmt: skip


def live(home: Home, run_id: str, seconds: float, epochs: int = 40) -> None:
    """Act as that run: one step at this interval, until a stop request or the end."""
    folder = new_run(home, run_id, epochs)
    with hold_run_lock(folder.lock), folder.log.open("a") as log:
        status = StatusFile(folder.status, folder.read_status())
        status.begin()
        with closing(CurveWriter(folder.metrics, status.status.attempt)) as curves:
            for step in range(1, epochs * STEPS_AN_EPOCH + 1):
                add_point(status, curves, step, epochs)
                print(f"Step {step}.", file=log, flush=True)
                time.sleep(seconds)
                if folder.stop.exists():
                    status.end("stopped", 130, "Stopped on request, after saving.")
                    return
        status.end("finished", 0)


if __name__ == "__main__":
    live(open_home(Path(sys.argv[1])), sys.argv[2], float(sys.argv[3]))
