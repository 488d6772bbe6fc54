"""Whether a crop helps a classifier: what was measured of one preset, beside the centre crop."""

import dataclasses
from dataclasses import dataclass
from typing import Literal

from engine.files import write_json
from engine.home import Home
from engine.records import Count, Moment, Name, Number, read_record_or
from engine.settings.crop import CropPreset

Answer = Literal["helps", "harms", "unclear"]


@dataclass(frozen=True)
class Measured:
    """A mean and the half width of its 95 % interval, both as shares of 1."""

    mean: Number
    margin: Number


@dataclass(frozen=True)
class Verdict:
    """What a linear probe reached under the centre crop and under a preset.

    `difference` is that of the same photographs in the same folds, preset less centre; `made`
    is in unix seconds.
    """

    preset: Name
    centre: Measured
    crop: Measured
    difference: Measured
    photographs: Count
    species: Count
    network: Name
    made: Moment

    @property
    def answer(self) -> Answer:
        if abs(self.difference.mean) <= self.difference.margin:
            return "unclear"
        return "helps" if self.difference.mean > 0 else "harms"

    @property
    def sentence(self) -> str:
        """The answer in plain words, without a full stop."""
        points = f"{100 * abs(self.difference.mean):.1f} ± {100 * self.difference.margin:.1f}"
        if self.answer == "helps":
            return f"{self.preset} gains you {points} points over the centre crop: use it"
        if self.answer == "harms":
            return f"{self.preset} costs you {points} points against the centre crop: do not use it"
        signed = f"{100 * self.difference.mean:+.1f} ± {100 * self.difference.margin:.1f}"
        return (
            f"{self.preset} makes no difference that {self.photographs:,} photographs can show "
            f"({signed} points)"
        )


def keep_verdict(home: Home, preset: CropPreset, verdict: Verdict) -> None:
    """Keep what was measured of a preset; what was measured of it before is replaced."""
    path = home.verdicts / f"{preset.fingerprint}.json"
    write_json(path, dataclasses.asdict(verdict))


def read_verdict(home: Home, preset: CropPreset) -> Verdict | None:
    """What was measured of a preset with these very settings, whatever its name; None = nothing."""
    verdict = read_record_or(Verdict, home.verdicts / f"{preset.fingerprint}.json", None)
    return dataclasses.replace(verdict, preset=preset.name) if verdict else None
