"""The crop of a run, and its measured effect."""

import streamlit as st

from engine.crop.presets import CENTRE, load_preset, preset_names
from engine.crop.verdict import read_verdict
from engine.home import Home
from engine.language.message import gettext
from engine.settings.data import DataSettings
from studio import text
from studio.views.verdict import verdict_line


def choose_crop(home: Home, config: str, data: DataSettings) -> str:
    """Choose a crop preset; the default is the configuration's own."""
    usual = data.crop_preset if data.smart_crop else CENTRE.name
    names = list(dict.fromkeys([*preset_names(home), usual]))
    key = f"train.crop.{config}"
    if st.session_state.get(key) not in names:
        st.session_state[key] = usual
    name = st.selectbox(
        gettext("Crop"),
        names,
        key=key,
        help=gettext(
            "How each photograph is cropped before training. The Crop lab shows examples."
        ),
        persist_state="session",
    )
    return str(name)


def crop_verdict(home: Home, name: str) -> None:
    """Show whether the preset helped a classifier of the user's own photographs.

    Raises:
        BadInput: the preset does not exist.
    """
    if name == CENTRE.name:
        return
    preset = load_preset(home, name)
    if preset.notice:
        st.caption(text.plain(preset.notice))
    verdict = read_verdict(home, preset)
    if verdict is not None:
        verdict_line(verdict)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            gettext(
                "Not measured yet: whether {preset} improves accuracy on your photographs.",
                preset=text.plain(name),
            )
        )
        if st.button(gettext("Measure in the Crop lab"), key="train.measure", type="tertiary"):
            st.switch_page("../pages/crop_lab.py", query_params={"preset": name})
