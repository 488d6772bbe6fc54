"""The command line; every action of the pages is available as a command."""

import contextlib
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import BadInput, StudioError, WorkFailed
from engine.files import printable
from engine.home import keep_private
from engine.jobs.job import report_begin, report_end
from engine.language.current import (
    ENGLISH,
    ask_for_language,
    best_language,
    language_of_environment,
)
from engine.language.message import Message, deferred, gettext, message
from engine.locks import inherited
from engine.openmp import wait_passively
from engine.progress import JOB_VARIABLE
from engine.reasons import reason_of

INTERRUPTED = 130

# The error numbers of a disk that refuses a read or a write.
_REFUSED = {
    errno.ENOSPC: deferred(
        "Could not use {file} ({reason}). Make room on the disk and start again."
    ),
    errno.EDQUOT: deferred(
        "Could not use {file} ({reason}). Make room within your quota and start again."
    ),
    errno.EROFS: deferred(
        "Could not use {file} ({reason}). Make the disk writable or choose another home."
    ),
    errno.EACCES: deferred(
        "Could not use {file} ({reason}). Change its permissions or choose another home."
    ),
    errno.EIO: deferred("Could not use {file} ({reason}). Check the disk for errors."),
}

# The commands of each module of engine.commands. A module is imported only when one of its commands
# is called, because importing all takes 10 to 40 % longer.
_COMMANDS = {
    "catalogue": ("demo", "import", "counts", "export"),
    "curate": ("curate",),
    "fields": ("fields",),
    "taxonomy": ("taxonomy",),
    "download": ("download",),
    "home": ("home",),
    "store": ("catalogue",),
    "images": ("shrink",),
    "crop": ("crop",),
    "quality": ("quality",),
    "split": ("split",),
    "training": ("train", "estimate", "evaluate", "predict"),
    "runs": ("runs",),
    "queue": ("queue",),
    "doctor": ("doctor",),
}


def command_line(words: Sequence[str]) -> typer.Typer:
    """Return an app with the command that these words call, or with all if there is none."""
    app = typer.Typer(
        name="engine", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )

    def engine(
        lang: Annotated[
            str, typer.Option(help=gettext("The language of what is printed, such as es."))
        ] = "",
    ) -> None:
        """Make typer keep the name of the command even if there is only one."""

    app.callback(help=gettext("Plant Studio: from photographs of plants to a classifier."))(engine)
    called = words[0] if words else ""
    rooms = [room for room, commands in _COMMANDS.items() if called in commands]
    for room in rooms or _COMMANDS:
        importlib.import_module(f"engine.commands.{room}").add_to(app)
    return app


def main() -> None:
    """Run one command and exit: 0 done, 1 failed, 2 wrong usage or bad input, 130 interrupted."""
    keep_private()
    # Before any command imports torch.
    wait_passively()
    job = os.environ.get(JOB_VARIABLE)
    words, language = language_of(sys.argv[1:])
    # The log of a job is in English. Its outcome is stored as messages and translated when read.
    ask_for_language(lambda: ENGLISH if job else language)
    # The open descriptor holds the lock for the lifetime of this process.
    _lock = inherited(Path(job) / "lock") if job else None
    with contextlib.suppress(StudioError):
        report_begin()
    status, reason = _run(words)
    report_end(status, reason)
    sys.exit(status)


def language_of(words: Sequence[str]) -> tuple[list[str], str]:
    """Return the words of a command line without a leading --lang, and the language.

    Without --lang, the language is that of the environment. It must be known before the commands
    are imported, because their help texts are translated on import.
    """
    rest = list(words)
    if rest and rest[0].startswith("--lang="):
        return rest[1:], best_language([rest[0].partition("=")[2]])
    if len(rest) > 1 and rest[0] == "--lang":
        return rest[2:], best_language([rest[1]])
    return rest, language_of_environment()


def _run(words: Sequence[str]) -> tuple[int, Message]:
    try:
        command_line(words)(words)
    except SystemExit as leaving:
        return (leaving.code if isinstance(leaving.code, int) else 1), Message("")
    except KeyboardInterrupt:
        return INTERRUPTED, message("Interrupted.")
    except Exception as error:
        refused = error if isinstance(error, StudioError) else _disk_refusal(error)
        if refused is None:
            traceback.print_exc()
            name = type(error).__name__
            return 1, message("Unexpected error: {name}: {error}", name=name, error=str(error))
        print(refused, file=sys.stderr)
        return refused.exit_status, refused.message
    return 0, Message("")


def _disk_refusal(error: Exception) -> StudioError | None:
    """Return the error to show for a refusal by the disk; None for any other error."""
    if not isinstance(error, OSError):
        return None
    # The error of a write to an open file has no file name.
    file = printable(error.filename or "")
    if error.errno == errno.ENAMETOOLONG:
        return BadInput("The path {path}… is too long. Give a shorter one.", path=file[:60])
    if error.errno not in _REFUSED:
        return None
    what = _REFUSED[error.errno]
    return WorkFailed(what, file=file or message("a file"), reason=reason_of(error))
