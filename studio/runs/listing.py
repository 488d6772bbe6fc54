"""Every run, the newest first, to choose one from."""

import time
from collections.abc import Sequence

import streamlit as st

from engine.runs.run import Run
from studio import text
from studio.links import from_address, to_address
from studio.views.chip import chip_text

_SHOWN_AT_ONCE = 4


def choose(runs: Sequence[Run]) -> Run:
    """Draw the list; the address names the chosen run, so that it can be kept as a bookmark."""
    by_id = {run.run_id: run for run in runs}
    asked = st.query_params.get("run")
    if asked is not None and asked not in by_id:
        st.warning(f"There is no run {text.plain(asked)} any more.", icon=":material/search_off:")
    from_address("runs.chosen", "run", by_id)
    tall = len(runs) > _SHOWN_AT_ONCE
    with st.container(border=True, height=276 if tall else "content"):
        chosen = st.radio(
            text.count(len(runs), "run"),
            list(by_id),
            captions=[about(run) for run in runs],
            key="runs.chosen",
        )
    to_address("runs.chosen", "run", chosen)
    return by_id.get(str(chosen), runs[0])


def about(run: Run) -> str:
    """A run's state, how far it came, how well it did and when it began, in one line."""
    status = run.status
    # A list that is drawn now and then would lag behind a run that is going.
    ended = not run.is_live
    parts = [
        f"epoch {status.epoch:.3g} of {status.epochs}" if ended and status.epochs else "",
        f"macro top-1 {text.percentage(status.best['value'])}" if ended and status.best else "",
        f"started {text.ago(status.started, time.time())}" if status.started else "",
    ]
    return f"{chip_text(run.state)} {' · '.join(part for part in parts if part)}"
