"""Making the reduced copies of many photographs in several processes.

Each copy is written completely, then renamed, then added to the index. An interruption loses at
most the last second's work; the next start resumes with the missing copies.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.images.shrunk import Original, ShrunkStore
from engine.language.message import Message, message
from engine.locks import claim, release
from engine.progress import Report, silent
from engine.reasons import reason_of
from engine.workers import in_processes

_Answers = dict[str, Original | Message]
_NOTE = message("Making small copies of photographs")


@dataclass
class Shrunk:
    """The result of shrinking.

    Copies `made`, photographs that are already `small`, and photographs `known` from before.
    `unreadable` holds the reason by hash; the next start tries those again.
    """

    made: int = 0
    small: int = 0
    known: int = 0
    unreadable: dict[str, Message] = field(default_factory=dict)


def shrink(
    home: Home,
    paths: Mapping[str, str],
    side: int,
    processes: int,
    report: Report = silent,
) -> Shrunk:
    """Make the missing copies; waits if another process is making them.

    Args:
        paths: the photographs' paths in the home by SHA-256; an empty hash is skipped.
        side: the copies' short side, in pixels.
        report: may raise to cancel.

    Raises:
        WorkFailed: the disk is full or read-only, or a process was killed.
    """
    store = ShrunkStore(home, side)
    wanted = [key for key in paths if key]
    with _turn(home.shrunk / str(side), len(wanted), report):
        known = store.find(wanted)
        missing = [key for key in wanted if key not in known]
        shrunk = Shrunk(known=len(known))
        report(0, len(missing), _NOTE)
        files = [(key, paths[key]) for key in missing]
        for answers in in_processes(partial(_make, home, store), files, processes):
            originals = {k: found for k, found in answers.items() if isinstance(found, Original)}
            store.keep(originals)
            small = sum(original.is_small for original in originals.values())
            shrunk.small += small
            shrunk.made += len(originals) - small
            shrunk.unreadable |= {k: why for k, why in answers.items() if isinstance(why, Message)}
            done = shrunk.made + shrunk.small + len(shrunk.unreadable)
            report(done, len(missing), _NOTE)
    return shrunk


def _make(home: Home, store: ShrunkStore, batch: Sequence[tuple[str, str]]) -> _Answers:
    """The original of each copy made, or why it could not be made."""
    answers: _Answers = {}
    for sha256, path in batch:
        try:
            answers[sha256] = store.make(home.resolve(path), sha256)
        except BadInput as error:
            answers[sha256] = error.message
    return answers


@contextlib.contextmanager
def _turn(folder: Path, total: int, report: Report) -> Iterator[None]:
    """Hold the exclusive lock for shrinking in a `with` block."""
    try:
        while (lock := claim(folder / "lock")) is None:
            report(0, total, message("Waiting: another process is making small copies"))
    except OSError as error:
        raise WorkFailed(
            "Could not write small copies in {folder} ({reason}). Make room or make it writable.",
            folder=str(folder),
            reason=reason_of(error),
        ) from error
    try:
        yield
    finally:
        release(lock)
