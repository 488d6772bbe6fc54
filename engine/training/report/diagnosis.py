"""Diagnoses a run from its curves after each epoch."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.files import write_json
from engine.language.message import Message, message, plural_message
from engine.records import Count, Number, StoredMessage, Text, read_record_or
from engine.training.report.scores import wilson_interval

Kind = Literal["misaligned", "gap", "rate_high", "no_learning", "starved", "unseen"]
Severity = Literal["fault", "warning", "note"]

_SEVERITY: dict[Kind, Severity] = {
    "misaligned": "fault",
    "rate_high": "warning",
    "no_learning": "warning",
    "gap": "warning",
    "starved": "warning",
    "unseen": "note",
}
# The least top-1 of train above chance for a comparison with val, in 0..1.
_LEARNT = 0.25
# Val counts as chance if the upper bound of its gain is below this share of train's gain.
_BY_LUCK = 0.25
_GAP = 0.25
_WIDE_GAP = 0.4
# The share of time spent waiting for photographs above which the device is idle too often.
_WAITING = 0.3
# A loss this close to that of guessing, as a share of it, counts as equal.
_NEAR = 0.02
_WORSE = 1.05
_RISEN = 0.1


@dataclass(frozen=True)
class Epoch:
    """Means over a training epoch, with the validation after it. Shares are in 0..1."""

    train_loss: float
    train_top1: float
    rate: float
    waiting: float
    val_loss: float
    val_top1: float


@dataclass(frozen=True)
class RunFacts:
    """Facts about a run that its curves do not contain.

    `train_images` and `val_images` are (species,). The first `warmup` epochs are not judged.
    `workers` is the number of processes that read photographs; None if the stage reads stored
    features.
    """

    species: Sequence[str]
    train_images: NDArray[np.int64]
    val_images: NDArray[np.int64]
    warmup: float
    workers: int | None


@dataclass(frozen=True)
class Remark:
    """One observation, with what to do.

    `sentence` is in English. `message` has the same content as a translatable message; older
    versions did not write it.
    """

    kind: Kind
    severity: Severity
    sentence: Text
    message: StoredMessage | None = None

    @property
    def text(self) -> str:
        """The remark in the reader's language."""
        return str(self.message or self.sentence)


@dataclass(frozen=True)
class Diagnosis:
    """What was observed after `epoch`, the most severe first."""

    epoch: Number
    step: Count
    remarks: Annotated[tuple[Remark, ...], Field(max_length=100)]


def epochs_of(points: Iterable[dict[str, Any]], since: int = 0) -> list[Epoch]:
    """Return the epochs in a run's curves after step `since`.

    If a later attempt repeated a step, its point counts. Validation points without a loss are
    skipped.
    """
    latest = {(p.get("split"), p.get("step", 0)): p for p in points if p.get("step", 0) > since}
    epochs: list[Epoch] = []
    train: list[dict[str, Any]] = []
    for (part, _), point in sorted(latest.items(), key=lambda item: (item[0][1], item[0][0])):
        if part == "train":
            train.append(point)
        elif part == "val" and train and point.get("loss") is not None:
            epochs.append(_epoch(train, point))
            train = []
    return epochs


def diagnose(epochs: Sequence[Epoch], run_facts: RunFacts) -> tuple[Remark, ...]:
    """Diagnose the last epoch; return the remarks, the most severe first."""
    if not epochs:
        return ()
    found: dict[Kind, Message | None] = {
        "misaligned": _misaligned(epochs[-1], run_facts),
        "rate_high": _rate_high(epochs, run_facts),
        "no_learning": _no_learning(epochs, run_facts),
        "gap": _gap(epochs),
        "starved": _starved(epochs[-1], run_facts.workers),
        "unseen": _unseen(run_facts),
    }
    if found["misaligned"]:
        found["gap"] = None
    return tuple(
        Remark(kind, _SEVERITY[kind], remark.in_english(), remark)
        for kind, remark in found.items()
        if remark
    )


def write_diagnosis(path: Path, diagnosis: Diagnosis) -> None:
    """Write a diagnosis, replacing the one before."""
    write_json(path, asdict(diagnosis))


def read_diagnosis(path: Path) -> Diagnosis | None:
    """Read the last diagnosis; None if it is missing or damaged."""
    return read_record_or(Diagnosis, path, None)


def _epoch(train: list[dict[str, Any]], val: dict[str, Any]) -> Epoch:
    def mean(key: str) -> float:
        values = [point[key] for point in train if point.get(key) is not None]
        return sum(values) / len(values) if values else math.nan

    return Epoch(
        train_loss=mean("loss"),
        train_top1=mean("top1"),
        rate=mean("lr"),
        waiting=mean("waiting"),
        val_loss=val["loss"],
        val_top1=val["top1"],
    )


def _misaligned(last: Epoch, run_facts: RunFacts) -> Message | None:
    chance = 1 / len(run_facts.species)
    learnt = last.train_top1 - chance
    at_chance = last.val_top1 < min(4 * chance, chance + 0.1 * learnt)
    # A few photographs may all be wrong by chance.
    most = wilson_interval(last.val_top1, int(run_facts.val_images.sum()))[1]
    if not learnt >= _LEARNT or not at_chance or most > chance + _BY_LUCK * learnt:
        return None
    return message(
        "Labels do not match: validation top-1 is {val:.2%} (guessing gives {chance:.2%}), but "
        "train top-1 is {train:.0%}. The labels of train and validation probably name different "
        "species. Stop the run and make the split again with one class map.",
        val=last.val_top1,
        chance=chance,
        train=last.train_top1,
    )


def _rate_high(epochs: Sequence[Epoch], run_facts: RunFacts) -> Message | None:
    last, guessing = epochs[-1], math.log(len(run_facts.species))
    if len(epochs) <= run_facts.warmup:
        return None
    if last.train_loss > _WORSE * guessing:
        return message(
            "The train loss is {loss:.2f}, worse than guessing ({guessing:.2f}). The learning rate "
            "({rate}) is probably too high. Try a third of it.",
            loss=last.train_loss,
            guessing=guessing,
            rate=f"{last.rate:.1e}",
        )
    least = min(epoch.train_loss for epoch in epochs)
    # A single epoch may be chance.
    if all(epoch.train_loss > least + _RISEN * guessing for epoch in epochs[-2:]):
        return message(
            "The train loss has risen from {least:.2f} to {loss:.2f}. The learning rate ({rate}) "
            "is probably too high. Try a third of it.",
            least=least,
            loss=last.train_loss,
            rate=f"{last.rate:.1e}",
        )
    return None


def _no_learning(epochs: Sequence[Epoch], run_facts: RunFacts) -> Message | None:
    last, guessing = epochs[-1], math.log(len(run_facts.species))
    tried = len(epochs) - run_facts.warmup
    near = abs(last.train_loss - guessing) < _NEAR * guessing
    if tried < 1 or not near or last.train_top1 > 2 / len(run_facts.species):
        return None
    return plural_message(
        "Not learning: after {n} epoch the train loss still equals guessing ({guessing:.2f}). The "
        "learning rate ({rate}) is probably too low, or the network started without pretrained "
        "weights.",
        "Not learning: after {n} epochs the train loss still equals guessing ({guessing:.2f}). The "
        "learning rate ({rate}) is probably too low, or the network started without pretrained "
        "weights.",
        len(epochs),
        guessing=guessing,
        rate=f"{last.rate:.1e}",
    )


def _gap(epochs: Sequence[Epoch]) -> Message | None:
    last = epochs[-1]
    gap = last.train_top1 - last.val_top1
    least = min(epoch.val_loss for epoch in epochs)
    worsening = len(epochs) > 2 and last.val_loss > least and epochs[-2].val_loss > least
    if not gap >= _GAP or not (worsening or gap > _WIDE_GAP):
        return None
    if worsening:
        return message(
            "Overfitting: top-1 is {train:.0%} on train but {val:.0%} on validation, and the "
            "validation loss is rising. Try more augmentation, mixup, drop path, or adapters. The "
            "best checkpoint is saved.",
            train=last.train_top1,
            val=last.val_top1,
        )
    return message(
        "Overfitting: top-1 is {train:.0%} on train but {val:.0%} on validation. Try more "
        "augmentation, mixup, drop path, or adapters. The best checkpoint is saved.",
        train=last.train_top1,
        val=last.val_top1,
    )


def _starved(last: Epoch, workers: int | None) -> Message | None:
    if workers is None or not last.waiting > _WAITING:
        return None
    return message(
        "{share:.0%} of the time was spent waiting for photographs. If processors are idle, raise "
        "data.workers (now {workers}). Otherwise set data.shrink_once, so that no epoch decodes "
        "large files.",
        share=last.waiting,
        workers=workers,
    )


def _unseen(run_facts: RunFacts) -> Message | None:
    unseen = run_facts.train_images == 0
    count = int(unseen.sum())
    if not count:
        return None
    judged = int((unseen & (run_facts.val_images > 0)).sum())
    such = run_facts.species[int(np.flatnonzero(unseen)[0])]
    if judged and count == 1:
        return message(
            "{species} has no photograph in train. It cannot be learned, and its validation "
            "photographs always count as wrong.",
            species=such,
        )
    if judged:
        return message(
            "{count} species have no photograph in train, such as {species}. They cannot be "
            "learned; {judged} of them are in validation, where they always count as wrong.",
            count=count,
            species=such,
            judged=judged,
        )
    return plural_message(
        "{n} species has no photograph in train, so it cannot be learned: {species}.",
        "{n} species have no photograph in train, such as {species}. They cannot be learned.",
        count,
        species=such,
    )
