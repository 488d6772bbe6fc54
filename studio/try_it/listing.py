"""The runs that can identify plants."""

from collections.abc import Sequence

import streamlit as st

from engine.language.message import gettext
from engine.runs.run import Run
from studio import text
from studio.address import OPENING, Parameter, one_of
from studio.views.chip import state_name


def choose_model(runs: Sequence[Run]) -> Run:
    """Choose a run, best on val first; the address holds the choice."""
    by_id = {run.run_id: run for run in sorted(runs, key=_score, reverse=True)}
    parameter = Parameter("run", "try_it.run", one_of(by_id), default=OPENING)
    parameter.read_address()
    chosen = st.selectbox(gettext("Run"), list(by_id), key=parameter.key)
    parameter.write_address(chosen)
    run = by_id[str(chosen)]
    st.caption(text.plain(model_caption(run)))
    return run


def _score(run: Run) -> float:
    return float(run.status.best["value"]) if run.status.best else -1.0


def model_caption(run: Run) -> str:
    """The quality of the run."""
    best = run.status.best
    if run.state == "damaged":
        return gettext("Damaged: {reason}", reason=run.reason)
    if not best:
        return gettext(
            "{state}. Uses its last checkpoint, for none was validated yet.",
            state=state_name(run.state),
        )
    return gettext(
        "Best checkpoint: epoch {epoch}, {score:.1%} macro top-1 on validation.",
        epoch=f"{best['epoch']:.3g}",
        score=best["value"],
    )
