"""Compares runs: their differing settings and their results."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import BadInput
from engine.language.message import gettext
from engine.runs.evaluation import read_evaluation
from engine.runs.history import History
from engine.runs.run import Run
from engine.settings.files import read_yaml
from engine.training.data.parts import read_digests
from engine.training.report.scores import wilson_interval

# Names and paths, which do not affect the result.
_NOT_COMPARED = frozenset({"name", "description", "data.train_jsonl", "data.val_jsonl"})


@dataclass(frozen=True)
class Final:
    """The best epoch of a run: shares in 0..1, NaN if not measured.

    `low` and `high` are the 95 % interval of val top-1. `split_hash` is the hash of the val part:
    runs with different hashes were not evaluated on the same photographs.
    """

    run_id: str
    epoch: float
    loss: float
    top1: float
    low: float
    high: float
    top5: float
    macro_top1: float
    test_top1: float
    split: str
    split_hash: str
    crop: str


def flat_settings(run: Run) -> dict[str, Any]:
    """Return a run's settings by dotted key.

    Raises:
        BadInput: its configuration cannot be read.
    """
    return dict(_flat(read_yaml(run.folder.config), ""))


def differing(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the settings that differ between runs: {key: value of each run}."""
    keys = dict.fromkeys(key for values in settings.values() for key in values)
    table = {key: [values.get(key) for values in settings.values()] for key in keys}
    return {
        key: values
        for key, values in table.items()
        if key not in _NOT_COMPARED and any(value != values[0] for value in values)
    }


def final_of(run: Run, history: History, settings: Mapping[str, Any]) -> Final:
    """Return the best epoch of a run; `settings` are those of `flat_settings`."""
    val, index = history.val, history.kept()

    def at(name: str) -> float:
        return float(val[name][index]) if index is not None else math.nan

    low, high = at("top1_low"), at("top1_high")
    if low != low and at("images") > 0 and at("top1") == at("top1"):
        low, high = wilson_interval(at("top1"), at("images"))
    cropped = settings.get("data.smart_crop")
    crop = str(settings.get("data.crop_preset")) if cropped else gettext("no crop")
    return Final(
        run.run_id,
        at("epoch"),
        at("loss"),
        at("top1"),
        low,
        high,
        at("top5"),
        at("macro_top1"),
        _test_top1(run),
        str(settings.get("data.split") or "–"),
        _split_hash(run),
        crop if isinstance(cropped, bool) else "–",
    )


def groups(settings: Mapping[str, Mapping[str, Any]], key: str) -> dict[str, list[str]]:
    """Group the runs by their value of a setting: {value: run ids}."""
    found: dict[str, list[str]] = {}
    for run_id, values in settings.items():
        found.setdefault(str(values.get(key)), []).append(run_id)
    return found


def _flat(values: Mapping[str, Any], group: str) -> Sequence[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in values.items():
        inner = isinstance(value, Mapping)
        found += _flat(value, f"{group}{key}.") if inner else [(f"{group}{key}", value)]
    return found


def _split_hash(run: Run) -> str:
    try:
        return read_digests(run.folder.parts)["val"].sha256[:8]
    except (BadInput, KeyError):
        return "–"


def _test_top1(run: Run) -> float:
    found = read_evaluation(run.folder)
    return found.top1 if found else math.nan
