"""Reads the results of a run's evaluation from evaluation/PART.json."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.records import Count, Name, Number, Share, read_record_or
from engine.training.report.scores import BucketScore
from engine.training.state.run_folder import RunFolder, UnreadablePhotograph

EVALUATION_BYTES = 16_000_000


@dataclass(frozen=True)
class SpeciesScore:
    """One species of the part."""

    species: Name
    train_images: Count = 0
    images: Count = 0
    top1: Share | None = None
    top5: Share | None = None
    mistaken_for: Name | None = None


@dataclass(frozen=True)
class CalibrationScore:
    """The expected calibration error of the probabilities, 0..1."""

    ece: Share | None = None


@dataclass(frozen=True)
class Evaluation:
    """Shares are in 0..1; None if not measured, or not by the version that wrote the file.

    `before_temperature` has the calibration without dividing the logits by `temperature`.
    """

    top1: Share
    top1_interval: tuple[Share, Share] | None = None
    top5: Share | None = None
    k: Count = 5
    macro_top1: Share | None = None
    images: Count = 0
    classes: Count = 0
    step: Count | None = None
    ece: Share | None = None
    temperature: Number = 1.0
    before_temperature: CalibrationScore | None = None
    buckets: Annotated[tuple[BucketScore, ...], Field(max_length=100)] = ()
    species: Annotated[tuple[SpeciesScore, ...], Field(max_length=1_000_000)] = ()
    unreadable: Annotated[tuple[UnreadablePhotograph, ...], Field(max_length=1_000_000)] = ()


def read_evaluation(folder: RunFolder, part: str = "test") -> Evaluation | None:
    """Read the last evaluation on a part; None if it is missing or damaged."""
    path = folder.evaluation / f"{part}.json"
    return read_record_or(Evaluation, path, None, EVALUATION_BYTES)
