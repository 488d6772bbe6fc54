"""The quality scan: started here, followed while it runs, its findings each one click away."""

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from pydantic import ValidationError

from engine.catalogue.flags import DOUBTFUL_NAME, FLAGS
from engine.catalogue.store import EVERYTHING
from engine.jobs.job import Job, start_job
from engine.records import Count, Name
from engine.settings.quality import QualitySettings
from studio import text
from studio.background import follow
from studio.catalogue.filters import flag_name
from studio.catalogue.found import FoundPhotographs
from studio.current import home
from studio.forms.form import Submit, settings_form
from studio.forms.leaves import with_changes
from studio.links import to_address
from studio.views.ended import broke_off

_JOB = "quality"


@dataclass(frozen=True)
class _Scan:
    """What a scan tells when it has finished."""

    images: Count
    measured: Count
    by_flag: dict[Name, Count] = field(default_factory=dict)


def quality(found: FoundPhotographs) -> None:
    """Draw the scan, and what the last one found among the photographs that pass the filters."""
    job = follow({_JOB: "Looking for faults"})[_JOB]
    if job.state != "running":
        _outcome(job)
        _form(_last_settings(job))
    _findings(found, _looked_for(job))


def _outcome(job: Job) -> None:
    broke_off(job, "The scan")
    scan = job.found(_Scan)
    if scan:
        when = text.ago(job.started, time.time())
        images = text.count(scan.images, "photograph")
        files = text.count(scan.measured, "file")
        st.caption(f"Last scan {when}: {images} judged, {files} measured anew.")


def _form(settings: QualitySettings) -> None:
    st.caption(
        "Every file is read once and measured; another scan reads only what is new, whatever the "
        "limits. Excluded photographs are passed over."
    )
    sent = settings_form(
        settings,
        "catalogue_scan",
        more=tuple(type(settings).model_fields),
        more_label="Limits",
        submits=(Submit("Scan the catalogue", icon=":material/troubleshoot:"),),
    )
    if sent:
        chosen = with_changes(settings, sent.changes).model_dump()
        options = [f"--{name.replace('_', '-')}={value}" for name, value in chosen.items()]
        start_job(home(), _JOB, ["quality", "scan", *options])
        st.rerun()


def _last_settings(job: Job) -> QualitySettings:
    given: Any = job.result.get("settings", {}) if isinstance(job.result, dict) else {}
    try:
        return QualitySettings.model_validate(given)
    except ValidationError:
        return QualitySettings()


def _looked_for(job: Job) -> set[str]:
    """What is known to have been looked for; a scan that is under way or broke off does not say."""
    scan = job.found(_Scan)
    # Names are looked at as they come in.
    return {DOUBTFUL_NAME, *scan.by_flag} if scan else set()


def _findings(found: FoundPhotographs, looked_for: set[str]) -> None:
    images = found.offered["flag"]
    for flag, many in sorted(images.items(), key=lambda item: -item[1]):
        if flag in FLAGS and many:
            _row(flag, many)
    clean = [flag for flag in FLAGS if not images.get(flag)]
    within = " within these filters" if _is_narrowed(found) else ""
    if looked_for:
        _named(f"Looked for, not found{within}", [flag for flag in clean if flag in looked_for])
        _named("Not looked for yet", [flag for flag in clean if flag not in looked_for])
    else:
        _named(f"Nothing found{within}, or not looked for yet", clean)


def _is_narrowed(found: FoundPhotographs) -> bool:
    return dataclasses.replace(found.chosen, flag="") != EVERYTHING


def _named(words: str, flags: Sequence[str]) -> None:
    if flags:
        st.caption(f"{words}: {', '.join(flag_name(flag).lower() for flag in flags)}.")


def _row(flag: str, many: int) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="medium", wrap=False
    ):
        with st.container(gap=None):
            st.markdown(
                f"**{text.plain(flag_name(flag))}** &ensp; {text.count(many, 'photograph')}"
            )
            st.caption(FLAGS[flag])
        st.button(
            "Show", key=f"catalogue_show_{flag}", on_click=_show, args=(flag,), width="content"
        )


def _show(flag: str) -> None:
    st.session_state["catalogue_flag"] = flag
    to_address("catalogue_flag", "flag", flag)
    st.session_state["catalogue_tab"] = "Photographs"
