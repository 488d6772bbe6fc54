"""Run folders as training leaves them, without training."""

import dataclasses
import json
import time
from typing import Any

from engine.home import Home
from engine.settings.files import save, validate
from engine.settings.run import RunSettings
from engine.split.classes import ClassMap
from engine.training.state.run_folder import RunFolder
from engine.training.state.status import Status, write_status

SPECIES = ("Acer campestre", "Bellis perennis", "Cornus mas")


def written_run(
    home: Home,
    run_id: str,
    settings: dict[str, Any] | None = None,
    metrics: list[dict[str, Any]] | None = None,
    **status: Any,
) -> RunFolder:
    """A run with these settings, metrics and status fields; finished by default."""
    folder = RunFolder(home.runs / run_id)
    ClassMap(SPECIES).write(folder.classes)
    save(validate(RunSettings, settings or {}, "the test"), folder.config)
    folder.metrics.write_text("".join(json.dumps(line) + "\n" for line in metrics or []))
    said = {"state": "finished", "started": time.time() - 60, "updated": time.time() - 30}
    write_status(folder.status, dataclasses.replace(Status(run_id), **{**said, **status}))
    return folder


def val(epoch: float, **values: float) -> dict[str, Any]:
    """A line of the validation after an epoch of ten steps."""
    return {"t": 0.0, "attempt": 1, "step": int(epoch * 10), "epoch": epoch, "split": "val"} | (
        {"images": 100, "k": 3} | values
    )
