"""The diagnosis of good and of faulty runs from their curves."""

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.home import Home
from engine.language.current import language_set
from engine.split.classes import read_classes
from engine.split.folder import SplitFolder, SplitLine, read_part, write_part
from engine.training.loop import train
from engine.training.report.diagnosis import (
    Diagnosis,
    Epoch,
    Remark,
    RunFacts,
    diagnose,
    epochs_of,
    read_diagnosis,
    write_diagnosis,
)
from tests.training.conftest import Prepare
from tests.training.small import COUNTS, write_manifest

HEALTHY = Epoch(
    train_loss=0.5, train_top1=0.85, rate=1e-4, waiting=0.02, val_loss=0.7, val_top1=0.8
)


def _patient(species: int = 100, **changes: Any) -> RunFacts:
    whole = RunFacts(
        species=[f"Species {number}" for number in range(species)],
        train_images=np.full(species, 10),
        val_images=np.full(species, 2),
        warmup=1,
        workers=2,
    )
    return dataclasses.replace(whole, **changes)


def _epoch(**changes: float) -> Epoch:
    return dataclasses.replace(HEALTHY, **changes)


def _kinds(*epochs: Epoch, **changes: Any) -> list[str]:
    return [remark.kind for remark in diagnose(epochs, _patient(**changes))]


def test_a_good_run_and_a_run_without_an_epoch_have_no_remarks() -> None:
    assert _kinds(_epoch(train_loss=1.2, val_loss=1.4, train_top1=0.6), HEALTHY) == []
    assert _kinds() == []


@pytest.mark.parametrize(
    ("species", "train_top1", "val_top1"),
    [(5914, 0.986, 0.0003), (100, 0.9, 0.02), (3, 0.95, 0.3), (3, 0.95, 0.0)],
)
def test_val_at_chance_while_train_improves_indicates_different_label_maps(
    species: int, train_top1: float, val_top1: float
) -> None:
    last = _epoch(train_top1=train_top1, val_top1=val_top1, val_loss=9)
    found = diagnose([last], _patient(species, val_images=np.full(species, 100)))
    assert [remark.kind for remark in found] == ["misaligned"]
    assert found[0].severity == "fault"
    assert "probably name different species" in found[0].sentence


def test_a_few_wrong_photographs_do_not_indicate_different_label_maps() -> None:
    last = _epoch(train_top1=0.8, val_top1=0.33)
    assert "misaligned" not in _kinds(last, species=3, val_images=np.full(3, 2))


@pytest.mark.parametrize(
    ("species", "train_top1", "val_top1"), [(5914, 0.9, 0.05), (100, 0.1, 0.01), (3, 0.95, 0.5)]
)
def test_a_weak_network_does_not_indicate_different_label_maps(
    species: int, train_top1: float, val_top1: float
) -> None:
    last = _epoch(train_top1=train_top1, val_top1=val_top1)
    assert "misaligned" not in _kinds(last, species=species)


def test_a_large_or_growing_gap_is_reported() -> None:
    assert _kinds(_epoch(train_top1=0.99, val_top1=0.5)) == ["gap"]
    best, worse = _epoch(val_loss=1.0), _epoch(train_top1=0.95, val_top1=0.65, val_loss=1.2)
    assert _kinds(best, worse, worse) == ["gap"]
    assert _kinds(best, worse) == []


def test_a_rising_loss_or_one_above_chance_indicates_the_learning_rate() -> None:
    guessing = math.log(100)
    risen = _epoch(train_loss=1.5)
    assert _kinds(HEALTHY, risen, risen) == ["rate_high"]
    assert _kinds(HEALTHY, risen) == [], "a single bad epoch may be chance"
    bad = _epoch(train_loss=1.2 * guessing, train_top1=0.01, val_top1=0.01)
    assert _kinds(bad, bad) == ["rate_high"]
    assert _kinds(bad) == [], "while it warms up nothing is judged"
    low = [_epoch(train_loss=loss) for loss in (0.05, 0.15, 0.2)]
    assert _kinds(*low) == [], "next to nothing, it only trembles"


def test_a_loss_that_stays_at_chance_is_reported() -> None:
    still = _epoch(train_loss=math.log(100), train_top1=0.01, val_top1=0.01)
    assert _kinds(still, still) == ["no_learning"]


def test_a_loader_that_is_too_slow_is_reported_with_a_remedy() -> None:
    found = diagnose([_epoch(waiting=0.62)], _patient())
    assert found[0].kind == "starved"
    assert found[0].sentence.startswith("62% of the time was spent waiting")
    assert "data.workers (now 2)" in found[0].sentence
    assert diagnose([_epoch(waiting=0.62)], _patient(workers=None)) == ()


def test_species_that_were_never_sampled_are_counted_and_named() -> None:
    images = np.array([10, 0, 0, 10])
    run_facts = _patient(4, train_images=images, val_images=np.array([2, 2, 0, 2]))
    found = diagnose([HEALTHY], run_facts)
    assert (found[0].kind, found[0].severity) == ("unseen", "note")
    assert found[0].sentence.startswith("2 species have no photograph in train, such as Species 1")
    assert "1 of them are in validation" in found[0].sentence


def test_the_worst_remark_comes_first() -> None:
    last = _epoch(train_top1=0.9, val_top1=0.01, waiting=0.5)
    images = np.array([0] + [10] * 99)
    assert _kinds(last, train_images=images) == ["misaligned", "starved", "unseen"]


def _point(part: str, step: int, **values: object) -> dict[str, Any]:
    return {"split": part, "step": step, **values}


def test_repeated_epochs_of_the_curves_are_read_once() -> None:
    train_point = {"top1": 0.5, "lr": 0.1, "waiting": 0.2}
    val_point = {"loss": 1.5, "top1": 0.4}
    points = [
        _point("train", 2, loss=9.0, **train_point),
        _point("train", 2, loss=3.0, **train_point),
        _point("train", 4, loss=1.0, **train_point),
        _point("val", 4, **val_point),
        _point("train", 6, loss=None, **train_point),
        _point("train", 8, loss=0.5, **train_point),
        _point("val", 8, **val_point),
        _point("train", 10, loss=0.1, **train_point),
    ]
    epochs = epochs_of(points)
    assert [epoch.train_loss for epoch in epochs] == [2.0, 0.5]
    assert epochs[0] == Epoch(2.0, 0.5, 0.1, 0.2, 1.5, 0.4)
    assert len(epochs_of(points, since=4)) == 1


def test_a_diagnosis_is_read_back_from_its_file(tmp_path: Path) -> None:
    found = Diagnosis(3.0, 60, (Remark("gap", "warning", "A gap."),))
    write_diagnosis(tmp_path / "diagnosis.json", found)
    assert read_diagnosis(tmp_path / "diagnosis.json") == found
    assert read_diagnosis(tmp_path / "none.json") is None


def test_a_remark_is_stored_in_english_and_shown_in_the_language_of_the_reader(
    tmp_path: Path,
) -> None:
    with language_set("es"):
        remarks = diagnose([_epoch(train_top1=0.99, val_top1=0.5)], _patient())
    path = tmp_path / "diagnosis.json"
    write_diagnosis(path, Diagnosis(1.0, 10, remarks))
    found = read_diagnosis(path)
    assert found is not None
    (remark,) = found.remarks
    assert remark.sentence.startswith("Overfitting: top-1 is 99% on train but 50% on validation.")
    assert remark.text == remark.sentence
    with language_set("es"):
        assert remark.text.startswith("Sobreajuste: el top-1 es 99\N{NO-BREAK SPACE}%")


def _under_another_name(lines: list[SplitLine], names: dict[str, str]) -> list[SplitLine]:
    labels = {line.species: line.label for line in lines}
    return [
        dataclasses.replace(line, species=names[line.species], label=labels[names[line.species]])
        for line in lines
    ]


def test_a_run_whose_val_labels_use_another_map_is_reported(
    home: Home, split: SplitFolder, new_run: Prepare
) -> None:
    lines = read_part(split.part("val"))
    species = sorted({line.species for line in lines})
    names = dict(zip(species, [*species[1:], species[0]], strict=True))
    write_part(split.part("val"), _under_another_name(lines, names))
    write_manifest(split, read_classes(split.classes), COUNTS)
    folder = new_run(training__epochs=8)
    assert train(home, folder).state == "finished"
    found = read_diagnosis(folder.diagnosis)
    assert found is not None
    assert (found.epoch, found.step) == (8, 48)
    assert found.remarks[0].kind == "misaligned"
    assert folder.log.read_text().count("probably name different species") == 1
