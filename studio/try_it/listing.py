"""The runs that can be asked."""

from collections.abc import Sequence

import streamlit as st

from engine.runs.run import Run
from studio import text
from studio.links import from_address, to_address


def choose_model(runs: Sequence[Run]) -> Run:
    """Ask for a run, the best on its val part first; the address names it."""
    by_id = {run.run_id: run for run in sorted(runs, key=_score, reverse=True)}
    from_address("try_it.run", "run", by_id)
    chosen = st.selectbox("Run", list(by_id), key="try_it.run")
    to_address("try_it.run", "run", chosen)
    run = by_id[str(chosen)]
    st.caption(model_caption(run))
    return run


def _score(run: Run) -> float:
    return float(run.status.best["value"]) if run.status.best else -1.0


def model_caption(run: Run) -> str:
    """What the run's answers are worth."""
    best = run.status.best
    if run.state == "damaged":
        return f"Damaged: {text.plain(run.reason)}"
    if not best:
        return f"{run.state.capitalize()}; its last checkpoint answers, for none was judged yet."
    score = text.percentage(best["value"])
    return f"Its best checkpoint, after epoch {best['epoch']:.3g}: macro top-1 {score} on val."
