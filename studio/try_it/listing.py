"""The runs that can be asked."""

from collections.abc import Sequence

import streamlit as st

from engine.runs.run import Run
from studio import text
from studio.links import from_address, to_address


def choose_run(runs: Sequence[Run]) -> Run:
    """Ask for a run, the newest first; the address names it."""
    by_id = {run.run_id: run for run in runs}
    from_address("try_it.run", "run", by_id)
    chosen = st.selectbox("Run", list(by_id), key="try_it.run")
    to_address("try_it.run", "run", chosen)
    run = by_id.get(str(chosen), runs[0])
    st.caption(about(run))
    return run


def about(run: Run) -> str:
    """What the run's answers are worth."""
    best = run.status.best
    if not best:
        return f"{run.state.capitalize()}; its last checkpoint answers, for none was judged yet."
    score = text.percentage(best["value"])
    return f"Its best checkpoint, after epoch {best['epoch']:.3g}: macro top-1 {score} on val."
