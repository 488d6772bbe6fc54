"""Exporting photographs: their files, unchanged, with all fields, licences and credits."""

import contextlib
import csv
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple

import orjson

from engine.catalogue.conditions import conditions_of, visibility_of
from engine.catalogue.exported_folder import MANIFEST, MISSING, TABLE, Layout
from engine.catalogue.store import EVERYTHING, Catalogue, Filter
from engine.catalogue.writers.credits import CreditsWriter
from engine.catalogue.writers.folder import FolderWriter
from engine.catalogue.writers.image_parquet import ImageParquetWriter
from engine.catalogue.writers.shards import ShardWriter
from engine.catalogue.writers.writer import PartSize, PhotographWriter, Picture, Sizes
from engine.errors import BadInput, WorkFailed
from engine.files import free_disk_bytes, is_regular, open_regular, write_json
from engine.home import Home
from engine.language.message import Message, message, ngettext
from engine.locks import claim, release
from engine.progress import Report, silent
from engine.reasons import reason_of
from engine.spreadsheet import to_cell

Mode = Literal["copy", "link"]
"""How files come into a folder: a copy, or a hard link on the same disk."""

_UNFINISHED = ".unfinished"
_SPARE_BYTES = 500_000_000
# What the tables need for a photograph.
_ROW_BYTES = 3_000
_READ_AT_ONCE = 32
_BYTES_AT_ONCE = 64_000_000
_SAMPLED = 200
_WRITING = message("Writing photographs")
_REMOTE = message("It is not downloaded.")
_GONE = message("Its file is missing.")
_DAMAGED = message("Its file is damaged: the bytes are not those that were stored.")


@dataclass(frozen=True)
class ExportScope:
    """What to export: the photographs that pass the filter and, where `parts` are given by
    image_id, that are in a part of the split `split`. Species with fewer than `min_images`
    passing photographs are left out."""

    chosen: Filter = EVERYTHING
    min_images: int = 1
    split: str = ""
    parts: Mapping[str, str] | None = None


@dataclass(frozen=True)
class PhotographExport:
    """The result: photographs written and missing, species, bytes, and photographs by part and by
    licence. `missing_file` lists those that are missing; empty if none is."""

    layout: Layout
    images: int
    missing: int
    species: int
    bytes: int
    by_part: dict[str, int]
    by_license: dict[str, int]
    folder: str
    missing_file: str


class _Row(NamedTuple):
    """A row of the catalogue, its part of the split, and its file unless it is remote."""

    row: dict[str, Any]
    part: str
    file: Path | None


def export_photographs(
    home: Home,
    catalogue: Catalogue,
    target: Path,
    layout: Layout,
    scope: ExportScope = ExportScope(),
    mode: Mode = "copy",
    report: Report = silent,
    spreadsheet_safe: bool = False,
) -> PhotographExport:
    """Write photographs into an empty or new folder: their bytes as they are stored, the table of
    all fields, licences, credits, and a manifest.

    `mode` applies to the layout "folder". Everything is written into a folder inside, and moved
    to its place when it is complete; what is unfinished is removed.

    Raises:
        BadInput: the target is not empty, or another export writes to it.
        WorkFailed: the disk is too full or refuses the write; a hard link is not possible.
    """
    require_empty(target)
    sizes = _sizes(home, catalogue, scope)
    needed = sum(size.bytes for size in sizes.values())
    rows = sum(size.images for size in sizes.values())
    linked = layout == "folder" and mode == "link"
    _require_room(target, (0 if linked else needed) + rows * _ROW_BYTES)
    with _draft_in(target) as draft:
        writer = _writer(layout, draft, sizes)
        with _Export(draft, writer, not linked, spreadsheet_safe) as export:
            for batch in _batches(home, catalogue, scope):
                export.write(batch)
                report(export.done, rows, _WRITING)
            result = export.end(layout, target)
        manifest = asdict(result) | {
            "photographs": layout,
            "split": scope.split,
            "min_images": scope.min_images,
            "where": conditions_of(scope.chosen),
            "show": visibility_of(scope.chosen),
        }
        del manifest["layout"], manifest["folder"]
        write_json(draft / MANIFEST, manifest)
    return result


def require_empty(target: Path) -> None:
    """Refuse a folder with files.

    Raises:
        BadInput: the folder has files, is no folder, or cannot be read.
    """
    try:
        inside = [path.name for path in target.iterdir()] if target.exists() else []
    except OSError as error:
        raise BadInput(
            "{folder} cannot be read ({reason}). Choose another folder.",
            folder=str(target),
            reason=reason_of(error),
        ) from error
    if set(inside) - {_UNFINISHED}:
        raise BadInput("{folder} is not empty. Choose an empty or new folder.", folder=str(target))


def missing_text(missing: int) -> str:
    """How many photographs have no file in an export, as a sentence."""
    return ngettext(
        "{n} photograph has no file here; only its row was written.",
        "{n} photographs have no file here; only their rows were written.",
        missing,
    )


def estimated_bytes(home: Home, catalogue: Catalogue, chosen: Filter) -> int:
    """About how many bytes the photographs that pass the filter have: from the first of them."""
    if chosen.state == "remote":
        return 0
    cached = replace(chosen, state="cached")
    first = catalogue.page(cached, None, _SAMPLED).photographs
    known = [size for one in first if (size := _size(home, one.path))]
    stored = sum(catalogue.count_by("species", cached).values())
    return stored * sum(known) // len(known) if known else 0


def _sizes(home: Home, catalogue: Catalogue, scope: ExportScope) -> Sizes:
    """Photographs and bytes by part."""
    images: Counter[str] = Counter()
    total: Counter[str] = Counter()
    rare = _rare(catalogue, scope)
    for batch in catalogue.columns(["image_id", "species", "path"], scope.chosen).to_batches():
        for image_id, species, path in zip(*(c.to_pylist() for c in batch.columns), strict=True):
            part = "" if scope.parts is None else scope.parts.get(image_id)
            if part is None or species in rare:
                continue
            images[part] += 1
            total[part] += _size(home, path)
    return {part: PartSize(images[part], total[part]) for part in sorted(images)}


def _file(home: Home, path: str) -> Path | None:
    try:
        return home.resolve(path) if path else None
    except BadInput:
        return None


def _size(home: Home, path: str) -> int:
    file = _file(home, path)
    try:
        return file.stat().st_size if file else 0
    except OSError:
        return 0


def _rare(catalogue: Catalogue, scope: ExportScope) -> set[str]:
    if scope.min_images <= 1:
        return set()
    counted = catalogue.species(scope.chosen)
    return {item.species for item in counted if item.images < scope.min_images}


def _require_room(target: Path, needed: int) -> None:
    try:
        free = free_disk_bytes(target)
    except OSError as error:
        raise WorkFailed(
            "{folder} could not be written ({reason}).",
            folder=str(target),
            reason=reason_of(error),
        ) from error
    if free - needed < _SPARE_BYTES:
        raise WorkFailed(
            "The export needs {needed:size}, and {folder} has {free:size} free. Make room or "
            "choose another disk.",
            needed=needed + _SPARE_BYTES,
            folder=str(target),
            free=free,
        )


@contextlib.contextmanager
def _draft_in(target: Path) -> Iterator[Path]:
    """A folder inside the target; on a clean exit its content moves there, the manifest last.

    Inside, because the target may be the root of a disk.
    """
    draft = target / _UNFINISHED
    is_new = not target.exists()
    lock: int | None = None
    try:
        lock = claim(draft / ".lock")
        if lock is None:
            raise BadInput("Another export is writing to {folder}.", folder=str(target))
        _clear(draft)
        yield draft
        os.sync()
        for path in sorted(draft.iterdir(), key=lambda path: path.name == MANIFEST):
            if path.name != ".lock":
                path.rename(target / path.name)
    except OSError as error:
        raise WorkFailed(
            "{folder} could not be written ({reason}).",
            folder=str(target),
            reason=reason_of(error),
        ) from error
    finally:
        if lock is not None:
            shutil.rmtree(draft, ignore_errors=True)
            release(lock)
            if is_new and target.is_dir() and not any(target.iterdir()):
                target.rmdir()


def _clear(draft: Path) -> None:
    """Remove what a killed export left."""
    for path in draft.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != ".lock":
            path.unlink()


def _writer(layout: Layout, folder: Path, sizes: Sizes) -> PhotographWriter:
    if layout == "folder":
        return FolderWriter(folder)
    return ShardWriter(folder, sizes) if layout == "shards" else ImageParquetWriter(folder)


def _batches(home: Home, catalogue: Catalogue, scope: ExportScope) -> Iterator[list[_Row]]:
    """Rows with their part and file, few enough for their bytes to be in memory."""
    batch: list[_Row] = []
    size = 0
    for lines in catalogue.lines(scope.chosen, _rare(catalogue, scope)):
        for row in map(orjson.loads, lines.text.splitlines()):
            part = "" if scope.parts is None else scope.parts.get(row["image_id"])
            if part is None:
                continue
            batch.append(_Row(row, part, _file(home, row["path"])))
            size += _size(home, row["path"])
            if len(batch) == _READ_AT_ONCE or size >= _BYTES_AT_ONCE:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


class _Export:
    """Writes rows and photographs, and counts them."""

    def __init__(
        self, folder: Path, writer: PhotographWriter, with_bytes: bool, spreadsheet_safe: bool
    ) -> None:
        self._folder, self._writer = folder, writer
        self._with_bytes, self._safe = with_bytes, spreadsheet_safe
        self._missing: list[tuple[str, str, Message, str]] = []
        self._species: set[str] = set()
        self._by_part: Counter[str] = Counter()
        self._bytes = self.done = 0

    def __enter__(self) -> "_Export":
        with contextlib.ExitStack() as stack:
            self._pool = stack.enter_context(ThreadPoolExecutor())
            self._table = stack.enter_context((self._folder / TABLE).open("wb"))
            self._credits = stack.enter_context(CreditsWriter(self._folder, self._safe))
            self._opened = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._opened.close()

    def write(self, batch: Sequence[_Row]) -> None:
        """Write some rows, and the files of those that have one."""
        contents = self._pool.map(self._read, batch)
        for (row, part, file), content in zip(batch, contents, strict=True):
            if isinstance(content, Message) or file is None:
                problem = content if isinstance(content, Message) else _REMOTE
                self._missing.append((row["image_id"], row["species"], problem, row["url"]))
                row |= {"path": "", "state": "remote"}
            else:
                self._writer.add(Picture(row, part, file, content))
                self._credits.add(row)
                self._species.add(row["species"])
                self._by_part[part] += 1
                self._bytes += file.stat().st_size if content is None else len(content)
            self._table.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        self.done += len(batch)

    def end(self, layout: Layout, target: Path) -> PhotographExport:
        """Complete the files; returns what is in them."""
        self._writer.close()
        self._credits.close()
        if self._missing:
            self._list_missing()
        return PhotographExport(
            layout,
            self._by_part.total(),
            len(self._missing),
            len(self._species),
            self._bytes,
            {part: images for part, images in self._by_part.items() if part},
            dict(self._credits.by_license.most_common()),
            str(target),
            str(target / MISSING) if self._missing else "",
        )

    def _read(self, wanted: _Row) -> bytes | Message | None:
        """The bytes of a file, None if it is linked; or why there is none."""
        row, _, file = wanted
        if file is None:
            return _REMOTE
        if not self._with_bytes:
            return None if is_regular(file) else _GONE
        try:
            with open_regular(file) as stream:
                content = stream.read()
        except FileNotFoundError:
            return _GONE
        except OSError as error:
            return message("It cannot be read ({reason}).", reason=reason_of(error))
        return content if hashlib.sha256(content).hexdigest() == row["sha256"] else _DAMAGED

    def _list_missing(self) -> None:
        with (self._folder / MISSING).open("w", encoding="utf-8", newline="") as stream:
            sheet = csv.writer(stream)
            sheet.writerow(["image_id", "species", "reason", "url"])
            for image_id, species, problem, url in self._missing:
                cells = (image_id, species, str(problem), url)
                sheet.writerow([to_cell(cell, self._safe) for cell in cells])
