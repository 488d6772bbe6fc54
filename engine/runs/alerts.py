"""Alerts: events of a run that its user wants to know about, detected from its folder."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from engine.files import free_disk_bytes, json_objects
from engine.home import Home
from engine.language.message import Message, deferred, gettext, message, plural_message
from engine.records import Count, Moment, Name, StoredMessage, Text, as_record_or
from engine.runs.metrics_file import read_bytes
from engine.runs.run import Run
from engine.settings.alerts import AlertSettings
from engine.training.report.diagnosis import Kind as Remarked
from engine.training.report.diagnosis import read_diagnosis

Kind = Literal[
    "finished", "failed", "lost", "diverged", "no_learning", "misaligned", "overfitting",
    "starved_loader", "plateau", "disk_low",
]  # fmt: skip
_NAMES: dict[Kind, str] = {
    "finished": deferred("finished"),
    "failed": deferred("failed"),
    "lost": deferred("lost"),
    "diverged": deferred("diverged"),
    "no_learning": deferred("not learning"),
    "misaligned": deferred("labels do not match"),
    "overfitting": deferred("overfitting"),
    "starved_loader": deferred("slow photo loading"),
    "plateau": deferred("no improvement"),
    "disk_low": deferred("disk almost full"),
}
_REMARKS: dict[Remarked, Kind] = {
    "rate_high": "diverged",
    "no_learning": "no_learning",
    "misaligned": "misaligned",
    "gap": "overfitting",
    "starved": "starved_loader",
}
# Runs lost longer ago give no alert.
_RECENT = 7 * 86_400.0


def _written(kind: Any) -> Any:
    # Version 0.1 wrote spaces instead of underscores.
    return kind.replace(" ", "_") if isinstance(kind, str) else kind


@dataclass(frozen=True)
class Alert:
    """One event of an attempt at a run. `at` is in Unix seconds.

    `sentence` is in English. `message` has the same content as a translatable message; older
    versions did not write it.
    """

    run_id: Name
    attempt: Count
    kind: Annotated[Kind, BeforeValidator(_written)]
    sentence: Text
    at: Moment
    message: StoredMessage | None = None

    @property
    def identity(self) -> tuple[str, int, str]:
        """The key of the alert; an alert with the same key is not sent again."""
        return self.run_id, self.attempt, self.kind

    @property
    def text(self) -> str:
        """The event in the reader's language."""
        return str(self.message or self.sentence)


@dataclass(frozen=True)
class NewAlerts:
    """The alerts since the last read, and the offset for the next."""

    alerts: tuple[Alert, ...]
    offset: int


def kind_name(kind: Kind) -> str:
    """Return the kind of an alert in the reader's language, as in "disk almost full"."""
    return gettext(_NAMES[kind])


def alerts_of(run: Run, settings: AlertSettings) -> list[Alert]:
    """Return the alerts for the current state of a run."""
    now = time.time()
    return [
        Alert(run.run_id, run.status.attempt, kind, found.in_english(), now, found)
        for kind, found in _noticed(run, settings)
    ]


def alert_file(home: Home) -> Path:
    """Return the path of a home's alerts; the supervisor appends one JSON object per line."""
    return home.queue / "alerts.jsonl"


def read_alerts(home: Home, offset: int = 0) -> NewAlerts:
    """Read the alerts from an offset on; damaged lines are skipped."""
    new = read_bytes(alert_file(home), offset)
    return NewAlerts(tuple(_alerts(new.content)), new.offset)


def append_alerts(home: Home, alerts: list[Alert]) -> None:
    """Append alerts to the file; each line is a single write."""
    with alert_file(home).open("ab", buffering=0) as stream:
        if stream.tell() and not _ends_whole(alert_file(home)):
            stream.write(b"\n")
        for alert in alerts:
            message = alert.message.record() if alert.message else None
            stream.write(json.dumps({**asdict(alert), "message": message}).encode() + b"\n")


def _noticed(run: Run, settings: AlertSettings) -> Iterator[tuple[Kind, Message]]:
    status, now = run.status, time.time()
    if run.state == "finished":
        best = status.best
        yield (
            "finished",
            message("Finished with a macro top-1 of {share:.1%}.", share=best["value"])
            if best
            else message("Finished."),
        )
    elif run.state == "failed" and run.why:
        yield "failed", run.why
    elif run.state == "lost" and run.why and now - (status.updated or 0.0) < _RECENT:
        yield "lost", with_resume(run.why) if run.can_resume else run.why
    if not run.is_live:
        return
    diagnosis = read_diagnosis(run.folder.diagnosis)
    for remark in diagnosis.remarks if diagnosis else ():
        if remark.kind in _REMARKS:
            yield _REMARKS[remark.kind], remark.message or Message(remark.sentence)
    best_epoch = status.best["epoch"] if status.best else status.epoch
    if status.epoch - best_epoch >= settings.plateau_epochs:
        yield (
            "plateau",
            plural_message(
                "Macro top-1 has not improved in {n} epoch (best: epoch {best}). You can stop the "
                "run; its best checkpoint is saved.",
                "Macro top-1 has not improved in {n} epochs (best: epoch {best}). You can stop the "
                "run; its best checkpoint is saved.",
                round(status.epoch - best_epoch),
                best=f"{best_epoch:.3g}",
            ),
        )
    free = free_disk_bytes(run.folder.root)
    if free < settings.free_gigabytes * 1e9:
        yield (
            "disk_low",
            message(
                "Only {free:size} are left on the disk that holds the runs. Make room so that "
                "checkpoints can be saved.",
                free=free,
            ),
        )


def with_resume(why: Message) -> Message:
    """Append to a reason that the run can be resumed."""
    return message("{reason} Resume continues from the last checkpoint.", reason=why)


def _alerts(content: bytes) -> Iterator[Alert]:
    for values in json_objects(content.splitlines()):
        alert = as_record_or(Alert, values, None)
        if alert is not None:
            yield alert


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"
