"""Parquet tables with the bytes of photographs, as Hugging Face's datasets reads them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from engine.catalogue.fields import FACETS
from engine.catalogue.table_export import table_schema
from engine.catalogue.writers.writer import Picture

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetWriter

_FOLDER = "data"
_BYTES = 500_000_000
_ROWS_AT_ONCE = 100
_BYTES_AT_ONCE = 32_000_000
_CARD = """---
configs:
- config_name: default
  data_files:
{parts}
---

The photographs of this data set are from several authors: see `licences.csv` and `CREDITS.txt`.
"""


class ImageParquetWriter:
    """data/PART-00000.parquet and so on, with the columns of the table and `image`, {bytes, path}.

    Without a split, the part is train, as datasets calls what has no part. README.md names the
    parts for datasets.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: dict[str, _Part] = {}
        (folder / _FOLDER).mkdir()

    def add(self, picture: Picture) -> str:
        name = picture.part or "train"
        if name not in self._parts:
            self._parts[name] = _Part(self._folder / _FOLDER, name)
        return self._parts[name].add(picture)

    def close(self) -> None:
        for part in self._parts.values():
            part.close()
        lines = (f"  - split: {name}\n    path: {_FOLDER}/{name}-*" for name in self._parts)
        card = _CARD.format(parts="\n".join(lines))
        (self._folder / "README.md").write_text(card, encoding="utf-8")


class _Part:
    """The tables of a part; each is begun when the one before is large enough."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._schema = _schema()
        self._writer: ParquetWriter | None = None
        self._number = 0
        self._rows: list[dict[str, Any]] = []
        self._waiting = self._written = 0

    def add(self, picture: Picture) -> str:
        row, content = picture.row, picture.content or b""
        row["path"] = f"{_FOLDER}/{self._file(self._number).name}/{picture.file.name}"
        self._rows.append(
            row
            | {
                "flags": " ".join(row["flags"]),
                "listings": orjson.dumps(row["listings"]).decode() if row["listings"] else "",
                "image": {"bytes": content, "path": picture.file.name},
            }
        )
        self._waiting += len(content)
        if len(self._rows) == _ROWS_AT_ONCE or self._waiting >= _BYTES_AT_ONCE:
            self._write()
        return str(row["path"])

    def close(self) -> None:
        self._write()
        self._end()

    def _write(self) -> None:
        import pyarrow
        from pyarrow.parquet import ParquetWriter

        if not self._rows:
            return
        if self._writer is None:
            plain = [name for name in self._schema.names if name != "image"]
            self._writer = ParquetWriter(
                self._file(self._number),
                self._schema,
                # The bytes of photographs are all different.
                use_dictionary=[name for name in FACETS if name != "excluded"],
                write_statistics=plain,
            )
        self._writer.write_table(pyarrow.Table.from_pylist(self._rows, self._schema))
        self._written += self._waiting
        self._rows, self._waiting = [], 0
        if self._written >= _BYTES:
            self._end()

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer, self._written = None, 0
            self._number += 1

    def _file(self, number: int) -> Path:
        return self._folder / f"{self._name}-{number:05d}.parquet"


def _schema() -> Any:
    import pyarrow

    table = table_schema()
    image = pyarrow.struct({"bytes": pyarrow.binary(), "path": pyarrow.string()})
    features: dict[str, dict[str, str]] = {"image": {"_type": "Image"}}
    features |= {field.name: {"_type": "Value", "dtype": str(field.type)} for field in table}
    about = {"info": {"features": features}}
    whole = pyarrow.schema([pyarrow.field("image", image), *table])
    return whole.with_metadata({"huggingface": json.dumps(about)})
