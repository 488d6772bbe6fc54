"""Launch a run from the form."""

import streamlit as st

from engine.home import Home
from engine.language.message import gettext, ngettext
from engine.runs.run import list_runs
from engine.settings.files import as_yaml
from engine.settings.run import RunSettings
from studio import text
from studio.forms.draft import Draft, form_draft
from studio.forms.editor import Editor, draw_editor
from studio.launch import launch_and_show, launch_key
from studio.train.checking import check_outcome, start_check
from studio.train.editing import train_editor
from studio.views.problem import problem

_MOST_NAMED = 3


def form(home: Home, name: str, settings: RunSettings) -> None:
    """The settings to edit, and the buttons that launch, check and estimate them.

    `settings` are those of the configuration, without the changes in the form.
    """
    editor = train_editor(name, settings)
    with st.container(border=True):
        # A changed setting reruns the fields, and not the whole page.
        st.fragment(_fields)(editor)
        with st.container(horizontal=True):
            launch = st.button(
                gettext("Launch"),
                key=launch_key("train"),
                icon=":material/rocket_launch:",
                type="primary",
            )
            check = st.button(gettext("Check"), key="train.check", icon=":material/checklist:")
            estimate = st.button(
                gettext("Estimate again"), key="train.estimate", icon=":material/calculate:"
            )
    draft = form_draft(settings, editor.key)
    pressed = launch or check or estimate
    if pressed and not draft.is_valid:
        refuse(draft)
    check_outcome(home, name)
    _live_runs(home)
    if not pressed or not draft.is_valid:
        return
    if launch:
        launch_and_show(home, draft.settings, "train")
    if check:
        start_check(home, name, draft.settings)
    st.rerun()


def _fields(editor: Editor[RunSettings]) -> None:
    show_yaml(draw_editor(editor), editor.key)


def show_yaml(draft: Draft[RunSettings], key: str) -> None:
    """Show the changed configuration as the file that a run gets."""
    with st.expander(
        gettext("Configuration as YAML"), key=f"{key}:yaml", icon=":material/data_object:"
    ):
        if draft.is_valid:
            st.code(as_yaml(draft.settings), language="yaml", height=300)
        else:
            st.caption(gettext("Correct the settings first."))


def refuse(draft: Draft[RunSettings]) -> None:
    """Show what must be corrected before a run."""
    for sentence in dict.fromkeys(draft.errors.values()):
        problem(sentence)


def _live_runs(home: Home) -> None:
    """Show the runs that this one may have to wait for."""
    live = [run.run_id for run in list_runs(home) if run.is_live]
    if live:
        names = ", ".join(live[:_MOST_NAMED]) + (" …" if len(live) > _MOST_NAMED else "")
        waiting = ngettext(
            "{names} is running. A new run waits in the queue; on the Runs page you can start it "
            "at once.",
            "{n} runs are running: {names}. A new run waits in the queue; on the Runs page you "
            "can start it at once.",
            len(live),
            names=text.plain(names),
        )
        st.info(waiting, icon=":material/schedule:")
