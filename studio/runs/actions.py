"""Actions on a run: stop, cancel, resume, copy, try, delete."""

import streamlit as st

from engine.home import Home
from engine.jobs.job import delete_job
from engine.jobs.stop_request import StopRequest, read_stop_request
from engine.language.message import gettext
from engine.runs.control import ask_to_stop, resume_run
from engine.runs.run import Run
from engine.runs.trash import delete_run
from studio import text
from studio.runs.archives import archive_button
from studio.runs.duplicating import duplicate_button


def actions(home: Home, run: Run) -> None:
    """The buttons that the state of this run allows."""
    with st.container(horizontal=True, width="content"):
        if run.is_live:
            _stop(home, run)
        elif run.can_resume and st.button(
            gettext("Resume"),
            key="runs.resume",
            icon=":material/play_arrow:",
            type="primary",
            help=gettext(
                "Continues from the last checkpoint, with the same optimiser state and learning "
                "rate."
            ),
        ):
            resume_run(home, run.run_id)
            st.rerun()
        if run.can_predict and st.button(
            gettext("Try it"),
            key="runs.try",
            icon=":material/search_insights:",
            type="primary" if run.state == "finished" else "secondary",
        ):
            st.switch_page("../pages/try_it.py", query_params={"run": run.run_id})
        duplicate_button(home, run)
        if not run.is_live:
            archive_button(home, run)
            _delete(home, run)


def stop_stages(run: Run) -> None:
    """The steps taken so far to stop the run, and the time until the next one."""
    request = read_stop_request(run.folder.stop) if run.is_live else None
    if request is not None:
        st.info(describe_stop(request), icon=":material/hourglass_bottom:")


def describe_stop(request: StopRequest) -> str:
    """Describe the last step to stop a run, and the next step with its time in seconds."""
    if not request.save:
        return gettext("Ending the run without saving …")
    left = round(request.seconds_to_next or 0)
    if request.stage == "asked":
        return gettext(
            "Asked the run to save and stop. If it does not respond, it gets SIGTERM in "
            "{time:duration}.",
            time=left,
        )
    if request.stage == "terminated":
        return gettext(
            "The run did not respond and got SIGTERM. If it does not end, it is killed in "
            "{time:duration}.",
            time=left,
        )
    return gettext("The run did not respond to SIGTERM. Killed the run and its workers.")


def _stop(home: Home, run: Run) -> None:
    if run.state == "queued":
        pressed = st.button(
            gettext("Remove from the queue"),
            key="runs.cancel",
            icon=":material/close:",
            help=gettext("You can queue it again with Resume."),
        )
        if pressed:
            ask_to_stop(home, run.run_id)
            st.rerun()
        return
    stopping = read_stop_request(run.folder.stop) is not None
    pressed = st.button(
        gettext("Stop"),
        key="runs.stop",
        icon=":material/stop:",
        disabled=stopping,
        help=gettext("Saves at the end of the current step, then stops. You can resume it later."),
    )
    if pressed and not stopping:
        ask_to_stop(home, run.run_id)
        st.rerun()
    if run.is_abroad:
        return
    with st.popover(gettext("Cancel"), icon=":material/close:", key="runs.cancel.menu"):
        st.markdown(gettext("End the run now? Its work since the last checkpoint is lost."))
        if st.button(gettext("Cancel without saving"), key="runs.cancel", icon=":material/close:"):
            ask_to_stop(home, run.run_id, save=False)
            st.rerun()


def _delete(home: Home, run: Run) -> None:
    # By name, so that a second click on a deleted run does not affect the next one.
    with st.popover(gettext("Delete"), icon=":material/delete:", key=f"runs.delete.{run.run_id}"):
        files = [path.stat().st_size for path in run.folder.root.rglob("*") if path.is_file()]
        st.markdown(
            gettext(
                "Move **{run}** ({total:size}) to the trash? You can restore it from there.",
                run=text.plain(run.run_id),
                total=sum(files),
            )
        )
        pressed = st.button(
            gettext("Move to trash"),
            key=f"runs.delete.confirm.{run.run_id}",
            icon=":material/delete:",
        )
        if pressed:
            delete_run(home, run.run_id)
            delete_job(home, f"evaluate-{run.run_id}")
            st.session_state.setdefault("runs.deleted", []).append(run.run_id)
            st.switch_page("../pages/runs.py")
