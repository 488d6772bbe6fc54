"""Writes the parts of another project as a split of the studio."""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from engine.errors import WorkFailed
from engine.files import read_json, sha256_of, write_json
from engine.home import Home
from engine.split.folder import PARTS, SplitFolder, SplitLine, draft_of, write_part
from engine.split.outside import Outside, content_digest, photograph_file
from engine.workers import cores

# A link to a folder nearer to the root would cover most of the disk.
_FEWEST_FOLDERS = 3


def adopt(home: Home, outside: Outside) -> SplitFolder:
    """Write the lines to data/splits/NAME-DIGEST/, unless it exists. Returns the split.

    Photographs are not copied. A folder outside the home gets a link in data/linked.

    Raises:
        WorkFailed: the home cannot be written to.
    """
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", outside.files["train"].stem).strip("-_")[:50]
    target = home.splits / f"{stem or 'files'}-{content_digest(outside)}"
    if (target / "manifest.json").is_file():
        return SplitFolder(target)
    draft = draft_of(target)
    try:
        _write(SplitFolder(draft), target.name, outside, _inside(home, _hashed(home, outside)))
        draft.rename(target)
    except OSError as error:
        if not (target / "manifest.json").is_file():
            raise WorkFailed(
                "The split could not be written ({reason}).", reason=error.strerror
            ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return SplitFolder(target)


def region_of(folder: SplitFolder) -> str | None:
    """The region of an adopted split's rows; None if all rows were read.

    Raises:
        BadInput: the manifest is missing or damaged.
    """
    manifest = read_json(folder.manifest)
    found = manifest.get("region") if isinstance(manifest, dict) else None
    return found if isinstance(found, str) else None


def _hashed(home: Home, outside: Outside) -> dict[str, list[SplitLine]]:
    """The lines with the SHA-256 of their files, which crops are stored by."""

    def with_hash(line: SplitLine) -> SplitLine:
        if line.sha256 or not line.path:
            return line
        return replace(line, sha256=sha256_of(photograph_file(home, line.path)))

    with ThreadPoolExecutor(cores()) as threads:
        return {part: list(threads.map(with_hash, own)) for part, own in outside.lines.items()}


def _inside(home: Home, lines: Mapping[str, list[SplitLine]]) -> dict[str, list[SplitLine]]:
    """The lines with paths inside the home, through links if needed."""
    outer = [line.path for own in lines.values() for line in own if _is_absolute(line)]
    links = {folder: _link(home, folder) for folder in _folders(outer)}

    def moved(line: SplitLine) -> SplitLine:
        if not _is_absolute(line):
            return line
        path = Path(line.path)
        folder = next(folder for folder in links if path.is_relative_to(folder))
        return replace(line, path=f"{links[folder]}/{path.relative_to(folder).as_posix()}")

    return {part: [moved(line) for line in own] for part, own in lines.items()}


def _folders(paths: Sequence[str]) -> list[Path]:
    """The folders that contain these files: a common one if it is deep enough."""
    parents = sorted({Path(path).parent for path in paths})
    if not parents:
        return []
    common = Path(os.path.commonpath(parents))
    return [common] if len(common.parts) >= _FEWEST_FOLDERS else parents


def _is_absolute(line: SplitLine) -> bool:
    return Path(line.path).is_absolute()


def _link(home: Home, folder: Path) -> str:
    name = hashlib.blake2b(os.fsencode(folder), digest_size=6).hexdigest()
    link = home.linked / name
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(folder, target_is_directory=True)
    return home.relative(link)


def _write(
    folder: SplitFolder, name: str, outside: Outside, lines: Mapping[str, list[SplitLine]]
) -> None:
    every = {part: lines.get(part, []) for part in PARTS}
    for part, own in every.items():
        write_part(folder.part(part), own)
    outside.classes.write(folder.classes)
    write_json(folder.notes, {"without": {}, "left_out": {}})
    files = [*(folder.part(part) for part in PARTS), folder.classes, folder.notes]
    manifest = {
        "name": name,
        "given": {part: str(path) for part, path in outside.files.items()},
        "region": outside.region,
        "seed": 0,
        "min_images": 1,
        "made": time.time(),
        "group": ["bytes", "url"],
        "parts": {
            part: {"images": len(own), "species": len({line.species for line in own})}
            for part, own in every.items()
        },
        "repeated": outside.repeated,
        "straddling_groups": 0,
        "class_map": outside.classes.fingerprint,
        "files": {file.name: sha256_of(file) for file in files},
    }
    write_json(folder.manifest, manifest)
