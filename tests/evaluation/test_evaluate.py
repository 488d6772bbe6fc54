"""Evaluation of a run."""

import json

import numpy as np
import pytest

from engine.errors import BadInput, ClassMapMismatch
from engine.evaluation.evaluate import evaluate_run
from engine.files import read_json, write_json
from engine.home import Home
from engine.language.current import language_set
from engine.runs.evaluation import read_evaluation
from engine.split.classes import ClassMap
from engine.training.calibration import read_calibration
from engine.training.state.checkpoint import open_checkpoint, write_checkpoint
from engine.training.state.run_folder import RunFolder, prepare

Trained = tuple[Home, RunFolder]


def test_an_evaluation_contains_all_documented_results(trained: Trained) -> None:
    home, folder = trained
    reports: list[tuple[int, int]] = []
    values = evaluate_run(
        home, folder, "test", lambda done, total, note: reports.append((done, total))
    )
    assert {"part", "images", "top1", "top5", "macro_top1", "buckets", "ece"} <= set(values)
    assert (values["images"], values["classes"], values["k"]) == (9, 3, 3)
    assert values["top1"] > 0.6
    assert values["top5"] == 1
    low, high = values["top1_interval"]
    assert low < values["top1"] <= high
    assert len(values["species"]) == 3
    assert reports[-1] == (9, 9)


def test_the_evaluation_is_stored_in_the_run_folder(trained: Trained) -> None:
    home, folder = trained
    values = evaluate_run(home, folder, "test")
    assert read_json(folder.evaluation / "test.json") == json.loads(json.dumps(values))
    read = read_evaluation(folder)
    assert read is not None
    assert (read.top1, read.images) == (values["top1"], values["images"])
    assert [row.species for row in read.species] == [row["species"] for row in values["species"]]
    with np.load(folder.evaluation / "test.npz") as arrays:
        assert arrays["top"].shape == (9, 3)
        assert arrays["class_images"].tolist() == [3, 3, 3]
        assert arrays["class_train_images"].tolist() == [8, 8, 8]
        hits = arrays["class_hits"].sum() / 9
        assert arrays["image_id"][0].startswith("test-")
    assert values["top1"] == pytest.approx(hits)


def test_validation_during_training_and_evaluation_afterwards_agree(trained: Trained) -> None:
    home, folder = trained
    best = folder.read_status().best
    assert best is not None
    values = evaluate_run(home, folder, "val")
    assert values["macro_top1"] == pytest.approx(best["value"])
    assert values["loss"] == pytest.approx(best["loss"], rel=1e-4)


def test_probabilities_use_the_temperature_fitted_on_val(trained: Trained) -> None:
    home, folder = trained
    found = read_calibration(folder)
    assert found is not None and found.temperature != 1
    values = evaluate_run(home, folder, "val")
    assert values["temperature"] == found.temperature
    assert values["ece"] == pytest.approx(found.ece_after, abs=1e-3)
    assert values["nll"] == pytest.approx(found.nll_after, rel=1e-3)
    before = values["before_temperature"]
    assert before["ece"] == pytest.approx(found.ece_before, abs=1e-3)
    assert before["brier"] == pytest.approx(found.brier_before, rel=1e-3)
    assert values["nll"] < before["nll"] == pytest.approx(values["loss"])


def test_a_part_that_was_not_evaluated_reads_as_none(trained: Trained) -> None:
    assert read_evaluation(trained[1], "train") is None


def test_a_missing_part_is_named(trained: Trained) -> None:
    with pytest.raises(BadInput, match="no part 'winter'"):
        evaluate_run(*trained, "winter")


def test_a_run_without_a_checkpoint_is_refused_with_advice(trained: Trained) -> None:
    home, folder = trained
    fresh = prepare(home, folder.read_settings(), "fresh")
    with pytest.raises(BadInput, match="Let it train an epoch first"):
        evaluate_run(home, fresh)


def test_a_checkpoint_of_another_class_map_is_refused(trained: Trained) -> None:
    home, folder = trained
    other = prepare(home, folder.read_settings(), "other")
    checkpoint = open_checkpoint(folder.best)
    classes = ClassMap(tuple(reversed(checkpoint.classes.species)))
    write_checkpoint(
        other.best, checkpoint.tensors(), checkpoint.settings, classes, checkpoint.position
    )
    with pytest.raises(ClassMapMismatch):
        evaluate_run(home, other)


def test_unreadable_photographs_are_counted_and_not_scored(trained: Trained) -> None:
    home, folder = trained
    lines = folder.read_part(home, "test")
    file = home.resolve(lines[0].path)
    content = file.read_bytes()
    file.write_bytes(b"")
    try:
        values = evaluate_run(home, folder)
    finally:
        file.write_bytes(content)
    assert values["images"] == 8
    assert [item["path"] for item in values["unreadable"]] == [lines[0].path]
    assert values["unreadable"][0]["reason"].endswith(" is empty.")
    kept = read_evaluation(folder)
    assert kept is not None
    with language_set("es"):
        assert str(kept.unreadable[0].why) == f"{file.name}: el archivo está vacío."


def test_reasons_of_an_earlier_version_are_read(trained: Trained) -> None:
    _, folder = trained
    values = {"top1": 0.5, "unreadable": [{"path": "a.jpg", "reason": "a.jpg is empty."}]}
    write_json(folder.evaluation / "val.json", values)
    kept = read_evaluation(folder, "val")
    assert kept is not None
    assert str(kept.unreadable[0].why) == "a.jpg is empty."
