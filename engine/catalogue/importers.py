"""What takes photographs from a file or folder of this machine, each importer under its name.

A new one is an entry of `IMPORTERS`: it is then a command (`import NAME PATH`) and a section of
the Import page.
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

    `take(catalogue, path, keep, source, report)` gives what it offers to
    `engine.catalogue.importing.take_in`. `source` is empty where the user gave none, and `argument`
    says what the path must lead to. The texts are messages that whoever shows them translates.
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
            deferred("Import photographs from a folder with one subfolder per species."),
            "folder",
            deferred("A folder with one subfolder per species."),
            import_folder,
        ),
        "table": Importer(
            deferred("Table"),
            deferred("Import photographs from a table. Each row has a species and a path or url."),
            "file",
            deferred("A .jsonl, .csv or .parquet file."),
            import_table,
        ),
    },
)
