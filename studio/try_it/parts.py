"""The photographs of a run's split that are in the home."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from engine.errors import StudioError
from engine.home import Home
from engine.runs.run import Run
from engine.training.state.run_folder import run_folder


@dataclass(frozen=True)
class KnownAnswer:
    """A photograph of the home; `path` is relative to the home."""

    image_id: str
    path: str
    sha256: str
    species: str


def test_part(home: Home, run: Run) -> list[KnownAnswer]:
    """The photographs that the run never saw.

    Raises:
        BadInput: the part is missing or was modified.
    """
    return _test_part(str(home.root), run.run_id, _stamp(run))


def examples(home: Home, run: Run) -> dict[str, KnownAnswer]:
    """A photograph of each species from the train part; empty if the part cannot be read."""
    return _examples(str(home.root), run.run_id, _stamp(run))


@st.cache_data(max_entries=4, show_spinner=False)
def _test_part(root: str, run_id: str, stamp: int) -> list[KnownAnswer]:
    return _read(root, run_id, "test")


@st.cache_data(max_entries=2, show_spinner=False)
def _examples(root: str, run_id: str, stamp: int) -> dict[str, KnownAnswer]:
    try:
        known = _read(root, run_id, "train")
    except StudioError:
        # The predictions are shown without their images.
        return {}
    return {photograph.species: photograph for photograph in reversed(known)}


def _read(root: str, run_id: str, part: str) -> list[KnownAnswer]:
    home = Home(Path(root))
    lines = run_folder(home, run_id).read_part(home, part)
    return [
        KnownAnswer(line.image_id, line.path, line.sha256, line.species)
        for line in lines
        if line.path
    ]


def _stamp(run: Run) -> int:
    return run.folder.parts.stat().st_mtime_ns if run.folder.parts.is_file() else 0
