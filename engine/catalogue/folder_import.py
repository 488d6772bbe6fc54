"""Importing a folder whose folders name the species."""

from collections.abc import Iterator
from pathlib import Path

from engine.catalogue.checking import source_of
from engine.catalogue.folder_layout import FolderContents, understand_folder
from engine.catalogue.importing import Candidate, ImportReport, Keep, Offer, refused, take_in
from engine.catalogue.other_fields import common_json
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.language.message import message
from engine.progress import Report, silent

OUTSIDE = message("It is in no folder of a species.")


def import_folder(
    catalogue: Catalogue,
    folder: Path,
    keep: Keep,
    source: str = "",
    report: Report = silent,
    layout: str = "",
) -> ImportReport:
    """Take in every photograph below `folder`, whose folders name the species.

    `source` is the folder's name where it is not given, `layout` one of
    `engine.catalogue.folder_layout.LAYOUTS`, recognised where it is not given. The same folder
    twice changes nothing.

    Raises:
        BadInput: as `understand_folder`.
    """
    # Before the folder is read.
    source = source_of(source, folder.resolve().name)
    return import_contents(catalogue, understand_folder(folder, layout), keep, source, report)


def import_contents(
    catalogue: Catalogue,
    contents: FolderContents,
    keep: Keep,
    source: str = "",
    report: Report = silent,
) -> ImportReport:
    """Take in a folder as it was understood; `source` is the folder's name where it is not given.

    Raises:
        BadInput: the source's name is no plain text.
    """
    source = source_of(source, contents.folder.resolve().name)
    total = len(contents.photographs) + len(contents.outside)
    return take_in(catalogue, _offers(contents, source), keep, total, report)


def _offers(contents: FolderContents, source: str) -> Iterator[Offer]:
    for file, name, part in contents.photographs:
        extra = common_json({"part": part})
        photograph = Photograph("", name.species, name.genus, name.family, source, extra=extra)
        yield Candidate(photograph, _origin(file, contents), file)
    for file in contents.outside:
        yield refused(_origin(file, contents), OUTSIDE)


def _origin(file: Path, contents: FolderContents) -> str:
    return file.relative_to(contents.folder).as_posix()
