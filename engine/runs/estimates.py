"""What a configuration means, found in the background: only the trainer's side loads torch."""

import hashlib
import json
import time

from engine.home import Home
from engine.runs.jobs import Job, read_job, start_job
from engine.settings.files import save
from engine.settings.run import RunSettings

_FRESH_SECONDS = 3600


def estimate_of(home: Home, settings: RunSettings, classes: int) -> Job:
    """The job that estimates a run of `settings` over so many classes.

    It is started the first time; its result is kept for an hour, so that the next time it is
    there at once, and what is free on this machine is not long past.
    """
    # Where the photographs come from changes nothing, and would ask anew for every split.
    data = settings.data.model_copy(update={"split": None, "train_jsonl": None, "val_jsonl": None})
    asked = settings.model_copy(update={"name": "estimate", "description": "", "data": data})
    text = json.dumps([asked.model_dump(mode="json"), classes], sort_keys=True)
    name = f"estimate-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    job = read_job(home, name)
    if job.state not in ("none", "lost") and time.time() - job.started < _FRESH_SECONDS:
        return job
    config = home.jobs / name / "config.yaml"
    save(asked, config)
    return start_job(home, name, ["estimate", "--config", str(config), "--classes", str(classes)])
