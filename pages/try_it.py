"""Ask a finished run what plant is on a photograph."""

import streamlit as st

from engine.runs.run import list_runs
from studio import place
from studio.try_it.answer import show
from studio.try_it.listing import choose_run
from studio.try_it.photographs import choose
from studio.try_it.prediction import ask
from studio.views.action import Action
from studio.views.empty import empty
from studio.views.page import heading
from studio.views.problem import problems_shown

heading("Try it", "Ask a run what plant is on a photograph, and see what it looked at.")
with problems_shown():
    home = place.home()
    runs = [run for run in list_runs(home) if run.can_predict]
    if not runs:
        empty(
            "No run to ask yet",
            "A run can be asked as soon as it has trained an epoch and saved.",
            [
                Action("Launch a run", "../pages/train.py", ":material/model_training:"),
                Action("See the runs", "../pages/runs.py", ":material/monitoring:"),
            ],
            icon=":material/search_insights:",
            key="try_it.empty",
        )
    else:
        run = choose_run(runs)
        answer = st.container()
        chosen = choose(home, run)
        if chosen is not None:
            with answer, problems_shown():
                show(home, run, chosen, ask(home, run, chosen))
