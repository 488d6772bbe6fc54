"""Finding the records of photographs, by SHA-256, in the home's files besides the catalogue."""

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.catalogue.fields import TEXTS
from engine.catalogue.names import genus_of, species_name
from engine.catalogue.record import Photograph, image_id_of
from engine.database import read_unchanged
from engine.files import read_json_lines
from engine.home import Home

_SHA256 = re.compile(r"[0-9a-f]{64}")
# The location of a file may have changed since a table was written.
_LASTING = tuple(name for name in TEXTS if name not in ("path", "state"))
_LONGEST = 10_000


class KnownFile:
    """Records from exports, splits and runs, and addresses from the download store.

    `records` are the photographs of each file; `fetched` is its row in the download store.
    """

    def __init__(self, home: Home) -> None:
        self.records: dict[str, dict[str, Photograph]] = {}
        self.fetched: dict[str, tuple[str, str]] = {}
        self.wanted: dict[str, list[Photograph]] = {}
        for table in _tables(home):
            for line in _lines(table):
                self._learn(line)
        self._read_journal(home)

    def of(self, sha256: str) -> list[Photograph]:
        """The photographs with this file; empty if no species is known."""
        url, license_ = self.fetched.get(sha256, ("", ""))
        found = list(self.records.get(sha256, {}).values())
        if not found and url:
            found = self.wanted.get(url, [])
        return [
            one._replace(url=one.url or url, license=one.license or license_, sha256=sha256)
            for one in found
        ]

    def not_fetched(self) -> Iterator[Photograph]:
        """Photographs that were queued but not downloaded, so only their address is known."""
        done = {url for url, _ in self.fetched.values()}
        for url, photographs in self.wanted.items():
            if url not in done:
                yield from photographs

    def _learn(self, line: dict[str, Any]) -> None:
        photograph = _photograph(line)
        if photograph is None:
            return
        by_id = self.records.setdefault(photograph.sha256, {})
        before = by_id.get(photograph.image_id)
        if before is not None:
            # Tables come newest first; an older one only fills empty fields.
            known = {name: getattr(before, name) for name in _LASTING if getattr(before, name)}
            photograph = photograph._replace(**known)
        by_id[photograph.image_id] = photograph

    def _read_journal(self, home: Home) -> None:
        if not home.download_store.is_file():
            return
        # A damaged database yields the rows that are readable.
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(read_unchanged(home.download_store)) as journal,
        ):
            journal.text_factory = str
            for url, sha256, license_ in journal.execute(
                "SELECT url, sha256, license FROM fetched ORDER BY t"
            ):
                self.fetched[sha256] = (url, license_)
            for url, image_id, species, license_ in journal.execute(
                "SELECT url, image_id, species, license FROM wanted"
            ):
                line = {"url": url, "image_id": image_id, "species": species, "license": license_}
                if (photograph := _photograph(line, with_bytes=False)) is not None:
                    self.wanted.setdefault(url, []).append(photograph)


def _tables(home: Home) -> list[Path]:
    """Tables of photographs, newest first: exports, parts of splits, copies in runs."""
    patterns = (
        (home.exports, "**/*.jsonl"),
        (home.splits, "*/*.jsonl"),
        (home.runs, "*/*.jsonl"),
    )
    found = [file for folder, pattern in patterns for file in folder.glob(pattern)]
    return sorted(found, key=lambda file: (-file.stat().st_mtime, file))


def _lines(table: Path) -> Iterator[dict[str, Any]]:
    with contextlib.suppress(OSError):
        yield from read_json_lines(table)


def _photograph(line: dict[str, Any], with_bytes: bool = True) -> Photograph | None:
    values = {name: line[name] for name in _LASTING if isinstance(line.get(name), str)}
    if any(len(value) > _LONGEST for value in values.values()):
        return None
    try:
        name = species_name(values.get("species", ""))
    except ValueError:
        return None
    sha256 = values.get("sha256", "")
    if with_bytes and not _SHA256.fullmatch(sha256):
        return None
    values["genus"] = values.get("genus") or genus_of(name.species)
    values["species"] = name.species
    if not values.get("image_id"):
        values["image_id"] = image_id_of("", "", name.species.casefold(), "", sha256)
    return Photograph(**values)
