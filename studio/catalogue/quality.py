"""The quality scan: start, live progress, and findings as links to filters."""

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
from engine.language.message import gettext, ngettext
from engine.records import Count, Name
from engine.settings.quality import QualitySettings
from studio import text
from studio.background import follow
from studio.catalogue.filters import flag_name
from studio.catalogue.found import FoundPhotographs
from studio.current import home
from studio.forms.form import Submit, settings_form
from studio.forms.leaves import with_changes
from studio.views.ended import broke_off

_JOB = "quality"


@dataclass(frozen=True)
class _Scan:
    """The result of a finished scan."""

    images: Count
    measured: Count
    by_flag: dict[Name, Count] = field(default_factory=dict)


def quality(found: FoundPhotographs) -> None:
    """Draw the scan, and the findings of the last one among the filtered photographs."""
    job = follow({_JOB: gettext("Quality scan")})[_JOB]
    if job.state != "running":
        _outcome(job)
        _form(_last_settings(job))
    _findings(found, _looked_for(job))


def _outcome(job: Job) -> None:
    broke_off(job, gettext("Quality scan"))
    scan = job.found(_Scan)
    if scan:
        st.caption(
            gettext(
                "Last scan {when}: {photographs} checked, {files} newly measured.",
                when=text.ago(job.started, time.time()),
                photographs=ngettext("{n} photograph", "{n} photographs", scan.images),
                files=ngettext("{n} file", "{n} files", scan.measured),
            )
        )


def _form(settings: QualitySettings) -> None:
    st.caption(
        gettext("Finds blurry, duplicate and mislabelled photographs."),
        help=gettext(
            "Each file is read once. Later scans read only new files, even with other limits. "
            "Excluded photographs are skipped."
        ),
    )
    sent = settings_form(
        settings,
        "catalogue_scan",
        more=tuple(type(settings).model_fields),
        more_label=gettext("Limits"),
        submits=(Submit(gettext("Scan the catalogue"), icon=":material/troubleshoot:"),),
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
    """The checks that the last scan has completed; unknown while a scan runs or after it failed."""
    scan = job.found(_Scan)
    # Names are checked during the import.
    return {DOUBTFUL_NAME, *scan.by_flag} if scan else set()


def _findings(found: FoundPhotographs, looked_for: set[str]) -> None:
    images = found.offered["flag"]
    for flag, many in sorted(images.items(), key=lambda item: -item[1]):
        if flag in FLAGS and many:
            _row(flag, many)
    clean = [flag for flag in FLAGS if not images.get(flag)]
    names = _names([flag for flag in clean if flag in looked_for])
    if names and _is_narrowed(found):
        st.caption(gettext("Not found with these filters: {names}.", names=names))
    elif names:
        st.caption(gettext("Not found: {names}.", names=names))
    unknown = _names([flag for flag in clean if flag not in looked_for])
    if unknown and looked_for:
        st.caption(gettext("Not checked yet: {names}.", names=unknown))
    elif unknown:
        st.caption(gettext("Not found, or not checked yet: {names}.", names=unknown))


def _is_narrowed(found: FoundPhotographs) -> bool:
    return dataclasses.replace(found.chosen, flag="") != EVERYTHING


def _names(flags: Sequence[str]) -> str:
    return "; ".join(flag_name(flag) for flag in flags)


def _row(flag: str, many: int) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="medium", wrap=False
    ):
        with st.container(gap=None):
            images = ngettext("{n} photograph", "{n} photographs", many)
            st.markdown(f"**{text.plain(flag_name(flag))}** &ensp; {images}")
            st.caption(gettext(FLAGS[flag]))
        st.button(
            gettext("Show"),
            key=f"catalogue_show_{flag}",
            on_click=_show,
            args=(flag,),
            width="content",
        )


def _show(flag: str) -> None:
    st.session_state["catalogue_flag"] = flag
    st.session_state["catalogue_tab"] = "photographs"
