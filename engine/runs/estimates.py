"""Estimates the cost of a configuration in a background job, because only the trainer imports
torch.
"""

import hashlib
import json
import time
from typing import NotRequired

from typing_extensions import TypedDict

from engine.home import Home
from engine.jobs.job import Job, read_job, start_job
from engine.records import Count, Name, Number
from engine.settings.files import save
from engine.settings.run import RunSettings

_FRESH_SECONDS = 3600


class Here(TypedDict):
    """Whether a step fits on this machine: bytes needed and free, and the size of its passes."""

    fits: bool
    needed: Count
    free: Count
    device: Name
    pass_size: Count
    recomputed: bool


class Estimated(TypedDict):
    """Parameters, bytes and operations; see `engine.training.memory.estimate`."""

    memory: Count
    flops_per_image: Number
    parameters: Count
    tokens: NotRequired[Count | None]
    learning: NotRequired[Count]
    stage: NotRequired[Name]
    precision: NotRequired[Name]
    here: NotRequired[Here | None]


def estimate_of(home: Home, settings: RunSettings, classes: int) -> Job:
    """Return the job that estimates a run of `settings` with `classes` classes; start it if needed.

    The result is reused for an hour, so that repeated requests are fast and the free memory is
    recent.
    """
    # The split does not affect the cost; with it, each split would need its own job.
    data = settings.data.model_copy(update={"split": None, "train_jsonl": None, "val_jsonl": None})
    asked = settings.model_copy(update={"name": "estimate", "description": "", "data": data})
    text = json.dumps([asked.model_dump(mode="json"), classes], sort_keys=True)
    name = f"estimate-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    job = read_job(home, name)
    if job.state not in ("none", "lost", "damaged") and time.time() - job.started < _FRESH_SECONDS:
        return job
    config = home.jobs / name / "config.yaml"
    save(asked, config)
    return start_job(home, name, ["estimate", "--config", str(config), "--classes", str(classes)])
