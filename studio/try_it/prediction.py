"""Identify the plant in a photograph with a run."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from engine.home import Home
from engine.images.decode import called
from engine.language.message import gettext
from engine.runs.run import Run
from engine.training.state.run_folder import run_folder
from studio.try_it.photographs import ChosenPhotographs

if TYPE_CHECKING:
    from engine.evaluation.predict import Named, Predictor


def ask(home: Home, run: Run, chosen: ChosenPhotographs) -> "Named":
    """The best predictions of the run.

    Raises:
        BadInput: the photograph or the run's checkpoint cannot be read.
    """
    checkpoint = run.folder.best_or_last
    stamp = checkpoint.stat().st_mtime_ns if checkpoint.is_file() else 0
    with st.spinner(gettext("Loading the network…")):
        predictor = _predictor(str(home.root), run.run_id, stamp)
    with called(chosen.name):
        return predictor.predict(chosen.source)


@st.cache_resource(max_entries=2, show_spinner=False)
def _predictor(root: str, run_id: str, stamp: int) -> "Predictor":
    # torch takes seconds to import; only the first prediction needs it.
    from engine.evaluation.predict import Predictor

    home = Home(Path(root))
    return Predictor(home, run_folder(home, run_id))
