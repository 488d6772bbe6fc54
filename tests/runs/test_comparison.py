import math

import pytest

from engine.files import write_json
from engine.home import Home
from engine.runs.comparison import differing, final_of, flat_settings, groups
from engine.runs.history import History
from engine.runs.run import find_run

from .written_run import val, written_run


def test_only_differing_settings_are_listed_and_names_are_ignored(home: Home) -> None:
    written_run(home, "one", {"name": "a", "training": {"epochs": 3, "seed": 1}})
    written_run(home, "two", {"name": "b", "training": {"epochs": 4, "seed": 1}})
    settings = {run_id: flat_settings(find_run(home, run_id)) for run_id in ("one", "two")}
    assert differing(settings) == {"training.epochs": [3, 4]}
    assert groups(settings, "training.epochs") == {"3": ["one"], "4": ["two"]}
    assert groups(settings, "training.seed") == {"1": ["one", "two"]}
    assert differing({}) == {}


def test_a_run_is_compared_at_the_epoch_of_its_checkpoint(home: Home) -> None:
    metrics = [
        val(1, loss=1.0, top1=0.5, top5=0.8, macro_top1=0.4),
        val(2, loss=0.9, top1=0.7, top5=0.9, macro_top1=0.6),
        val(3, loss=0.8, top1=0.8, top5=0.9, macro_top1=0.5),
    ]
    folder = written_run(
        home, "one", {"data": {"split": "first", "smart_crop": False}}, metrics=metrics
    )
    write_json(folder.parts, {"val": {"path": "val.jsonl", "sha256": "0123456789abcdef"}})
    write_json(folder.evaluation / "test.json", {"top1": 0.66})
    history = History()
    history.read_new(folder.metrics)
    run = find_run(home, "one")
    final = final_of(run, history, flat_settings(run))
    assert (final.epoch, final.top1, final.macro_top1, final.loss) == (2, 0.7, 0.6, 0.9)
    assert (final.split, final.split_hash, final.crop) == ("first", "01234567", "no crop")
    assert final.test_top1 == 0.66
    assert final.low == pytest.approx(0.604, abs=1e-3)
    assert final.high == pytest.approx(0.781, abs=1e-3)


def test_a_run_without_measurements_has_a_line_too(home: Home) -> None:
    written_run(home, "one")
    final = final_of(find_run(home, "one"), History(), {})
    assert math.isnan(final.top1) and math.isnan(final.low) and math.isnan(final.test_top1)


def test_a_run_without_evaluated_photographs_has_no_interval(home: Home) -> None:
    folder = written_run(home, "one", metrics=[val(1, top1=0.5, macro_top1=0.4, images=0)])
    history = History()
    history.read_new(folder.metrics)
    final = final_of(find_run(home, "one"), history, {})
    assert (final.top1, final.macro_top1) == (0.5, 0.4)
    assert math.isnan(final.low) and math.isnan(final.high)
