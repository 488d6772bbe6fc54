"""What a configuration means: what the network sees, and what a step costs."""

import math
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.home import Home
from engine.jobs.job import Job
from engine.runs.estimates import Estimated, estimate_of
from engine.settings.run import RunSettings
from studio import naming, text
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problem


@dataclass(frozen=True)
class Compared:
    """A configuration with its estimate, which may still be on its way."""

    name: str
    settings: RunSettings
    job: Job

    @property
    def estimate(self) -> dict[str, Any] | None:
        found = self.job.found(Estimated)
        return dict(found) if found else None


def meaning(
    home: Home, chosen: tuple[str, RunSettings], other: tuple[str, RunSettings] | None, classes: int
) -> None:
    """Draw what the chosen configuration means beside the other one.

    The first time an estimate takes some seconds; until then its figures are dashes.
    """
    pairs = [pair for pair in (chosen, other) if pair is not None]
    if any(_compared(home, pair, classes).job.state == "running" for pair in pairs):
        st.fragment(_draw_until_known, run_every=1)(home, pairs, classes)
    else:
        _draw([_compared(home, pair, classes) for pair in pairs])


def _draw_until_known(home: Home, pairs: list[tuple[str, RunSettings]], classes: int) -> None:
    compared = [_compared(home, pair, classes) for pair in pairs]
    if not any(side.job.state == "running" for side in compared):
        st.rerun()
    _draw(compared)


def _compared(home: Home, pair: tuple[str, RunSettings], classes: int) -> Compared:
    name, settings = pair
    return Compared(name, settings, estimate_of(home, settings, classes))


def _draw(compared: list[Compared]) -> None:
    chosen, *others = compared
    other = others[0] if others else None
    metric_row(configuration_metrics(chosen, other))
    # One line in any case, so that the form below does not jump when the figures arrive.
    if any(side.job.state == "running" for side in compared):
        st.caption(":material/hourglass_top: Building the networks to measure them …")
    else:
        st.caption(
            text.plain(" ".join([*configuration_text(chosen, other), *on_this_machine(chosen)]))
        )
    if chosen.job.state == "failed":
        reason = naming.in_labels(chosen.job.reason, RunSettings)
        problem(reason or f"{chosen.name} could not be estimated.")


def configuration_metrics(chosen: Compared, other: Compared | None) -> list[Metric]:
    """The figures of the chosen configuration, each with how it stands to the other's."""
    mine = chosen.estimate or {}
    theirs = (other.estimate if other else None) or {}
    side = chosen.settings.data.image_size
    their_side = other.settings.data.image_size if other else None

    def against(key: str) -> str | None:
        return _times(mine.get(key), theirs.get(key)) if other else None

    return [
        Metric(
            "The network sees",
            f"{side} × {side}",
            "Pixels of the square that is left of each photograph after crop and resize.",
            _times(side * side, their_side * their_side) if their_side else None,
        ),
        Metric(
            "Tokens",
            text.number(mine["tokens"]) if mine.get("tokens") else "–",
            "Patches that the transformer relates to each other; their number squared is what "
            "attention costs.",
            against("tokens"),
        ),
        Metric(
            "Parameters",
            _millions(mine.get("parameters"), " M"),
            "Numbers that training moves.",
            against("parameters"),
        ),
        Metric(
            "Memory",
            text.size(int(mine["memory"])) if mine else "–",
            f"For one pass over {text.count(chosen.settings.training.batch_size, 'photograph')}: "
            "weights, gradients, the optimiser's memory and what the backward pass needs (or, "
            "where features are computed first, what that needs), in "
            f"{mine.get('precision', '16 bit')} arithmetic. A GPU takes about half a GB more for "
            "itself.",
            against("memory"),
        ),
        Metric(
            "GFLOP a photo",
            f"{mine['flops_per_image'] / 1e9:,.3g}" if mine else "–",
            "Billions of floating-point operations, forward and back. On one machine, the time a "
            "photograph takes goes with it.",
            against("flops_per_image"),
        ),
    ]


def configuration_text(chosen: Compared, other: Compared | None) -> list[str]:
    """What the figures do not tell, in a few sentences."""
    mine, said = chosen.estimate or {}, []
    if mine.get("learning", math.inf) < mine.get("parameters", 0):
        said.append(f"{_millions(mine['learning'], ' million')} of the parameters learn.")
    if mine.get("stage"):
        said.append(f"The figures are of stage {mine['stage']}, which takes the most memory.")
    if other is None:
        return said
    augmentation, theirs = (side.settings.augmentation.train for side in (chosen, other))
    said += [
        f"Resized to {augmentation.resize}, cropped to {augmentation.crop}; {other.name}: "
        f"{theirs.resize} and {theirs.crop}.",
        f"Batches of {chosen.settings.training.batch_size} against "
        f"{other.settings.training.batch_size}.",
    ]
    if mine and other.estimate:
        ratio = mine["flops_per_image"] / max(other.estimate["flops_per_image"], 1)
        said.append(f"{_speed(ratio, other.name)}, photograph for photograph.")
    return said


def on_this_machine(chosen: Compared) -> list[str]:
    """Whether a step fits here, in a sentence."""
    here = (chosen.estimate or {}).get("here")
    if not here:
        return []
    needed, free = text.size(here["needed"]), text.size(here["free"])
    if not here["fits"]:
        return [f"It does not fit here: it takes {needed} and {free} are free ({here['device']})."]
    how = text.count(here["pass_size"], "photograph")
    how += ", recomputing activations," if here["recomputed"] else ""
    return [f"Here ({here['device']}), passes of {how} take {needed} of {free} that are free."]


def _speed(ratio: float, other: str) -> str:
    """How long a photograph takes beside another configuration, from the shares of the work."""
    if 0.95 < ratio < 1.05:
        return f"Expect it to be as fast as {other}"
    if ratio > 1:
        return f"Expect it to take {_factor(ratio)} as long as {other}"
    return f"Expect it to be {_factor(1 / ratio)} as fast as {other}"


def _factor(ratio: float) -> str:
    """3.19 -> "3.2 times"; 188.7 -> "190 times": a forecast has two digits."""
    digits = 1 - math.floor(math.log10(ratio))
    return f"{round(ratio, digits):,.{max(0, digits)}f} times".replace(".0 times", " times")


def _times(mine: float | None, theirs: float | None) -> str:
    """0.005 -> "1/200 of the other", 0.33 -> "33% of the other", 2.9 -> "2.9× the other"."""
    if not mine or not theirs:
        return "–"
    ratio = mine / theirs
    if abs(ratio - 1) < 0.005:
        return "like the other"
    if ratio < 0.095:
        return f"1/{_factor(1 / ratio).removesuffix(' times')} of the other"
    if ratio < 1:
        return f"{text.percentage(ratio, 0)} of the other"
    return f"{_factor(ratio).removesuffix(' times')}× the other"


def _millions(value: int | None, unit: str) -> str:
    if not value:
        return "–"
    return f"{value / 1e6:,.1f}{unit}" if value >= 1e6 else text.number(value)
