"""The queue of runs, to reorder or hold, and the trash."""

from collections.abc import Callable

import streamlit as st

from engine.errors import StudioError
from engine.home import Home
from engine.jobs.job import stop_job
from engine.jobs.queue import Ticket, change_ticket, move_ticket, read_queue, this_home
from engine.jobs.supervision import resume_queue
from engine.language.message import deferred, gettext
from engine.runs.control import ask_to_stop
from engine.runs.trash import empty_trash, restore_run, trash
from studio import text
from studio.views.problem import problem

_SHOWN = 20
_UNDONE_AT_ONCE = 3
_WAITS = {
    "cpu": deferred("Waiting for the CPU."),
    "gpu": deferred("Waiting for a GPU."),
    "light": deferred("Waiting for a free slot."),
}


def queue_view(home: Home) -> None:
    """The queue, if it is not empty."""
    tickets = read_queue(home)
    if not tickets:
        return
    resume_queue(home)
    with st.expander(
        gettext("Queue ({count})", count=len(tickets)), icon=":material/schedule:", expanded=True
    ):
        for place, ticket in enumerate(tickets[:_SHOWN]):
            _row(home, ticket, place, [other.name for other in tickets])
        if len(tickets) > _SHOWN:
            st.caption(gettext("{count} more in the queue.", count=len(tickets) - _SHOWN))


def _row(home: Home, ticket: Ticket, place: int, others: list[str]) -> None:
    key = f"runs.queue.{ticket.name}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None):
            st.markdown(f"{place + 1}. **{text.plain(ticket.name.partition(':')[2])}**")
            st.caption(text.plain(waits_for(home, ticket)))
        if _button(gettext("Move up"), "arrow_upward", f"{key}.up", disabled=place == 0):
            _do(lambda: move_ticket(home, ticket.name, place - 1))
        if _button(gettext("Release") if ticket.held else gettext("Hold"), "pause", f"{key}.hold"):
            _do(lambda: change_ticket(home, ticket.name, held=not ticket.held))
        if _button(gettext("Start now"), "play_arrow", f"{key}.now"):
            _do(lambda: change_ticket(home, ticket.name, held=False, now=True, after=""))
        with st.popover(gettext("Wait for"), icon=":material/low_priority:", key=f"{key}.after"):
            choice = st.selectbox(
                gettext("Start after this has ended"),
                ["", *(name for name in others if name != ticket.name)],
                format_func=lambda name: name.partition(":")[2] or gettext("nothing"),
                key=f"{key}.other",
            )
            if st.button(gettext("Save"), key=f"{key}.keep"):
                _do(lambda: change_ticket(home, ticket.name, after=choice or ""))
        if _button(gettext("Remove"), "close", f"{key}.remove"):
            _do(lambda: _remove(home, ticket))


def waits_for(home: Home, ticket: Ticket) -> str:
    """The reason why a run does not start yet."""
    if ticket.where != this_home(home):
        return gettext("Queued in {place}. Release it to run it here.", place=ticket.where)
    if ticket.held:
        return gettext("On hold until you release it.")
    if ticket.after:
        return gettext("Starts after {name} has ended.", name=ticket.after.partition(":")[2])
    return gettext(_WAITS[ticket.resource])


def undo_view(home: Home) -> None:
    """Offer to restore each run that was deleted in this tab and is still in the trash."""
    deleted: list[str] = st.session_state.get("runs.deleted", [])
    if not deleted:
        return
    there = {item.run_id for item in trash(home)}
    # Newest first; a restored or permanently removed run has nothing to undo.
    deleted[:] = [run_id for run_id in dict.fromkeys(deleted) if run_id in there]
    for run_id in reversed(deleted[-_UNDONE_AT_ONCE:]):
        with st.container(horizontal=True, vertical_alignment="center"):
            moved = gettext("{run} is in the trash.", run=text.plain(run_id))
            st.info(moved, icon=":material/delete:", width="stretch")
            if st.button(gettext("Undo"), key=f"runs.undo.{run_id}", icon=":material/undo:"):
                _do(lambda run_id=run_id: restore_run(home, run_id))  # type: ignore[misc]


def trash_view(home: Home) -> None:
    """Deleted runs, to restore or remove permanently."""
    discarded = trash(home)
    if not discarded:
        return
    with st.expander(gettext("Trash ({count})", count=len(discarded)), icon=":material/delete:"):
        for item in discarded[:_SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{text.plain(item.run_id)} · {text.moment(item.at)}")
                if _button(
                    gettext("Restore"), "restore_from_trash", f"runs.trash.{item.folder.run_id}"
                ):
                    _do(lambda run_id=item.run_id: restore_run(home, run_id))  # type: ignore[misc]
        if _button(gettext("Delete all permanently"), "delete_forever", "runs.trash.empty"):
            _do(lambda: empty_trash(home))


def _remove(home: Home, ticket: Ticket) -> None:
    kind, _, name = ticket.name.partition(":")
    if kind == "run":
        ask_to_stop(home, name)
    else:
        stop_job(home, name)


def _button(label: str, icon: str, key: str, disabled: bool = False) -> bool:
    return st.button(
        label, key=key, icon=f":material/{icon}:", type="tertiary", disabled=disabled, wrap=False
    )


def _do(change: Callable[[], object]) -> None:
    """Apply a change and redraw the page; an error is shown."""
    try:
        change()
    except StudioError as error:
        problem(str(error))
    else:
        st.rerun()
