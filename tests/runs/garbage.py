"""Corrupted run folders, each made from a valid one."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.training.state.run_folder import RunFolder

Spoil = Callable[[RunFolder], None]

BRACKETS = "[" * 100_000 + "]" * 100_000
DIGITS = "9" * 5_000


def _status(**changes: Any) -> Spoil:
    def spoil(folder: RunFolder) -> None:
        values = json.loads(folder.status.read_text()) | changes
        folder.status.write_text(json.dumps(values))

    return spoil


def _file(name: str, content: str | bytes) -> Spoil:
    def spoil(folder: RunFolder) -> None:
        path = folder.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return spoil


def _status_raw(key: str, literal: str) -> Spoil:
    def spoil(folder: RunFolder) -> None:
        values = json.loads(folder.status.read_text())
        values.pop(key, None)
        text = json.dumps(values)
        folder.status.write_text(f'{text[:-1]}, "{key}": {literal}}}')

    return spoil


def _pipe(name: str) -> Spoil:
    def spoil(folder: RunFolder) -> None:
        (folder.root / name).unlink(missing_ok=True)
        os.mkfifo(folder.root / name)

    return spoil


def _directory(name: str) -> Spoil:
    def spoil(folder: RunFolder) -> None:
        (folder.root / name).unlink(missing_ok=True)
        (folder.root / name).mkdir()

    return spoil


def _undecodable_name(folder: RunFolder) -> None:
    folder.root.rename(Path(os.fsdecode(os.fsencode(folder.root.parent) + b"/bad\xff\xfename")))


def _many_keys(folder: RunFolder) -> None:
    line = {f"key{number}": number for number in range(100_000)} | {"step": 1, "split": "val"}
    with folder.metrics.open("a") as stream:
        stream.write(json.dumps(line) + "\n")


# Corruptions that make the run damaged, because its state cannot be determined.
DAMAGED: dict[str, Spoil] = {
    "started is a word": _status(started="yesterday"),
    "best is a word": _status(best="x"),
    "best has no epoch": _status(best={"value": 0.5}),
    "best value is a word": _status(best={"value": "high", "epoch": 1}),
    "best value is infinite": _status_raw("best", '{"value": 1e999, "epoch": 1}'),
    "reason is a number": _status(reason=5),
    "epoch is null": _status(epoch=None),
    "state is a list": _status(state=["running"]),
    "state is unknown": _status(state="dancing"),
    "state is for readers": _status(state="lost"),
    "run_id is null": _status(run_id=None),
    "run_id holds a NUL": _status(run_id="a\0b"),
    "run_id is half a surrogate": _status_raw("run_id", '"\\ud83c"'),
    "step is not a number": _status_raw("step", "NaN"),
    "step has 5,000 digits": _status_raw("step", DIGITS),
    "pid is huge": _status(pid=2**70),
    "updated is huge": _status(updated=1e300),
    "last is a word": _status(last="x"),
    "last holds a list": _status(last={"loss": [1]}),
    "status is a list": _file("status.json", "[]"),
    "status is nested": _file("status.json", BRACKETS),
    "status is empty": _file("status.json", ""),
    "status is binary": _file("status.json", b"\xff\xfe\x00\x81"),
    "status is a folder": _directory("status.json"),
    "status is a pipe": _pipe("status.json"),
    "configuration is a folder": _directory("config.yaml"),
    "name is not UTF-8": _undecodable_name,
}
# Corruptions with which the rest of the run can still be shown.
HARMLESS: dict[str, Spoil] = {
    "notes are nested": _file("notes.json", BRACKETS),
    "tags are a number": _file("notes.json", '{"note": 1, "tags": 5, "favourite": "x"}'),
    "diagnosis of an unknown kind": _file(
        "diagnosis.json",
        '{"epoch": 1, "step": 1, "remarks": [{"kind": "x", "severity": "y", "sentence": 5}]}',
    ),
    "diagnosis epoch is null": _file("diagnosis.json", '{"epoch": null, "step": 1, "remarks": []}'),
    "evaluation is a word": _file("evaluation/test.json", '{"top1": "x"}'),
    "evaluation has no tables": _file("evaluation/test.json", '{"top1": 0.5}'),
    "evaluation holds null": _file(
        "evaluation/test.json", '{"top1": 0.5, "ece": null, "k": "x", "buckets": [null]}'
    ),
    "configuration is not YAML": _file("config.yaml", "\t: ["),
    "configuration has 5,000 digits": _file("config.yaml", f"training: {{epochs: {DIGITS}}}"),
    "configuration is nested": _file("config.yaml", BRACKETS),
    "configuration has a false date": _file("config.yaml", "name: 2001-99-99"),
    "configuration repeats itself": _file(
        "config.yaml",
        "a: &a [x, x]\n"
        + "".join(
            f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n"
            for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        ),
    ),
    "crop switch is a list": _file("config.yaml", "data: {smart_crop: [1]}"),
    "metrics have 100,000 keys": _many_keys,
    "metrics of wrong types": _file(
        "metrics.jsonl",
        '{"step": [1], "split": "val", "top1": {"a": 1}}\n'
        '{"step": 1e999, "split": "train", "loss": "x"}\n'
        f'{{"step": 2, "split": "val", "top1": {"9" * 4_000}, "loss": Infinity}}\n'
        f"{BRACKETS}\n"
        '{"step": 1e300, "epoch": -1e300, "t": 1e300, "split": "val", "top1": 1e300}\n',
    ),
    "metrics are a pipe": _pipe("metrics.jsonl"),
    "log is a pipe": _pipe("log.txt"),
    "lock is a pipe": _pipe("lock"),
    "stop is binary": _file("stop", b"\xff\x00"),
    "process is a list": _file("process.json", "[1]"),
    "parts are a number": _file("parts.json", "5"),
}
GARBAGE = DAMAGED | HARMLESS
