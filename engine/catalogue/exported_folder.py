"""A folder of exported photographs: the names of its files, and how the readers know it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from engine.catalogue.importing import Offer, refused
from engine.catalogue.table_rows import rows_of
from engine.catalogue.whole_record import whole_record
from engine.files import is_regular, read_json_or
from engine.language.message import Message, message

Layout = Literal["folder", "shards", "parquet"]
"""A folder per species; tar files of WebDataset; Parquet tables of Hugging Face."""
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

TABLE = "catalogue.jsonl"
LICENCES = "licences.csv"
CREDITS = "CREDITS.txt"
MISSING = "missing.csv"
MANIFEST = "manifest.json"


def layout_of(folder: Path) -> Layout | None:
    """The layout of a folder of exported photographs; None if it is none."""
    manifest = read_json_or(folder / MANIFEST, None) if is_regular(folder / MANIFEST) else None
    layout = manifest.get("photographs") if isinstance(manifest, dict) else None
    return layout if layout in LAYOUTS and is_regular(folder / TABLE) else None


def table_offers(folder: Path, with_files: bool) -> Iterator[Offer]:
    """The photographs in the table of an exported folder: all with their files, or those alone
    that have none."""
    for number, row in rows_of(folder / TABLE, frozenset):
        if isinstance(row, Message):
            yield refused(f"{TABLE} #{number}", row)
            continue
        path = row.get("path")
        if path and not with_files:
            continue
        file = folder / str(path) if path else None
        if file is not None and not file.resolve().is_relative_to(folder.resolve()):
            yield refused(str(path), message("{file} is outside of the folder.", file=str(path)))
            continue
        if file is not None and not is_regular(file):
            if not row.get("url"):
                yield refused(str(path), message("{file} does not exist.", file=str(path)))
                continue
            # The photograph can still be downloaded.
            file = None
        yield whole_record(row, str(path or f"{TABLE} #{number}"), file)
