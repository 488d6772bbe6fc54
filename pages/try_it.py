"""Identify the plant in a photograph with a run."""

import streamlit as st

from engine.language.message import gettext
from engine.runs.run import list_runs
from studio import current
from studio.try_it.answer import show_answer
from studio.try_it.listing import choose_model
from studio.try_it.photographs import choose_photographs
from studio.try_it.prediction import ask
from studio.views.action import Action
from studio.views.empty import empty_state
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(
    gettext("Try it"),
    gettext("Identify the plant in a photograph with a run, and see what the network saw."),
)
with problems_shown():
    home = current.home()
    runs = [run for run in list_runs(home) if run.can_predict]
    if not runs:
        empty_state(
            gettext("No run to try yet"),
            gettext("A run can be tried once it has trained an epoch and saved a checkpoint."),
            [
                Action(gettext("Launch a run"), "../pages/train.py", ":material/model_training:"),
                Action(gettext("Open the runs"), "../pages/runs.py", ":material/monitoring:"),
            ],
            icon=":material/search_insights:",
            key="try_it.empty",
        )
    else:
        run = choose_model(runs)
        answer = st.container()
        chosen = choose_photographs(home, run)
        if chosen is not None:
            with answer, problems_shown():
                show_answer(home, run, chosen, ask(home, run, chosen))
