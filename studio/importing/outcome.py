"""The result of the last import."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from engine.cache_folders.filling import CacheReport, cache_text
from engine.catalogue.importing import ImportReport, Refusal, filled_text
from engine.jobs.job import Job, delete_job
from engine.language.message import gettext, ngettext
from studio import text
from studio.current import catalogue, home
from studio.views.action import Action, act
from studio.views.ended import broke_off


def import_outcome(jobs: Mapping[str, Job]) -> None:
    """Show the result of the last finished import; nothing if there is none."""
    ended = [job for job in jobs.values() if job.state not in ("none", "running")]
    if not ended:
        return
    last = max(ended, key=lambda job: job.started)
    with st.container(border=True):
        if (of_cache := last.found(CacheReport)) is not None:
            _refusals(cache_text(of_cache), of_cache.refusals, of_cache.left + of_cache.refused)
            if of_cache.listing:
                st.caption(gettext("All are in {file}.", file=text.plain(of_cache.listing)))
        elif (report := last.found(ImportReport)) is not None:
            _refusals(import_text(asdict(report)), report.refusals, report.refused)
        broke_off(last, gettext("Import"))
        with st.container(horizontal=True):
            if last.state == "finished":
                act(
                    Action(gettext("Browse the catalogue"), "../pages/catalogue.py"),
                    "import_browse",
                )
                if _some_are_elsewhere():
                    act(
                        Action(gettext("Download the photographs"), "../pages/download.py"),
                        "import_fetch",
                    )
            if act(Action(gettext("Close")), "import_close"):
                delete_job(home(), last.name)
                st.rerun()


def import_text(result: Mapping[str, Any]) -> str:
    """{"added": 12, "known": 3, "refused": 1, "listed": 0} -> "12 photographs added. …"."""
    added, known, refused, listed = (
        int(result.get(key, 0)) for key in ("added", "known", "refused", "listed")
    )
    parts = [ngettext("{n} photograph added.", "{n} photographs added.", added)]
    if listed:
        parts.append(
            gettext(
                "The import has {records} records of {photographs} photographs; "
                "{listed} are listed twice.",
                records=added + known + listed,
                photographs=added + known,
                listed=listed,
            )
        )
    if known:
        parts.append(ngettext("{n} already known.", "{n} already known.", known))
    if filled := int(result.get("filled", 0)):
        parts.append(filled_text(filled))
    if refused:
        parts.append(ngettext("{n} refused.", "{n} refused.", refused))
    return " ".join(parts)


def _some_are_elsewhere() -> bool:
    with catalogue() as opened:
        return opened.counts().by_state.get("remote", 0) > 0


def _refusals(said: str, items: Sequence[Refusal], refused: int) -> None:
    """Show what a report says, and a table of what it refused."""
    if not refused:
        st.success(said, icon=":material/check_circle:")
        return
    st.warning(said, icon=":material/rule:")
    refusals = pd.DataFrame([(one.origin, str(one)) for one in items], columns=["origin", "reason"])
    title = gettext("Refused photographs")
    if len(refusals) < refused:
        title = gettext("Refused photographs: the first {shown}", shown=len(refusals))
    st.markdown(f"**{title}**")
    st.dataframe(
        refusals,
        hide_index=True,
        height=min(38 + 35 * len(refusals), 320),
        column_config={
            "origin": st.column_config.TextColumn(gettext("Photograph"), width="medium"),
            "reason": st.column_config.TextColumn(gettext("Reason"), width="large"),
        },
        alt=gettext("Refused photographs and the reason for each"),
    )
