"""What can be done with a run: stop, go on, try, delete."""

import streamlit as st

from engine.home import Home
from engine.runs.control import resume
from engine.runs.jobs import Job, forget_job, read_job, start_job
from engine.runs.log import log_tail
from engine.runs.run import Run, delete_run
from studio import text


def stop_job(home: Home, run: Run) -> Job:
    """The job that stops the run, however it stands."""
    return read_job(home, _stop_name(run))


def actions(home: Home, run: Run) -> None:
    """The buttons that this run's state allows."""
    stopping = run.state == "stopping" or stop_job(home, run).state == "running"
    with st.container(horizontal=True, width="content"):
        if run.is_live:
            pressed = st.button(
                "Stop",
                key="runs.stop",
                icon=":material/stop:",
                disabled=stopping,
                help="Saves at the end of the step, then ends. It can be resumed.",
            )
            if pressed and not stopping:
                start_job(home, _stop_name(run), ["runs", "stop", run.run_id])
                st.rerun()
        elif run.can_resume and st.button(
            "Resume",
            key="runs.resume",
            icon=":material/play_arrow:",
            type="primary",
            help="Goes on from the last checkpoint, with the optimiser and the learning rate.",
        ):
            forget_job(home, _stop_name(run))
            resume(home, run.run_id)
            st.rerun()
        if run.can_predict and st.button(
            "Try it",
            key="runs.try",
            icon=":material/search_insights:",
            type="primary" if run.state == "finished" else "secondary",
        ):
            st.switch_page("../pages/try_it.py", query_params={"run": run.run_id})
        if not run.is_live:
            _delete(home, run)


def stop_stages(home: Home, run: Run) -> None:
    """What was done so far to stop the run, while that is going on or where it failed."""
    work = stop_job(home, run)
    if work.state == "failed" and run.is_live:
        st.error(work.reason, icon=":material/error:")
    if work.state != "running":
        return
    said = log_tail(home.jobs / work.name / "log.txt", 5).splitlines()
    stages = [*said, "Waiting until it has saved …"] if said else ["Asking it to save and stop …"]
    st.info("  \n".join(map(text.plain, stages)), icon=":material/hourglass_bottom:")


def _delete(home: Home, run: Run) -> None:
    with st.popover("Delete", icon=":material/delete:", key="runs.delete"):
        files = [path.stat().st_size for path in run.folder.root.rglob("*") if path.is_file()]
        st.markdown(
            f"Delete **{run.run_id}** with its curves, checkpoints and evaluation, "
            f"{text.size(sum(files))}? It cannot be brought back."
        )
        if st.button("Delete it for good", key="runs.delete.confirm", icon=":material/delete:"):
            delete_run(home, run.run_id)
            for job in (_stop_name(run), f"evaluate-{run.run_id}"):
                forget_job(home, job)
            st.switch_page("../pages/runs.py")


def _stop_name(run: Run) -> str:
    return f"stop-{run.run_id}"
