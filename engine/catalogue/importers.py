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
from engine.catalogue.readers.coco import CocoReader
from engine.catalogue.readers.darwin_core import DarwinCoreReader
from engine.catalogue.readers.flowers import FlowersReader
from engine.catalogue.readers.image_folder import ImageFolderReader
from engine.catalogue.readers.image_parquet import ImageParquetReader
from engine.catalogue.readers.inaturalist_tables import INaturalistTablesReader
from engine.catalogue.readers.plantnet import PlantNetReader
from engine.catalogue.readers.reader import DatasetReader, taking
from engine.catalogue.readers.web_dataset import WebDatasetReader
from engine.catalogue.store import Catalogue
from engine.catalogue.table_import import import_table
from engine.language.message import deferred
from engine.progress import Report
from engine.registry import Registry


@dataclass(frozen=True)
class Importer:
    """Reads a `file`, a `folder` or either (a `path`), and puts its photographs into the
    catalogue.

    `take(catalogue, path, keep, source, report)` passes its photographs to
    `engine.catalogue.importing.take_in`. `source` is empty if the user gave none. `argument`
    describes the path. The texts are messages, translated where they are shown. `recognises` says
    by a cheap look whether a path has the importer's format; None = it is never proposed.
    """

    title: str
    description: str
    reads: Literal["file", "folder", "path"]
    argument: str
    take: Callable[[Catalogue, Path, Keep, str, Report], ImportReport]
    recognises: Callable[[Path], bool] | None = None


def _reading(reader: DatasetReader, title: str, description: str, argument: str) -> Importer:
    return Importer(title, description, "path", argument, taking(reader), reader.recognises)


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
        "darwin-core": _reading(
            DarwinCoreReader(),
            deferred("Darwin Core, GBIF"),
            deferred("Import addresses of photographs from a Darwin Core archive, such as GBIF's."),
            deferred("A zip file or folder with meta.xml, occurrences and multimedia."),
        ),
        "plantnet": _reading(
            PlantNetReader(),
            "Pl@ntNet-300K",
            deferred("Import Pl@ntNet-300K with organ, author, licence and observation."),
            deferred("The folder with images and both JSON files of Pl@ntNet-300K."),
        ),
        "image-folder": _reading(
            ImageFolderReader(),
            deferred("Hugging Face imagefolder"),
            deferred("Import a folder of photographs with a metadata file of Hugging Face."),
            deferred("A folder with metadata.csv or metadata.jsonl that names the files."),
        ),
        "image-parquet": _reading(
            ImageParquetReader(),
            deferred("Parquet with photographs"),
            deferred("Import Parquet tables that hold the bytes of photographs."),
            deferred("A .parquet file, or a folder of them, as Hugging Face writes them."),
        ),
        "webdataset": _reading(
            WebDatasetReader(),
            "WebDataset",
            deferred("Import the photographs in the shards of a WebDataset."),
            deferred("A .tar file, or a folder of them, with KEY.jpg and KEY.json, .cls or .txt."),
        ),
        "coco": _reading(
            CocoReader(),
            deferred("COCO, iNaturalist 2021"),
            deferred("Import photographs by COCO's JSON, or folders of iNaturalist 2021."),
            deferred("A JSON file with images, annotations and categories, or its folder."),
        ),
        "inaturalist-tables": _reading(
            INaturalistTablesReader(),
            deferred("iNaturalist open data"),
            deferred("Import addresses of photographs from iNaturalist's open-data tables."),
            deferred("The folder with photos.csv, observations.csv and taxa.csv, also as .gz."),
        ),
        "flowers-102": _reading(
            FlowersReader(),
            "Oxford Flowers-102",
            deferred("Import Oxford Flowers-102, whose classes have numbers instead of names."),
            deferred("The folder with imagelabels.mat, setid.mat and jpg."),
        ),
    },
)
