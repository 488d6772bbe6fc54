"""The consequences of a configuration: the network's input, and the cost of a step."""

import math
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.home import Home
from engine.jobs.job import Job
from engine.language.message import gettext, ngettext
from engine.runs.estimates import Estimated, estimate_of
from engine.settings.run import RunSettings
from studio import text
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problem


@dataclass(frozen=True)
class Compared:
    """A configuration with its estimate, which may still be in progress."""

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
    """Draw the consequences of the chosen configuration beside the other one.

    The first estimate takes some seconds; until then its figures are dashes.
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
    # Always one line, so that the form below does not move when the figures arrive.
    if any(side.job.state == "running" for side in compared):
        st.caption(f":material/hourglass_top: {gettext('Estimating memory and time …')}")
    else:
        st.caption(
            text.plain(" ".join([*configuration_text(chosen, other), *on_this_machine(chosen)]))
        )
    if chosen.job.state == "failed":
        failed = gettext("{name} could not be estimated. Try again.", name=chosen.name)
        problem(chosen.job.reason or failed)


def configuration_metrics(chosen: Compared, other: Compared | None) -> list[Metric]:
    """The figures of the chosen configuration, each compared with the other's."""
    mine = chosen.estimate or {}
    theirs = (other.estimate if other else None) or {}
    side = chosen.settings.data.image_size
    their_side = other.settings.data.image_size if other else None

    def against(key: str) -> str | None:
        return _times(mine.get(key), theirs.get(key)) if other else None

    return [
        Metric(
            gettext("Input size"),
            f"{side} × {side}",
            gettext("Side of the square that the network gets after crop and resize, in pixels."),
            _times(side * side, their_side * their_side) if their_side else None,
        ),
        Metric(
            gettext("Tokens"),
            text.number(mine["tokens"]) if mine.get("tokens") else "–",
            gettext(
                "Patches of a photograph in a transformer. Twice as many cost four times as much "
                "attention."
            ),
            against("tokens"),
        ),
        Metric(
            gettext("Parameters"),
            _millions(mine.get("parameters")),
            gettext("Weights of the network; M means million."),
            against("parameters"),
        ),
        Metric(
            gettext("Memory"),
            text.size(int(mine["memory"])) if mine else "–",
            ngettext(
                "For one pass over {n} photograph in {bits}-bit arithmetic: weights, gradients, "
                "optimiser and activations. A GPU needs about 0.5 GB more for itself.",
                "For one pass over {n} photographs in {bits}-bit arithmetic: weights, gradients, "
                "optimiser and activations. A GPU needs about 0.5 GB more for itself.",
                chosen.settings.training.batch_size,
                bits=mine.get("precision", "16 bit").partition(" ")[0],
            ),
            against("memory"),
        ),
        Metric(
            gettext("GFLOP per photo"),
            _digits(mine["flops_per_image"] / 1e9, 3) if mine else "–",
            gettext(
                "Billions of operations per photograph, forward and backward. The time per "
                "photograph grows with them."
            ),
            against("flops_per_image"),
        ),
    ]


def configuration_text(chosen: Compared, other: Compared | None) -> list[str]:
    """Facts that the figures do not show, in a few sentences."""
    mine, said = chosen.estimate or {}, []
    if mine.get("learning", math.inf) < mine.get("parameters", 0):
        learning = _millions(mine["learning"])
        said.append(gettext("{learning} of the parameters are trained.", learning=learning))
    if mine.get("stage"):
        said.append(
            gettext("These figures are for stage {stage}, the largest.", stage=mine["stage"])
        )
    if other is None:
        return said
    augmentation, theirs = (side.settings.augmentation.train for side in (chosen, other))
    said += [
        gettext(
            "Resized to {resize} px, cropped to {crop} px; {other}: {their_resize} and "
            "{their_crop} px.",
            resize=str(augmentation.resize),
            crop=str(augmentation.crop),
            other=other.name,
            their_resize=str(theirs.resize),
            their_crop=str(theirs.crop),
        ),
        gettext(
            "Batch size {size_here}; {other}: {size_there}.",
            size_here=chosen.settings.training.batch_size,
            other=other.name,
            size_there=other.settings.training.batch_size,
        ),
    ]
    if mine and other.estimate:
        ratio = mine["flops_per_image"] / max(other.estimate["flops_per_image"], 1)
        said.append(_speed(ratio, other.name))
    return said


def on_this_machine(chosen: Compared) -> list[str]:
    """Whether a step fits into the memory of this machine, in a sentence."""
    here = (chosen.estimate or {}).get("here")
    if not here:
        return []
    known = {name: here[name] for name in ("needed", "free", "device")}
    if not here["fits"]:
        return [
            gettext(
                "Does not fit here ({device}): needs {needed:size}, but {free:size} are free.",
                **known,
            )
        ]
    if here["recomputed"]:
        return [
            ngettext(
                "Fits here ({device}) with recomputed activations: a pass of {n} photograph needs "
                "{needed:size} of {free:size} free.",
                "Fits here ({device}) with recomputed activations: a pass of {n} photographs "
                "needs {needed:size} of {free:size} free.",
                here["pass_size"],
                **known,
            )
        ]
    return [
        ngettext(
            "Fits here ({device}): a pass of {n} photograph needs {needed:size} of {free:size} "
            "free.",
            "Fits here ({device}): a pass of {n} photographs needs {needed:size} of {free:size} "
            "free.",
            here["pass_size"],
            **known,
        )
    ]


def _speed(ratio: float, other: str) -> str:
    """The time per photograph relative to another configuration, from the shares of the work."""
    if 0.95 < ratio < 1.05:
        return gettext("Each photograph takes as long as with {other}.", other=other)
    if ratio > 1:
        return gettext(
            "Each photograph takes about {factor} times as long as with {other}.",
            factor=_digits(ratio, 2),
            other=other,
        )
    return gettext(
        "Each photograph is about {factor} times as fast as with {other}.",
        factor=_digits(1 / ratio, 2),
        other=other,
    )


def _digits(value: float, digits: int) -> str:
    """3.19, 2 -> "3.2"; 188.7, 2 -> "190"; 2.0, 2 -> "2"."""
    if not value:
        return text.number(0)
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return text.number(rounded, 0 if rounded == round(rounded) else max(0, places))


def _times(mine: float | None, theirs: float | None) -> str:
    """0.005 -> "1/200 of the other", 0.33 -> "33% of the other", 2.9 -> "2.9× the other"."""
    if not mine or not theirs:
        return "–"
    ratio = mine / theirs
    if abs(ratio - 1) < 0.005:
        return gettext("same as the other")
    if ratio < 0.095:
        return gettext("1/{factor} of the other", factor=_digits(1 / ratio, 2))
    if ratio < 1:
        return gettext("{share:.0%} of the other", share=ratio)
    return gettext("{factor}× the other", factor=_digits(ratio, 2))


def _millions(value: int | None) -> str:
    if not value:
        return "–"
    if value < 1e6:
        return text.number(value)
    return gettext("{millions:.1f} M", millions=value / 1e6)
