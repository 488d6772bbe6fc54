"""The commands queue list, move, hold, release, now, after and cancel."""

import dataclasses
from typing import Annotated

import typer

from engine.commands.shared import HomeOption, JsonOption, answer, home_at
from engine.home import Home
from engine.jobs.job import stop_job
from engine.jobs.queue import Ticket, change_ticket, move_ticket, read_queue, this_home
from engine.jobs.supervision import resume_queue
from engine.language.message import gettext
from engine.runs.control import ask_to_stop

app = typer.Typer(
    help=gettext("The queue: list, reorder, hold or remove what waits."), no_args_is_help=True
)
NameArgument = Annotated[
    str, typer.Argument(help=gettext("A run or job in the queue: run:ID or job:NAME."))
]


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="queue")


@app.command("list", help=gettext("List the queue in order."))
def queue_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the queue in order."""
    studio_home = home_at(home)
    resume_queue(studio_home)
    _print_queue(studio_home, as_json)


@app.command("move", help=gettext("Move a run or job to another position."))
def move_(
    name: NameArgument,
    position: Annotated[int, typer.Argument(min=1, help=gettext("The new position, from 1."))],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move a run or job to another position."""
    move_ticket(home_at(home), name, position - 1)
    _print_queue(home_at(home), as_json)


@app.command(help=gettext("Hold a run or job until it is released."))
def hold(name: NameArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Hold a run or job until it is released."""
    _alter(home_at(home), name, as_json, held=True)


@app.command(
    "release", help=gettext("Release a run or job here, even one from the queue of another home.")
)
def queue_release(name: NameArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Release a run or job, in this home even if it was queued in another."""
    _alter(home_at(home), name, as_json, held=False)


@app.command("now", help=gettext("Start a run or job now, alongside what is running."))
def queue_now(name: NameArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Start a run or job now, alongside what is running."""
    _alter(home_at(home), name, as_json, held=False, now=True, after="")


@app.command(help=gettext("Make a run or job wait until another has ended."))
def after(
    name: NameArgument,
    other: Annotated[str, typer.Argument(help=gettext("What to wait for (empty: nothing)."))],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a run or job wait until another has ended."""
    _alter(home_at(home), name, as_json, after=other)


@app.command("cancel", help=gettext("Remove a run or job from the queue."))
def queue_cancel(name: NameArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Remove a run or job from the queue."""
    kind, _, called = name.partition(":")
    if kind == "run":
        ask_to_stop(home_at(home), called)
    else:
        stop_job(home_at(home), called)
    _print_queue(home_at(home), as_json)


def _alter(home: Home, name: str, as_json: bool, **changes: str | bool) -> None:
    change_ticket(home, name, **changes)
    resume_queue(home)
    _print_queue(home, as_json)


def _print_queue(home: Home, as_json: bool) -> None:
    tickets = read_queue(home)
    lines = [f"{position}. {_line(home, ticket)}" for position, ticket in enumerate(tickets, 1)]
    values = {"tickets": [dataclasses.asdict(ticket) for ticket in tickets]}
    answer(values, "\n".join(lines) or gettext("The queue is empty."), as_json)


def _line(home: Home, ticket: Ticket) -> str:
    parts = [f"{ticket.name} ({ticket.resource})"]
    if ticket.held:
        parts.append(gettext("on hold"))
    if ticket.after:
        parts.append(gettext("after {name}", name=ticket.after))
    if ticket.where != this_home(home):
        parts.append(gettext("queued in {place}; release it to run it here", place=ticket.where))
    return ", ".join(parts)
