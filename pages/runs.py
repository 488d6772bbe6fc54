"""All runs with state and curves; stop, resume, compare, evaluate."""

import streamlit as st

from engine.language.message import deferred, gettext
from engine.runs.run import list_runs
from studio import current
from studio.address import Parameter, titled
from studio.runs.alerts_view import alerts_view
from studio.runs.archives import import_view
from studio.runs.compare import compare_runs_view
from studio.runs.detail import detail
from studio.runs.listing import choose_run
from studio.runs.queue_view import queue_view, trash_view, undo_view
from studio.views.action import Action
from studio.views.empty import empty_state
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(gettext("Runs"), gettext("State, curves and results of every run."))
with problems_shown():
    home = current.home()
    runs = list_runs(home)
    # Elements that appear and disappear above the run must not move it: see `detail`.
    above, middle = st.container(), st.container()
    views = {"one": deferred("One run"), "compare": deferred("Compare")}
    with above:
        undo_view(home)
        queue_view(home)
        alerts_view(home)
        view = "one"
        if len(runs) > 1:
            parameter = Parameter("runs.view", "runs.view", titled(views), default="one")
            parameter.read_address()
            st.segmented_control(
                gettext("View"),
                list(views),
                format_func=lambda name: gettext(views[name]),
                required=True,
                key=parameter.key,
                label_visibility="collapsed",
            )
            view = st.session_state[parameter.key]
            parameter.write_address(view)
    with middle:
        if not runs:
            empty_state(
                gettext("No runs yet"),
                gettext("A run trains a network on a split. Launch one to see its curves here."),
                [Action(gettext("Launch a run"), "../pages/train.py", ":material/model_training:")],
                icon=":material/monitoring:",
                key="runs.empty",
            )
        elif view == "compare":
            compare_runs_view(home, runs)
        else:
            with st.container():
                run = choose_run(runs)
            detail(home, run, any(run.is_live for run in runs))
    import_view(home)
    trash_view(home)
