"""Making a split, and the existing splits."""

import time

import streamlit as st

from engine.embeddings.near_duplicates import near_duplicate_pairs
from engine.home import Home
from engine.language.message import gettext, ngettext
from engine.split.about import tiers_text, where_text
from engine.split.check import check_split
from engine.split.folder import part_name, split_folder
from engine.split.make import make_split, names_of
from engine.split.sources import sources_text
from studio import current, text
from studio.split.made import Made
from studio.split.options import Asked, link_name
from studio.views.findings import show_findings
from studio.views.problem import problem, problems_shown


def make_split_job(home: Home, asked: Asked) -> None:
    """The button that writes the split."""
    pressed = st.button(
        gettext("Make the split"),
        key="split.make",
        type="primary",
        icon=":material/call_split:",
        disabled=bool(asked.fault),
    )
    # The second of two quick clicks finds the split already made.
    if not pressed or asked.fault:
        return
    settings = asked.settings
    with (
        st.spinner(gettext("Writing the split {name} …", name=text.plain(settings.name))),
        current.catalogue() as catalogue,
    ):
        make_split(home, catalogue, settings)
    st.session_state["split.new"] = names_of(settings)
    st.rerun()


def show_made(home: Home, splits: list[Made]) -> None:
    """Show the existing splits."""
    st.subheader(gettext("Splits"), anchor=False)
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
            new = gettext("Made and checked")
            badge = f" &ensp;:green-badge[:material/check: {new}]" if is_new else ""
            st.markdown(f"**{text.plain(split.name)}**{badge}")
            st.caption(_about(split))
        with st.container(horizontal=True, width="content"):
            check = st.button(
                gettext("Check"), key=f"split.check.{split.name}", icon=":material/fact_check:"
            )
            train = st.button(
                gettext("Train on it"),
                key=f"split.train.{split.name}",
                icon=":material/model_training:",
                type="primary" if is_new else "secondary",
            )
    if train:
        st.switch_page("../pages/train.py", query_params={"split": split.name})
    if check:
        with st.spinner(gettext("Checking the split …")):
            st.session_state[f"split.found.{split.name}"] = check_split(
                split_folder(home, split.name), near_duplicate_pairs(home)
            )
    findings = st.session_state.get(f"split.found.{split.name}")
    if findings:
        show_findings(findings)


def _about(split: Made) -> str:
    facts = [f"{part_name(part)} {text.number(count.images)}" for part, count in split.counts]
    facts.append(ngettext("{n} species", "{n} species", split.species))
    if split.sources:
        facts.append(text.plain(sources_text(split.sources)))
    if split.where:
        facts.append(text.plain(where_text(split.where)))
    if split.tiers:
        facts.append(text.plain(tiers_text(dict(split.tiers))))
    if split.min_images > 1:
        facts.append(gettext("at least {least} photographs each", least=split.min_images))
    if split.group:
        links = ", ".join(link_name(link) for link in split.group)
        facts.append(gettext("groups: {links}", links=text.plain(links)))
    else:
        facts.append(gettext("without groups"))
    facts.append(gettext("seed {seed}", seed=str(split.seed)))
    facts.append(gettext("made {ago}", ago=text.ago(split.made, time.time())))
    return " · ".join(facts)
