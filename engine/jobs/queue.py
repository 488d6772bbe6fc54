"""The queue of runs and jobs: data/queue/queue.json, in order, changed under a lock."""

import contextlib
import dataclasses
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, StringConstraints

from engine.errors import BadInput, WorkFailed
from engine.files import read_json_or, write_json
from engine.home import Home
from engine.locks import exclusive
from engine.reasons import reason_of
from engine.records import FilePath, Moment, Name, as_record

Resource = Literal["cpu", "gpu", "light"]
# Version 0.1 used the key "lane".
WrittenResource = Annotated[Resource, Field(validation_alias=AliasChoices("resource", "lane"))]


@dataclass(frozen=True)
class Ticket:
    """An entry of the queue.

    `name` is run:ID or job:NAME, `resource` what it uses. `where` is the machine and home that it
    was queued in, so that a copy of the home does not repeat the work. `after` is the name of what
    must end before it starts. `held` waits until released; `now` ignores the limits.
    """

    name: Annotated[Name, StringConstraints(pattern=r"^(run|job):[^/.][^/]*$")]
    resource: WrittenResource
    where: FilePath
    asked: Moment
    held: bool = False
    after: Name = ""
    now: bool = False


def new_ticket(home: Home, name: str, resource: Resource, after: str = "") -> Ticket:
    """Create a ticket for this machine and home."""
    return Ticket(name, resource, this_home(home), time.time(), after=after)


def this_home(home: Home) -> str:
    """Return an id of this machine and home."""
    return f"{platform.node()}:{home.root}"


def read_queue(home: Home) -> tuple[Ticket, ...]:
    """Read the queue in order; empty if the file is missing or damaged."""
    file = _file(home)
    try:
        found = file.stat()
    except OSError:
        return ()
    # A page calls this twice a second for every run and job, so only a changed file is read.
    stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
    known = _READ.get(file)
    if known is None or known[0] != stamp:
        _READ[file] = known = (stamp, _parsed(file))
    return known[1]


@contextlib.contextmanager
def edit_queue(home: Home) -> Iterator[list[Ticket]]:
    """Yield the queue as a list to change, under a lock; it is written on leaving.

    Raises:
        WorkFailed: the home cannot be written to.
    """
    try:
        with exclusive(home.queue / "queue.lock"):
            _put_damaged_aside(_file(home))
            before = read_queue(home)
            tickets = list(before)
            yield tickets
            if tuple(tickets) != before:
                write_json(_file(home), [dataclasses.asdict(ticket) for ticket in tickets])
    except OSError as error:
        raise WorkFailed(
            "The queue in {folder} cannot be changed ({reason}). Make the home writable.",
            folder=home.queue,
            reason=reason_of(error),
        ) from error


def move_ticket(home: Home, name: str, position: int) -> None:
    """Move a ticket to `position`, counted from 0.

    Raises:
        BadInput: it is not in the queue.
    """
    with edit_queue(home) as tickets:
        ticket = tickets.pop(_index(tickets, name))
        tickets.insert(max(0, position), ticket)


def change_ticket(home: Home, name: str, **changes: Any) -> None:
    """Change the fields held, after or now of a ticket.

    Releasing a ticket of another home moves it to this home.

    Raises:
        BadInput: it is not in the queue, or would wait for itself.
    """
    with edit_queue(home) as tickets:
        index = _index(tickets, name)
        changed = dataclasses.replace(tickets[index], **changes)
        if not changed.held:
            changed = dataclasses.replace(changed, where=this_home(home))
        tickets[index] = changed
        _require_no_circle(tickets, changed)


def _require_no_circle(tickets: list[Ticket], first: Ticket) -> None:
    by_name = {ticket.name: ticket for ticket in tickets}
    seen, ticket = {first.name}, first
    while ticket.after in by_name:
        ticket = by_name[ticket.after]
        if ticket.name in seen:
            raise BadInput(
                "{name} would wait for itself. Choose something else to wait for.", name=first.name
            )
        seen.add(ticket.name)


def _index(tickets: list[Ticket], name: str) -> int:
    for index, ticket in enumerate(tickets):
        if ticket.name == name:
            return index
    raise BadInput("{name} is no longer in the queue.", name=name)


def _file(home: Home) -> Path:
    return home.queue / "queue.json"


def _put_damaged_aside(file: Path) -> None:
    if file.exists() and not isinstance(read_json_or(file, None), list):
        file.replace(file.with_suffix(".damaged"))


def _parsed(file: Path) -> tuple[Ticket, ...]:
    values = read_json_or(file, None)
    tickets = []
    for value in values if isinstance(values, list) else []:
        with contextlib.suppress(BadInput):
            tickets.append(as_record(Ticket, value, "A ticket"))
    return tuple(tickets)


_READ: dict[Path, tuple[tuple[int, int, int], tuple[Ticket, ...]]] = {}
