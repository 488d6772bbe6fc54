"""Rebuilding the catalogue from the photographs on disk and the home's other files."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from engine.backups.aside import set_database_aside
from engine.backups.restoring import require_quiet
from engine.catalogue.presence import left_behind
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue
from engine.doctor import files
from engine.doctor.known import KnownFile
from engine.doctor.ledger import ExaminationLedger, forget_records, open_ledger
from engine.errors import BadInput, UnreadableImage
from engine.files import atomic_writer
from engine.home import Home
from engine.images.decode import read_header
from engine.language.message import message
from engine.progress import Report, silent

_BATCH = 5_000


@dataclass(frozen=True)
class Rebuilt:
    """The result of a rebuild.

    Records with a file, records with an address only, and files that are damaged or have no
    known species. `list_file` (relative to the home) lists the latter.
    """

    photographs: int
    by_address: int
    unknown: int
    damaged: int
    list_file: str
    set_aside: str


def rebuild_catalogue(home: Home, rate: float, report: Report = silent) -> Rebuilt:
    """Rebuild the catalogue to replace a missing or damaged one.

    Hashes every file at `rate` MB/s; a resumed rebuild hashes no file again. Curation is lost,
    because the files do not hold it. An existing catalogue is set aside.

    Raises:
        BadInput: a job or download is running.
        WorkFailed: writing fails; nothing was changed.
    """
    require_quiet(home)
    draft = home.data / ".catalogue.rebuilt.sqlite"
    _remove(draft)
    known = KnownFile(home)
    try:
        with open_ledger(home) as ledger, closing(SqliteCatalogue(draft)) as catalogue:
            files.list_files(home, ledger)
            files.read_new(home, ledger, rate * 1e6, report)
            lost = _Lost(home)
            photographs = _add(catalogue, _photographs_on_disk(home, ledger, known, lost), report)
            by_address = _add(catalogue, known.not_fetched(), report)
        list_file = lost.write()
        aside = set_database_aside(home, home.catalogue)
        draft.replace(home.catalogue)
    finally:
        _remove(draft)
    forget_records(home)
    moved = home.relative(aside) if aside else ""
    return Rebuilt(photographs, by_address, lost.unknown, lost.damaged, list_file, moved)


def begin_new(home: Home) -> str:
    """Start an empty catalogue deliberately; sets an existing file aside.

    Returns its new path relative to the home; empty if there was none.

    Raises:
        BadInput: the catalogue holds photographs, or a job or download is running.
    """
    require_quiet(home)
    if left_behind(home) is None and home.catalogue.exists():
        with closing(SqliteCatalogue(home.catalogue)) as catalogue:
            if catalogue.counts().images or catalogue.counts().excluded:
                raise BadInput(
                    "The catalogue {file} holds photographs. Move it away first.",
                    file=home.catalogue,
                )
            return ""
    aside = set_database_aside(home, home.catalogue)
    with closing(SqliteCatalogue(home.catalogue)):
        pass
    forget_records(home)
    return home.relative(aside) if aside else ""


def adopt_files(home: Home, catalogue: Catalogue, paths: list[str]) -> int:
    """Add a record for each file without one whose species is known."""
    known, lost = KnownFile(home), _Lost(home)
    with open_ledger(home) as ledger:
        files.list_files(home, ledger)
        chosen = set(paths)
        found = (
            one for one in _photographs_on_disk(home, ledger, known, lost) if one.path in chosen
        )
        return _add(catalogue, found, silent)


def _photographs_on_disk(
    home: Home, ledger: ExaminationLedger, known: KnownFile, lost: "_Lost"
) -> Iterator[Photograph]:
    rows = ledger.rows(
        "SELECT path, sha256 FROM present LEFT JOIN hashed USING (path) ORDER BY path"
    )
    for path, found in rows:
        sha256 = found.hex() if found else ""
        if not sha256 or Path(path).stem != sha256:
            lost.add(path, "damaged")
            continue
        photographs = known.of(sha256)
        if not photographs:
            lost.add(path, "unknown", known.fetched.get(sha256, ("", ""))[0])
            continue
        try:
            header = read_header(home.resolve(path))
        except UnreadableImage:
            lost.add(path, "damaged")
            continue
        for photograph in photographs:
            yield photograph._replace(
                path=path, width=header.width, height=header.height, state="cached"
            )


def _add(catalogue: Catalogue, photographs: Iterator[Photograph], report: Report) -> int:
    added, batch = 0, []
    for photograph in photographs:
        batch.append(photograph)
        if len(batch) == _BATCH:
            added += catalogue.add(batch).added
            batch = []
            report(added, 0, message("Writing records"))
    return added + catalogue.add(batch).added


class _Lost:
    """Files without a record; data/rebuilt-DATE.jsonl lists each with its known details."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lines: list[dict[str, str]] = []
        self.unknown = self.damaged = 0

    def add(self, path: str, reason: str, url: str = "") -> None:
        self.unknown += reason == "unknown"
        self.damaged += reason == "damaged"
        self._lines.append({"path": path, "reason": reason, "url": url})

    def write(self) -> str:
        if not self._lines:
            return ""
        file = self._home.data / f"rebuilt-{time.strftime('%Y-%m-%d-%H%M%S')}.jsonl"
        with atomic_writer(file) as stream:
            stream.writelines(
                (json.dumps(line, ensure_ascii=False) + "\n").encode() for line in self._lines
            )
        return self._home.relative(file)


def _remove(draft: Path) -> None:
    """Remove the draft of a killed rebuild; a new rebuild makes all of it again."""
    for suffix in ("", "-wal", "-shm"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)
