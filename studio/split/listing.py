"""Making a split, and the splits that are there."""

import time

import streamlit as st

from engine.home import Home
from engine.split.check import check_split
from engine.split.folder import split_folder
from engine.split.make import make_split, names_of
from engine.split.sources import sources_text
from studio import current, text
from studio.split.made import Made
from studio.split.options import Asked
from studio.views.findings import show_findings
from studio.views.problem import problem, problems_shown


def make_split_job(home: Home, asked: Asked) -> None:
    """The button that writes the split."""
    pressed = st.button(
        "Make the split",
        key="split.make",
        type="primary",
        icon=":material/call_split:",
        disabled=bool(asked.fault),
    )
    # The second of two quick clicks finds the split made.
    if not pressed or asked.fault:
        return
    settings = asked.settings
    with (
        st.spinner(f"Writing the split {text.plain(settings.name)} …"),
        current.catalogue() as catalogue,
    ):
        make_split(home, catalogue, settings)
    st.session_state["split.new"] = names_of(settings)
    st.rerun()


def show_made(home: Home, splits: list[Made]) -> None:
    """The splits that exist."""
    st.subheader("Splits", anchor=False)
    for split in splits:
        with st.container(border=True, gap="small"), problems_shown():
            _show_split(home, split)


def _show_split(home: Home, split: Made) -> None:
    if split.problem:
        st.markdown(f"**{text.plain(split.name)}**")
        problem(split.problem)
        return
    is_new = split.name in st.session_state.get("split.new", ())
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(gap=None, width="content"):
            new = " &ensp;:green-badge[:material/check: Made and checked]"
            st.markdown(f"**{text.plain(split.name)}**{new if is_new else ''}")
            st.caption(_about(split))
        with st.container(horizontal=True, width="content"):
            check = st.button(
                "Check", key=f"split.check.{split.name}", icon=":material/fact_check:"
            )
            train = st.button(
                "Train on it",
                key=f"split.train.{split.name}",
                icon=":material/model_training:",
                type="primary" if is_new else "secondary",
            )
    if train:
        st.switch_page("../pages/train.py", query_params={"split": split.name})
    if check:
        with st.spinner("Reading the split back …"):
            st.session_state[f"split.found.{split.name}"] = check_split(
                split_folder(home, split.name)
            )
    findings = st.session_state.get(f"split.found.{split.name}")
    if findings:
        show_findings(findings)


def _about(split: Made) -> str:
    parts = " · ".join(f"{part} {count.images:,}" for part, count in split.counts)
    fewest = f"at least {split.min_images:,} photographs each · " if split.min_images > 1 else ""
    groups = (
        f"grouped by {text.plain(', '.join(split.group))} · "
        if split.group
        else "without groups · "
    )
    sources = f"only of {text.plain(sources_text(split.sources))} · " if split.sources else ""
    return (
        f"{parts} · {text.count(split.species, 'species', 'species')} · {sources}{fewest}{groups}"
        f"seed {split.seed} · made {text.ago(split.made, time.time())}"
    )
