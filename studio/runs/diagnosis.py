"""Diagnosis of a run from its curves."""

import streamlit as st

from engine.language.message import gettext
from engine.runs.run import Run
from engine.training.report.diagnosis import Severity, read_diagnosis
from studio import text

_SIGNS: dict[Severity, str] = {
    "fault": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}


def diagnosis(run: Run) -> None:
    """The findings after the last epoch, worst first; one line if there are none."""
    found = read_diagnosis(run.folder.diagnosis)
    if found is None:
        return
    epoch = f"{found.epoch:.3g}"
    if not found.remarks:
        sound = gettext("No problems found after epoch {epoch}.", epoch=epoch)
        st.caption(f":green[:material/check_circle:] {sound}")
        return
    with st.container(border=True, gap="xsmall"):
        after = gettext("after epoch {epoch}", epoch=epoch)
        st.markdown(f"**{gettext('Diagnosis')}** :gray[{after}]")
        for remark in found.remarks:
            st.markdown(f"{_SIGNS[remark.severity]} {text.plain(remark.text)}")
