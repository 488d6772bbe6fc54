"""WebDataset: tar files with KEY.jpg, KEY.json and KEY.cls of each photograph.

https://github.com/webdataset/webdataset
"""

import io
import tarfile
from pathlib import Path
from typing import IO

import orjson

from engine.catalogue.record import image_id_of
from engine.catalogue.writers.writer import Picture, Sizes

CLASSES = "classes.txt"
_BYTES = 1_000_000_000
# All of them are open at once.
_MOST = 128


class ShardWriter:
    """PART-000000.tar and so on, of about a gigabyte; without a split, photographs-000000.tar.

    KEY.json is the row, KEY.cls the number of the species in classes.txt. A photograph's shard
    depends on its id, so that every shard has photographs of many species.
    """

    def __init__(self, folder: Path, sizes: Sizes) -> None:
        self._folder = folder
        self._shards: dict[str, list[tuple[str, tarfile.TarFile, IO[bytes]]]] = {}
        self._classes: dict[str, int] = {}
        for part, size in sizes.items():
            number = min(max(1, -(-size.bytes // _BYTES)), _MOST)
            self._shards[part] = [self._opened(part, index) for index in range(number)]

    def add(self, picture: Picture) -> str:
        row = picture.row
        key = image_id_of(row["image_id"])
        shards = self._shards[picture.part]
        name, archive, _ = shards[int(key, 16) % len(shards)]
        number = self._classes.setdefault(row["species"], len(self._classes))
        image = f"{key}{picture.file.suffix}"
        row["path"] = f"{name}/{image}"
        _put(archive, image, picture.content or b"")
        _put(archive, f"{key}.json", orjson.dumps(row))
        _put(archive, f"{key}.cls", str(number).encode())
        return str(row["path"])

    def close(self) -> None:
        for shards in self._shards.values():
            for _, archive, stream in shards:
                archive.close()
                stream.close()
        lines = "".join(f"{species}\n" for species in self._classes)
        (self._folder / CLASSES).write_text(lines, encoding="utf-8")

    def _opened(self, part: str, index: int) -> tuple[str, tarfile.TarFile, IO[bytes]]:
        name = f"{part or 'photographs'}-{index:06d}.tar"
        stream = (self._folder / name).open("wb")
        return name, tarfile.TarFile(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT), stream


def _put(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    # Without times and owners, the same photographs give the same bytes.
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
    # tarfile would keep an entry for each file in memory.
    archive.members.clear()  # type: ignore[attr-defined]
