"""The lab: controls, the photograph under them, and others under the same settings."""

import streamlit as st

from studio.crop_lab.bench import bench, figures
from studio.crop_lab.chooser import Choice, pick
from studio.crop_lab.controls import controls
from studio.crop_lab.strip import strip
from studio.place import home
from studio.views.problem import problems_shown


@st.fragment
def lab(choice: Choice) -> None:
    """Draw it. A slider that moves runs this part of the page alone."""
    with problems_shown():
        side_by_side = st.container(horizontal=True, gap="medium")
        with side_by_side.container(width=240):
            preset, view = controls(home())
        if choice.subject is not None:
            with side_by_side.container(width="stretch"):
                found = bench(choice.subject, preset, view)
            figures(choice.subject, found, view)
        picked = strip(choice.others, preset, choice.image_id)
        if picked:
            pick(picked)
