"""Any content in the files of runs, jobs and the queue gives a value or a sentence, and the other
runs are still shown.
"""

import contextlib
import io
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from engine.commands.runs import runs_list
from engine.errors import StudioError
from engine.home import Home, open_home
from engine.jobs.job import read_job, stop_job
from engine.jobs.local_launcher import LocalLauncher
from engine.jobs.log import log_tail
from engine.jobs.queue import read_queue
from engine.jobs.stop_request import read_stop_request
from engine.jobs.work import work_of
from engine.runs.alerts import read_alerts
from engine.runs.comparison import differing, final_of, flat_settings
from engine.runs.evaluation import read_evaluation
from engine.runs.history import History
from engine.runs.notes import read_notes
from engine.runs.run import find_run, list_runs
from engine.runs.supervise import supervisor_of
from engine.training.report.diagnosis import read_diagnosis
from studio.runs.charts import run_charts
from studio.runs.evaluation import evaluation_metrics as evaluation_figures
from studio.runs.listing import run_caption, sort_runs
from studio.try_it.listing import model_caption as asked_about
from tests.fuzz.conftest import ROUNDS, examples
from tests.fuzz.values import anything, as_json, spoilt
from tests.runs.written_run import val, written_run

STATUS = {
    "run_id": "spoilt", "state": "running", "attempt": 1, "pid": 4_000_000, "pid_started": 1.0,
    "host": "vm", "device": "CPU", "stage": "", "stage_step": 0, "started": 1.7e9,
    "updated": 1.7e9, "ended": None, "step": 10, "steps_total": 20, "epoch": 1.0, "epochs": 2,
    "images_per_second": 9.5, "seconds_left": 3.0, "best": {"value": 0.5, "epoch": 1.0},
    "last": {"loss": 1.5}, "reason": "", "exit_status": None,
}  # fmt: skip
REMARK = {"kind": "gap", "severity": "warning", "sentence": "Train is ahead."}
BUCKET = {"train_images": "1-2", "classes": 1, "images": 2, "top1": 0.5, "macro_top1": None}
SPECIES = {"species": "Acer", "train_images": 1, "images": 2, "top1": 0.5, "top5": 1.0}
FILES: dict[str, dict[str, Any]] = {
    "status.json": STATUS,
    "notes.json": {"note": "A note", "tags": ["a"], "favourite": True},
    "diagnosis.json": {"epoch": 1.0, "step": 10, "remarks": [REMARK]},
    "evaluation/test.json": {
        "top1": 0.5, "top1_interval": [0.4, 0.6], "top5": 0.9, "k": 5, "macro_top1": 0.4,
        "images": 10, "classes": 3, "step": 5, "ece": 0.1, "temperature": 1.5,
        "before_temperature": {"ece": 0.2}, "buckets": [BUCKET], "species": [SPECIES],
    },
    "config.yaml": {
        "name": "spoilt", "model": {"name": "vit", "options": {"a": 1}},
        "data": {"split": "s", "smart_crop": True, "crop_preset": "fast"},
        "training": {"epochs": 2, "stages": []},
    },
    "parts.json": {"val": {"path": "val.jsonl", "sha256": "0" * 64}},
    "process.json": {"pid": 4_000_000, "started": 1.0, "host": "vm", "gpu": "0"},
    "stop": {"asked": 1.0, "ask_seconds": 60.0, "term_seconds": 20.0, "save": True,
             "stage": "asked", "since": 0.0},
    "metrics.jsonl": val(2, top1=0.6, macro_top1=0.5, loss=1.0, k=5, lr=1e-4),
}  # fmt: skip
JOB = {
    "job.json": {"arguments": ["counts"], "started": 1.0, "lane": "light"},
    "ended.json": {"exit_status": 1, "reason": "No.", "t": 2.0},
    "progress.json": {"done": 1, "total": 2, "note": "one"},
    "result.json": {"images": 1},
    "process.json": {"pid": 4_000_000, "started": 1.0, "host": "vm", "gpu": ""},
    "stop": {"asked": 1.0, "save": True},
}
ALERT = {"run_id": "good", "attempt": 1, "kind": "failed", "sentence": "No.", "at": 1.0}


@pytest.fixture(scope="module")
def place() -> Iterator[Home]:
    with tempfile.TemporaryDirectory() as folder:
        yield home_with_good_run(Path(folder))


def home_with_good_run(root: Path) -> Home:
    """A home with a lost run, "good"."""
    home = open_home(root)
    home.queue.mkdir()
    written_run(home, "good", state="running", updated=time.time() - 600)
    return home


def shown_with_neighbour(home: Home) -> None:
    """Use the runs as pages, commands and the supervisor do."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        runs_list(home.root, as_json=True)
        runs_list(home.root)
    json.loads(shown.getvalue().splitlines()[0])
    shown.getvalue().encode()
    runs = list_runs(home)
    assert {run.run_id for run in runs} == {"good", "spoilt"}
    assert next(run for run in runs if run.run_id == "good").state == "lost"
    kept, notes = sort_runs(runs, "")
    for run in kept:
        run_caption(run, notes[run.run_id]), asked_about(run)
    run = find_run(home, "spoilt")
    read_diagnosis(run.folder.diagnosis), read_notes(run.folder), read_stop_request(run.folder.stop)
    log_tail(run.folder.log)
    history = History()
    history.read_new(run.folder.metrics)
    run_charts(history)
    with contextlib.suppress(StudioError):
        final_of(run, history, settings := flat_settings(run))
        differing({"one": settings, "two": {}})
    with contextlib.suppress(StudioError):
        run.folder.read_settings()
    with contextlib.suppress(StudioError):
        run.folder.read_part(home, "val")
    found = read_evaluation(run.folder)
    if found is not None:
        evaluation_figures(found)


def shown_with_spoilt_file(home: Home, name: str, content: bytes) -> None:
    """Show the run "good" beside one in which a file has this content."""
    shutil.rmtree(home.runs / "spoilt", ignore_errors=True)
    folder = written_run(home, "spoilt", metrics=[val(1, top1=0.5, macro_top1=0.4)])
    path = folder.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content + b"\n" if name == "metrics.jsonl" else content)
    shown_with_neighbour(home)


spoilt_file = st.sampled_from(sorted(FILES)).flatmap(
    lambda name: st.tuples(st.just(name), spoilt(FILES[name]))
)


@pytest.mark.parametrize("count", ROUNDS)
def test_a_corrupted_file_of_a_run_affects_only_that_run(place: Home, count: int) -> None:
    def check(drawn: tuple[str, bytes]) -> None:
        shown_with_spoilt_file(place, *drawn)

    examples(count * 2, spoilt_file, check)


@pytest.mark.parametrize("count", ROUNDS)
def test_a_corrupted_job_is_shown_and_does_not_affect_the_others(place: Home, count: int) -> None:
    def check(drawn: tuple[str, bytes]) -> None:
        name, content = drawn
        for job in ("good", "spoilt"):
            shutil.rmtree(place.jobs / job, ignore_errors=True)
            for file, values in JOB.items():
                (place.jobs / job).mkdir(parents=True, exist_ok=True)
                (place.jobs / job / file).write_bytes(as_json(values))
        (place.jobs / "spoilt" / name).write_bytes(content)
        read_job(place, "spoilt")
        work = work_of(place, "job:spoilt")
        work.resource, LocalLauncher().where(work.root), read_stop_request(work.stop)
        with contextlib.suppress(StudioError):
            work.launch()
        assert read_job(place, "good").reason == "No."

    drawn = st.sampled_from(sorted(JOB)).flatmap(
        lambda name: st.tuples(st.just(name), spoilt(JOB[name]))
    )
    examples(count, drawn, check)


@pytest.mark.parametrize("count", ROUNDS)
def test_a_corrupted_ticket_or_alert_does_not_affect_the_others(place: Home, count: int) -> None:
    ticket = {
        "name": "job:held", "lane": "light", "where": "elsewhere:/home", "asked": 1.0,
        "held": True, "after": "", "now": False,
    }  # fmt: skip

    def check(drawn: tuple[bytes, bytes, Any]) -> None:
        bad_ticket, bad_alert, other = drawn
        queue = place.queue / "queue.json"
        try:
            tickets = [json.loads(bad_ticket), other, ticket]
        except (ValueError, RecursionError):
            queue.write_bytes(bad_ticket)
            read_queue(place)
        else:
            queue.write_bytes(as_json(tickets))
            # Content that no reader accepts, such as half a surrogate, makes the whole file
            # unreadable.
            assert ticket["name"] in [t.name for t in read_queue(place)] or b"\\ud" in as_json(
                tickets
            )
        (place.queue / "alerts.jsonl").write_bytes(
            bad_alert.replace(b"\n", b" ") + b"\n" + as_json(ALERT) + b"\n"
        )
        assert ALERT["sentence"] in [alert.sentence for alert in read_alerts(place).alerts]
        supervisor_of(place).tick()
        with contextlib.suppress(StudioError):
            stop_job(place, "held")
        queue.unlink(missing_ok=True)

    drawn = st.tuples(spoilt(ticket), spoilt(ALERT), anything)
    examples(count, drawn, check)
