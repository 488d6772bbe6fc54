"""A new run with the configuration of another run and some changes."""

import streamlit as st

from engine.home import Home
from engine.language.message import gettext
from engine.runs.run import Run
from engine.settings.files import load, overlaid
from engine.settings.run import RunSettings
from studio import text
from studio.forms.editor import draw_editor
from studio.launch import launch_and_show, launch_key
from studio.train.configuration import stages_line
from studio.train.editing import duplicate_editor
from studio.train.launching import refuse, show_yaml
from studio.views.problem import problems_shown

_PLACE = "runs.duplicate"
_OPEN = f"{_PLACE}.open"
_OTHERS = f"{_PLACE}.changes"


def duplicate_button(home: Home, run: Run) -> None:
    """The button that opens the form."""
    if st.button(gettext("Duplicate"), key=_PLACE, icon=":material/content_copy:"):
        st.session_state[_OPEN] = run.run_id
    # Streamlit closes a dialog that is not drawn again, and the page of a run is redrawn when the
    # run ends.
    if st.session_state.get(_OPEN) == run.run_id:
        _opened(home, run)
    else:
        _close()


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def _opened(home: Home, run: Run) -> None:
    # Its title is translated for each reader.
    st.dialog(gettext("Duplicate"), width="large", on_dismiss=_close)(_dialog)(home, run)


def _dialog(home: Home, run: Run) -> None:
    st.markdown(
        gettext(
            "Start a new run with the configuration of **{run}** and your changes. If you change "
            "the image size, the crop size changes in proportion.",
            run=text.plain(run.run_id),
        )
    )
    with problems_shown():
        _form(home, run, load(RunSettings, run.folder.config))


def _form(home: Home, run: Run, settings: RunSettings) -> None:
    for line in stages_line(settings):
        st.caption(text.plain(line))
    editor = duplicate_editor(run.run_id, settings)
    draft = draw_editor(editor)
    _others()
    show_yaml(draft, editor.key)
    if not st.button(
        gettext("Launch"), key=launch_key(_PLACE), icon=":material/rocket_launch:", type="primary"
    ):
        return
    if draft.is_valid:
        lines = (line.strip() for line in str(st.session_state.get(_OTHERS) or "").splitlines())
        asked = overlaid(draft.settings, [line for line in lines if line], gettext("Other changes"))
        launch_and_show(home, asked, _PLACE)
    else:
        refuse(draft)


def _others() -> None:
    st.text_area(
        gettext("Other changes, one per line"),
        key=_OTHERS,
        placeholder="training.weight_decay=0.1",
        help=gettext(
            "Changes settings that the form does not show, as key=value. The keys are those of the "
            "configuration file."
        ),
    )
