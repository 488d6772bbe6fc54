"""What a person would want to be told of a run, noticed from its folder."""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from engine.errors import BadInput
from engine.files import free_disk_bytes, json_objects
from engine.home import Home
from engine.records import Count, Moment, Name, Text, as_record
from engine.runs.metrics_file import read_bytes
from engine.runs.run import Run
from engine.settings.alerts import AlertSettings
from engine.training.report.diagnosis import Kind as Remarked
from engine.training.report.diagnosis import read_diagnosis

Kind = Literal[
    "finished", "failed", "lost", "diverged", "no learning", "misaligned", "overfitting",
    "starved loader", "plateau", "disk low",
]  # fmt: skip
_REMARKS: dict[Remarked, Kind] = {
    "rate_high": "diverged",
    "no_learning": "no learning",
    "misaligned": "misaligned",
    "gap": "overfitting",
    "starved": "starved loader",
}
# What was lost longer ago is no news.
_RECENT = 7 * 86_400.0


@dataclass(frozen=True)
class Alert:
    """One thing to be told of one attempt at a run, once. `at` is in Unix seconds."""

    run_id: Name
    attempt: Count
    kind: Kind
    sentence: Text
    at: Moment

    @property
    def identity(self) -> tuple[str, int, str]:
        """What tells it from others: told once, it is not told again."""
        return self.run_id, self.attempt, self.kind


@dataclass(frozen=True)
class NewAlerts:
    """Alerts since the last look, and the offset to look on from."""

    alerts: tuple[Alert, ...]
    offset: int


def alerts_of(run: Run, settings: AlertSettings) -> list[Alert]:
    """What there is to tell of a run as it stands."""
    now = time.time()
    return [
        Alert(run.run_id, run.status.attempt, kind, sentence, now)
        for kind, sentence in _noticed(run, settings)
    ]


def alert_file(home: Home) -> Path:
    """All alerts of a home, a JSON object a line, appended to by the supervisor."""
    return home.queue / "alerts.jsonl"


def read_alerts(home: Home, offset: int = 0) -> NewAlerts:
    """The alerts from an offset on; a damaged line is passed over."""
    new = read_bytes(alert_file(home), offset)
    return NewAlerts(tuple(_alerts(new.content)), new.offset)


def append_alerts(home: Home, alerts: list[Alert]) -> None:
    """Add alerts to the file, each line in one write."""
    with alert_file(home).open("ab", buffering=0) as stream:
        if stream.tell() and not _ends_whole(alert_file(home)):
            stream.write(b"\n")
        for alert in alerts:
            stream.write(json.dumps(asdict(alert)).encode() + b"\n")


def _noticed(run: Run, settings: AlertSettings) -> Iterator[tuple[Kind, str]]:
    status, now = run.status, time.time()
    if run.state == "finished":
        best = f" with a macro top-1 of {status.best['value']:.1%}" if status.best else ""
        yield "finished", f"It finished{best}."
    elif run.state == "failed":
        yield "failed", run.reason
    elif run.state == "lost" and now - (run.status.updated or 0.0) < _RECENT:
        goes_on = " Resume goes on from its last checkpoint." if run.can_resume else ""
        yield "lost", f"{run.reason}{goes_on}"
    if not run.is_live:
        return
    diagnosis = read_diagnosis(run.folder.diagnosis)
    for remark in diagnosis.remarks if diagnosis else ():
        if remark.kind in _REMARKS:
            yield _REMARKS[remark.kind], remark.sentence
    best_epoch = status.best["epoch"] if status.best else status.epoch
    if status.epoch - best_epoch >= settings.plateau_epochs:
        yield (
            "plateau",
            f"Macro top-1 has not risen since epoch {best_epoch:.3g}, for "
            f"{status.epoch - best_epoch:.0f} epochs; its best checkpoint is kept, so it may be "
            "stopped.",
        )
    free = free_disk_bytes(run.folder.root) / 1e9
    if free < settings.free_gigabytes:
        yield (
            "disk low",
            f"The disk that holds the runs has {free:.1f} GB left; make room, or a checkpoint "
            "may not fit.",
        )


def _alerts(content: bytes) -> Iterator[Alert]:
    for values in json_objects(content.splitlines()):
        with contextlib.suppress(BadInput):
            yield as_record(Alert, values, "An alert")


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"
