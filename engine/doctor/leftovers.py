"""Finding temporary files and drafts of splits that killed processes left behind."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

from engine.doctor.condition import SHOWN_ITEMS, Check
from engine.doctor.ledger import ExaminationLedger
from engine.home import Home
from engine.language.message import message, plural_message

_OLD_SECONDS = 3_600.0
# The names that `engine.files.atomic_writer` (.NAME.xxxxxxxx), checkpoints and drafts of splits
# (.NAME.PID) give to theirs.
_TEMPORARY = re.compile(r"\..+\.([a-z0-9_]{8}|\d+|restored|rebuilt\.sqlite(-wal|-shm)?)")


def leftovers_check(home: Home, ledger: ExaminationLedger) -> Check:
    """List the leftovers; skips those younger than an hour, which may be in use."""
    newest = time.time() - _OLD_SECONDS
    found, size = [], 0
    for file in _candidates(home):
        try:
            about = file.lstat()
        except OSError:
            continue
        if about.st_mtime < newest and _TEMPORARY.fullmatch(file.name):
            found.append(home.relative(file))
            size += _bytes_of(file) if file.is_dir() else about.st_size
    ledger.keep_problems("temporary", found)
    title = message("Temporary files")
    if not found:
        return Check("temporary", title, "sound", (message("None."),))
    text = plural_message(
        "{n} file left by interrupted work ({total:size}).",
        "{n} files left by interrupted work ({total:size}).",
        len(found),
        total=size,
    )
    shown, repair = tuple(found[:SHOWN_ITEMS]), message("Move them aside.")
    return Check("temporary", title, "doubtful", (text,), len(found), shown, repair)


def _bytes_of(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*"))


def _candidates(home: Home) -> Iterator[Path]:
    folders = (home.images, home.thumbnails, home.shrunk)
    yield from home.data.glob(".*")
    yield from home.backups.glob(".*")
    for folder in folders:
        yield from folder.glob(".*")
        yield from folder.glob("[!.]*/.*")
        yield from folder.glob("[!.]*/[!.]*/.*")
    yield from home.splits.glob(".*")
    yield from home.runs.glob("[!.]*/.*")
    yield from home.runs.glob("[!.]*/*/.*")
