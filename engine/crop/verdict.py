"""The measured benefit of a crop preset for a classifier, compared with the centre crop."""

import dataclasses
from dataclasses import dataclass
from typing import Literal

from engine.files import write_json
from engine.home import Home
from engine.language.formats import signed
from engine.language.message import gettext
from engine.records import Count, Moment, Name, Number, read_record_or
from engine.settings.crop import CropPreset

Answer = Literal["helps", "harms", "unclear"]


@dataclass(frozen=True)
class Measured:
    """A mean and the half-width of its 95 % interval, both as shares of 1."""

    mean: Number
    margin: Number


@dataclass(frozen=True)
class Verdict:
    """The accuracy of a linear probe with the centre crop and with a preset.

    `difference` is preset minus centre, on the same photographs and folds. `made` is in Unix
    seconds.
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
        """The result as a sentence in the reader's language."""
        points, margin = 100 * self.difference.mean, 100 * self.difference.margin
        if self.answer == "helps":
            return gettext(
                "{preset} gains {points:.1f} ± {margin:.1f} points over the centre crop. Use it.",
                preset=self.preset,
                points=points,
                margin=margin,
            )
        if self.answer == "harms":
            return gettext(
                "{preset} loses {points:.1f} ± {margin:.1f} points against the centre crop. Do not "
                "use it.",
                preset=self.preset,
                points=-points,
                margin=margin,
            )
        return gettext(
            "{preset}: inconclusive with {photographs} photographs ({points} ± {margin:.1f} "
            "points). Measure more photographs.",
            preset=self.preset,
            photographs=self.photographs,
            points=signed(points, 1),
            margin=margin,
        )


def keep_verdict(home: Home, preset: CropPreset, verdict: Verdict) -> None:
    """Store the result of a preset, replacing the previous one."""
    path = home.verdicts / f"{preset.fingerprint}.json"
    write_json(path, dataclasses.asdict(verdict))


def read_verdict(home: Home, preset: CropPreset) -> Verdict | None:
    """Return the result of a preset with exactly these settings, under any name; None if not
    measured.
    """
    verdict = read_record_or(Verdict, home.verdicts / f"{preset.fingerprint}.json", None)
    return dataclasses.replace(verdict, preset=preset.name) if verdict else None
