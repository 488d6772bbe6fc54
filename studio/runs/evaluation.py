"""Evaluation of a run on test photographs: start and results."""

import math
from typing import Any

import streamlit as st

from engine.home import Home
from engine.jobs.job import Job, read_job, start_job
from engine.language.message import gettext, ngettext
from engine.runs.evaluation import Evaluation, read_evaluation
from engine.runs.run import Run
from engine.split.rarity import bucket_name
from studio import text
from studio.views.job import job as show_job
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problem


def evaluation_job(home: Home, run: Run) -> Job:
    """The job that evaluates the run, in any state."""
    return read_job(home, _name(run))


def evaluation(home: Home, run: Run) -> None:
    """The offer to evaluate on the test part, the progress, and the results."""
    work = evaluation_job(home, run)
    values = read_evaluation(run.folder)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader(gettext("Test results"), anchor=False, width="content")
        pressed = st.button(
            gettext("Evaluate") if values is None else gettext("Evaluate again"),
            key="runs.evaluate",
            icon=":material/fact_check:",
            disabled=not run.can_predict or work.state == "running",
            type="primary" if values is None and run.state == "finished" else "secondary",
            help=None if run.can_predict else gettext("There is no checkpoint yet."),
        )
    if pressed and work.state != "running":
        start_job(home, _name(run), ["evaluate", run.run_id, "--split", "test"])
        st.rerun()
    if work.state == "running":
        show_job(
            gettext("Evaluating"),
            "running",
            done=work.done,
            total=work.total,
            note=work.note or gettext("Loading the network"),
            stoppable=False,
            key="runs.evaluating",
        )
    elif work.state == "failed":
        problem(work.reason or gettext("The evaluation failed. See its log for the cause."))
    elif work.state == "damaged":
        problem(work.reason)
    elif work.state == "lost":
        problem(
            gettext(
                "The evaluation stopped unexpectedly (a power cut, for example). Evaluate again."
            )
        )
    if values is None:
        if work.state == "none":
            st.caption(gettext("Not evaluated yet. The evaluation uses the best checkpoint."))
        return
    _show(values)


def _name(run: Run) -> str:
    return f"evaluate-{run.run_id}"


def _show(values: Evaluation) -> None:
    metric_row(evaluation_metrics(values))
    _unreadable(values)
    buckets, species = st.tabs([gettext("By train photographs"), gettext("By species")])
    top1, top5, macro = gettext("Top-1"), gettext("Top-5"), gettext("Macro top-1")
    with buckets:
        st.dataframe(
            {
                gettext("Train photographs"): [
                    bucket_name(row.train_images) for row in values.buckets
                ],
                gettext("Species"): [row.classes for row in values.buckets],
                gettext("Test photographs"): [row.images for row in values.buckets],
                top1: [row.top1 for row in values.buckets],
                macro: [row.macro_top1 for row in values.buckets],
            },
            column_config={
                top1: _share(top1),
                macro: _share(macro),
            },
            placeholder="–",
            hide_index=True,
            alt=gettext("Scores by number of train photographs"),
        )
    with species:
        rows = values.species
        st.dataframe(
            {
                gettext("Species"): [row.species for row in rows],
                gettext("In train"): [row.train_images for row in rows],
                gettext("In test"): [row.images for row in rows],
                top1: [row.top1 for row in rows],
                top5: [row.top5 for row in rows],
                gettext("Most often mistaken for"): [row.mistaken_for for row in rows],
            },
            column_config={top1: _share(top1), top5: _share(top5)},
            placeholder="–",
            hide_index=True,
            height=min(38 * (len(rows) + 1), 460),
            alt=gettext("Scores by species, the worst first"),
        )


def _unreadable(values: Evaluation) -> None:
    """Which photographs do not count, for they could not be read."""
    count = len(values.unreadable)
    if not count:
        return
    title = ngettext("{n} photograph cannot be read", "{n} photographs cannot be read", count)
    with st.expander(title, icon=":material/broken_image:"):
        st.dataframe(
            {
                gettext("File"): [photograph.path for photograph in values.unreadable],
                gettext("Reason"): [str(photograph.why) for photograph in values.unreadable],
            },
            hide_index=True,
            alt=gettext("Photographs that cannot be read"),
        )


def evaluation_metrics(values: Evaluation) -> list[Metric]:
    """The most important figures of the evaluation."""
    low, high = values.top1_interval or (math.nan, math.nan)
    return [
        Metric(
            gettext("Top-1"),
            text.percentage(values.top1),
            gettext(
                "Share of photographs whose first prediction is correct. The range below holds the "
                "true share with 95% certainty."
            ),
            gettext("{low:.0%} to {high:.0%}", low=low, high=high),
        ),
        Metric(
            gettext("Top-{k}", k=values.k),
            _percentage(values.top5),
            gettext(
                "Share of photographs whose species is among the {k} best predictions.", k=values.k
            ),
            ngettext("of {n} photograph", "of {n} photographs", values.images),
        ),
        Metric(
            gettext("Macro top-1"),
            _percentage(values.macro_top1),
            gettext(
                "Accuracy per species, averaged over all species. Rare species count as much as "
                "common ones."
            ),
            ngettext("over {n} species", "over {n} species", values.classes),
        ),
        Metric(
            gettext("Calibration error"),
            _percentage(values.ece),
            _about_calibration(values),
            gettext("at step {step}", step=values.step) if values.step is not None else None,
        ),
    ]


def _about_calibration(values: Evaluation) -> str:
    """The meaning of the calibration error, and its value without the temperature fitted on val."""
    before = values.before_temperature
    if before is None or before.ece is None or values.temperature == 1:
        return gettext("Average difference between the network's confidence and its accuracy.")
    return gettext(
        "Average difference between the network's confidence and its accuracy. It would be "
        "{share:.1%} without the temperature of {temperature:.2f} found on validation.",
        share=before.ece,
        temperature=values.temperature,
    )


def _percentage(share: float | None) -> str:
    return text.percentage(math.nan if share is None else share)


def _share(label: str) -> Any:
    return st.column_config.ProgressColumn(
        label, format="percent", min_value=0.0, max_value=1.0, width="small"
    )
