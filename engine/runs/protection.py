"""The photographs that the image cache must keep: those of pinned splits and live runs."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from engine.catalogue.store import Catalogue
from engine.download.cache import Protect, Protected
from engine.download.pins import pinned_splits
from engine.download.store import DownloadStore, open_download_store
from engine.download.variants import in_size
from engine.errors import StudioError
from engine.files import read_json_lines
from engine.home import Home
from engine.runs.run import list_runs
from engine.settings.download import Variant
from engine.settings.files import load
from engine.settings.run import RunSettings
from engine.split.folder import PARTS


def protection(home: Home, catalogue: Catalogue) -> Protect:
    """Return a function that computes the protected photographs at each call."""

    def protected() -> Protected:
        found: set[str] = set()
        with open_download_store(home) as downloads:
            for file in _part_files(home, downloads):
                found.update(_hashes(file, catalogue, downloads))
        return Protected(found)

    return protected


def _part_files(home: Home, downloads: DownloadStore) -> set[Path]:
    names = set(pinned_splits(downloads))
    files: set[Path] = set()
    for run in list_runs(home):
        if run.is_live:
            with contextlib.suppress(StudioError):
                data = load(RunSettings, run.folder.config).data
                names.update([data.split] if data.split else [])
                files.update(
                    home.root / Path(given).expanduser()
                    for given in (data.train_jsonl, data.val_jsonl)
                    if given
                )
    files.update(home.splits / name / f"{part}.jsonl" for name in names for part in PARTS)
    return {file for file in files if file.is_file()}


def _hashes(file: Path, catalogue: Catalogue, downloads: DownloadStore) -> Iterator[str]:
    for line in read_json_lines(file):
        sha256 = str(line.get("sha256") or "")
        if not sha256:
            # The photograph was remote when the split was made.
            photograph = catalogue.get(str(line.get("image_id", "")))
            if photograph is None:
                # The catalogue is not that of the split; the download store knows the photograph.
                yield from _fetched_from(str(line.get("url") or ""), downloads)
                continue
            sha256 = photograph.sha256
        if sha256:
            yield sha256


def _fetched_from(url: str, downloads: DownloadStore) -> list[str]:
    sizes = sorted({in_size(url, variant) for variant in get_args(Variant)})
    query = "SELECT sha256 FROM fetched WHERE url IN (SELECT value FROM json_each(?))"
    return [str(sha256) for (sha256,) in downloads.rows(query, [json.dumps(sizes)])] if url else []
