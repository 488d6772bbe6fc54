"""Importing a folder with one sub-folder per species."""

import os
from collections.abc import Iterator
from pathlib import Path

from engine.catalogue.checking import source_of
from engine.catalogue.importing import Candidate, ImportReport, Keep, take_in
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.errors import BadInput
from engine.progress import Report, silent
from engine.reasons import reason_of

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".avif"}
)


def import_folder(
    catalogue: Catalogue,
    folder: Path,
    keep: Keep,
    source: str = "",
    report: Report = silent,
) -> ImportReport:
    """Import every photograph below `folder`, whose sub-folders are named after species.

    `source` defaults to the folder's name. Importing the same folder twice changes nothing.

    Raises:
        BadInput: the folder does not exist, cannot be read, or holds no sub-folders with
            photographs.
    """
    source = source_of(source, folder.resolve().name)
    files = list(_photographs(folder))
    candidates = (
        Candidate(
            Photograph(image_id="", species=file.relative_to(folder).parts[0], source=source),
            origin=file.relative_to(folder).as_posix(),
            file=file,
        )
        for file in files
    )
    return take_in(catalogue, candidates, keep, len(files), report)


def _photographs(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise BadInput("The folder {folder} does not exist. Check its path.", folder=str(folder))
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise BadInput(
            "Could not read {file} ({reason}). Check its permissions.",
            file=str(folder),
            reason=reason_of(error),
        ) from error
    species = [path for path in inside if path.is_dir() and _visible(path)]
    files = [file for path in species for file in _files_below(path)]
    if files:
        yield from files
    elif any(path.suffix.lower() in IMAGE_SUFFIXES for path in inside):
        raise BadInput(
            "{folder} has photographs but no subfolders. Put the photographs of each species into "
            "a folder with its name.",
            folder=str(folder),
        )
    else:
        raise BadInput(
            "{folder} has no photographs. It needs one subfolder per species.", folder=str(folder)
        )


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(parent, name)
            if file.suffix.lower() in IMAGE_SUFFIXES and _visible(file):
                yield file


def _visible(path: Path) -> bool:
    return not path.name.startswith(".")
