"""The registry of importers that read a file or folder on this machine.

A new importer is an entry of `IMPORTERS`. It then becomes a command (`import NAME PATH`) and a
section of the Import page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.catalogue.folder_import import import_folder
from engine.catalogue.importing import ImportReport, Keep
from engine.catalogue.store import Catalogue
from engine.catalogue.table_import import import_table
from engine.language.message import deferred
from engine.progress import Report
from engine.registry import Registry


@dataclass(frozen=True)
class Importer:
    """Reads a `file` or a `folder` and puts its photographs into the catalogue.

    `take(catalogue, path, keep, source, report)` passes its photographs to
    `engine.catalogue.importing.take_in`. `source` is empty if the user gave none. `argument`
    describes the path. The texts are messages, translated where they are shown.
    """

    title: str
    description: str
    reads: Literal["file", "folder"]
    argument: str
    take: Callable[[Catalogue, Path, Keep, str, Report], ImportReport]


IMPORTERS: Registry[Importer] = Registry(
    "importer",
    {
        "folder": Importer(
            deferred("Folder"),
            deferred("Import photographs from a folder whose subfolders name the species."),
            "folder",
            deferred("A folder whose subfolders name the species."),
            import_folder,
        ),
        "table": Importer(
            deferred("Table"),
            deferred("Import photographs from a table. Each row has a species and a path or url."),
            "file",
            deferred("A .jsonl, .json, .csv, .tsv or .parquet file, also as .gz."),
            import_table,
        ),
    },
)
