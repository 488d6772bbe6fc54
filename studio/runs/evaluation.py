"""How a run did on photographs it never saw: asking for it, and showing it."""

import math
from typing import Any

import streamlit as st

from engine.home import Home
from engine.jobs.job import Job, read_job, start_job
from engine.runs.evaluation import Evaluation, read_evaluation
from engine.runs.run import Run
from engine.split.rarity import bucket_name
from studio import text
from studio.views.job import job as show_job
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problem


def evaluation_job(home: Home, run: Run) -> Job:
    """The job that evaluates the run, however it stands."""
    return read_job(home, _name(run))


def evaluation(home: Home, run: Run) -> None:
    """The offer to evaluate on the test part; how far that is; and what was found."""
    work = evaluation_job(home, run)
    values = read_evaluation(run.folder)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("On the test part", anchor=False, width="content")
        pressed = st.button(
            "Evaluate on the test part" if values is None else "Evaluate again",
            key="runs.evaluate",
            icon=":material/fact_check:",
            disabled=not run.can_predict or work.state == "running",
            type="primary" if values is None and run.state == "finished" else "secondary",
            help=None if run.can_predict else "There is no checkpoint yet.",
        )
    if pressed and work.state != "running":
        start_job(home, _name(run), ["evaluate", run.run_id, "--split", "test"])
        st.rerun()
    if work.state == "running":
        show_job(
            "Evaluating",
            "running",
            done=work.done,
            total=work.total,
            note=work.note or "Loading the network",
            stoppable=False,
            key="runs.evaluating",
        )
    elif work.state == "failed":
        problem(work.reason or "The evaluation failed; its log says why.")
    elif work.state == "damaged":
        problem(work.reason)
    elif work.state == "lost":
        problem("The evaluation ended without a word; evaluate again.")
    if values is None:
        if work.state == "none":
            st.caption("Not evaluated yet. The test part is judged by the best checkpoint.")
        return
    _show(values)


def _name(run: Run) -> str:
    return f"evaluate-{run.run_id}"


def _show(values: Evaluation) -> None:
    metric_row(evaluation_metrics(values))
    buckets, species = st.tabs(["By how much was known", "By species"])
    with buckets:
        st.dataframe(
            {
                "Photographs in train": [bucket_name(row.train_images) for row in values.buckets],
                "Species": [row.classes for row in values.buckets],
                "Photographs": [row.images for row in values.buckets],
                "Top-1": [row.top1 for row in values.buckets],
                "Macro top-1": [row.macro_top1 for row in values.buckets],
            },
            column_config={
                "Top-1": _share("Top-1"),
                "Macro top-1": _share("Macro top-1"),
            },
            placeholder="–",
            hide_index=True,
            alt="Scores by number of photographs in train",
        )
    with species:
        rows = values.species
        st.dataframe(
            {
                "Species": [row.species for row in rows],
                "In train": [row.train_images for row in rows],
                "In test": [row.images for row in rows],
                "Top-1": [row.top1 for row in rows],
                "Top-5": [row.top5 for row in rows],
                "Most often taken for": [row.mistaken_for for row in rows],
            },
            column_config={"Top-1": _share("Top-1"), "Top-5": _share("Top-5")},
            placeholder="–",
            hide_index=True,
            height=min(38 * (len(rows) + 1), 460),
            alt="Scores by species, the worst first",
        )


def evaluation_metrics(values: Evaluation) -> list[Metric]:
    """What was found, in the figures that matter."""
    low, high = values.top1_interval or (math.nan, math.nan)
    return [
        Metric(
            "Top-1",
            text.percentage(values.top1),
            "Photographs whose first guess is right. The range below holds the true share with "
            "95% certainty.",
            f"{text.percentage(low, 0)} to {text.percentage(high, 0)}",
        ),
        Metric(
            f"Top-{values.k}",
            _percentage(values.top5),
            f"Photographs whose species is among the best {values.k} guesses.",
            f"of {text.count(values.images, 'photograph')}",
        ),
        Metric(
            "Macro top-1",
            _percentage(values.macro_top1),
            "Top-1 of each species, averaged: rare species count as much as common ones.",
            f"over {text.count(values.classes, 'species', 'species')}",
        ),
        Metric(
            "Calibration error",
            _percentage(values.ece),
            "How far, on average, the network's certainty is from how often it is right."
            + _before(values),
            f"at step {text.number(values.step)}" if values.step is not None else None,
        ),
    ]


def _before(values: Evaluation) -> str:
    """What the calibration error was without the temperature that was found on val."""
    before = values.before_temperature
    if before is None or before.ece is None or values.temperature == 1:
        return ""
    return (
        f" It would be {text.percentage(before.ece)} if the network's answers were not "
        f"divided by a temperature of {values.temperature:.2f}, found on val."
    )


def _percentage(share: float | None) -> str:
    return text.percentage(math.nan if share is None else share)


def _share(label: str) -> Any:
    return st.column_config.ProgressColumn(
        label, format="percent", min_value=0.0, max_value=1.0, width="small"
    )
