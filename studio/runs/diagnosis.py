"""What a run's curves say of its health, in words."""

import streamlit as st

from engine.runs.run import Run
from engine.training.report.diagnosis import Severity, read_diagnosis
from studio import text

_SIGNS: dict[Severity, str] = {
    "fault": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}


def diagnosis(run: Run) -> None:
    """The remarks after the last epoch, the worst first; a line where there is none."""
    found = read_diagnosis(run.folder.diagnosis)
    if found is None:
        return
    after = f"after epoch {found.epoch:.3g}"
    if not found.remarks:
        st.caption(f":green[:material/check_circle:] Nothing looks wrong {after}.")
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**What the curves say** :gray[{after}]")
        for remark in found.remarks:
            st.markdown(f"{_SIGNS[remark.severity]} {text.plain(remark.sentence)}")
