"""WebDataset: shards of tar files with the files of each sample under one key.

https://github.com/webdataset/webdataset
"""

import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from engine.catalogue.exported_folder import layout_of, table_offers
from engine.catalogue.importing import Candidate, Offer, refused
from engine.catalogue.readers.class_names import listed_classes
from engine.catalogue.readers.parts import part_in
from engine.catalogue.readers.picture_files import LOOKED_AT, folders_in, is_picture
from engine.catalogue.readers.reader import LARGEST_PICTURE, TOO_LARGE, Unpacked
from engine.catalogue.readers.row_fields import as_words, class_number, photograph_in
from engine.catalogue.whole_record import is_whole, whole_record
from engine.errors import BadInput
from engine.language.message import Message, message

_SHARDS = (".tar", ".tar.gz", ".tgz")
# The key ends at the first dot of the file's name.
_KEY = re.compile(r"((?:.*/)?[^./][^./]*)\.([^/]+)", re.DOTALL)
_LABELS = ("json", "cls", "txt", "text")
_LABEL_BYTES = 16 * 1024 * 1024
_FIRST_FILES = 20
# A longer text is a caption.
_MOST_WORDS = 4
# tarfile raises TypeError where a compressed header breaks off.
_BROKEN = (
    tarfile.TarError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    zlib.error,
    lzma.LZMAError,
)


@dataclass
class _Sample:
    """The files of a key: the picture's name and bytes, or why it has none, and the labels."""

    key: str
    name: str = ""
    picture: bytes | Message | None = None
    labels: dict[str, bytes] = field(default_factory=dict)


class WebDatasetReader:
    """A shard (.tar, .tar.gz), or a folder of shards: key.jpg with key.json, key.cls or key.txt.

    Numbers of classes are named by a list such as classes.txt beside the shards. A folder that
    the studio exported has a table of the photographs without a file.
    """

    source = ""

    def recognises(self, path: Path) -> bool:
        return any(map(_is_shard, _shards(path, LOOKED_AT)[:1]))

    def read(self, path: Path, source: str, unpacked: Unpacked) -> Iterator[Offer]:
        shards = _shards(path)
        if not shards:
            raise BadInput("{path} has no .tar files.", path=path.name)
        root = path if path.is_dir() else path.parent
        names = listed_classes([root, root.parent])
        for shard in shards:
            where = shard.relative_to(root)
            part = part_in(where.parts)
            try:
                for sample in _samples(shard):
                    yield _offer(where.as_posix(), sample, source, part, names, unpacked)
            except _BROKEN as error:
                reason = str(error) or type(error).__name__
                yield refused(where.as_posix(), message("It breaks off: {reason}.", reason=reason))
        if layout_of(path) == "shards":
            yield from table_offers(path, with_files=False)


def _shards(path: Path, most: int | None = None) -> list[Path]:
    if not path.is_dir():
        return [path] if path.name.lower().endswith(_SHARDS) and path.is_file() else []
    places = [path, *folders_in(path, most)]
    return [
        file
        for place in places
        for file in sorted(place.iterdir())
        if file.name.lower().endswith(_SHARDS) and file.is_file()
    ]


def _is_shard(shard: Path) -> bool:
    """Whether a picture and a label among its first files have the same key."""
    try:
        with tarfile.open(shard, "r|*") as archive:
            found = [_KEY.fullmatch(entry.name) for entry in islice(archive, _FIRST_FILES)]
    except _BROKEN:
        return False
    pictures = {one[1] for one in found if one and is_picture(f"a.{one[2]}")}
    return any(one[2].lower() in _LABELS and one[1] in pictures for one in found if one)


def _samples(shard: Path) -> Iterator[_Sample]:
    sample: _Sample | None = None
    # A stream is read from start to end, without seeking.
    with tarfile.open(shard, "r|*") as archive:
        for entry in archive:
            # The module keeps the header of every file otherwise.
            archive.members = []  # type: ignore[attr-defined]
            parts = _KEY.fullmatch(entry.name)
            if not entry.isfile() or parts is None:
                continue
            key, ending = parts[1], parts[2].lower()
            if sample is None or sample.key != key:
                if sample is not None:
                    yield sample
                sample = _Sample(key)
            _take(archive, entry, ending, sample)
    if sample is not None:
        yield sample


def _take(archive: tarfile.TarFile, entry: tarfile.TarInfo, ending: str, sample: _Sample) -> None:
    is_image = sample.picture is None and is_picture(f"a.{ending}") and "." not in ending
    if not is_image and ending not in _LABELS:
        return
    if entry.size > (LARGEST_PICTURE if is_image else _LABEL_BYTES):
        if is_image:
            sample.picture = TOO_LARGE
        return
    stream = archive.extractfile(entry)
    content = stream.read() if stream is not None else b""
    if is_image:
        sample.picture, sample.name = content, entry.name.rpartition("/")[2]
    else:
        sample.labels[ending] = content


def _offer(
    shard: str,
    sample: _Sample,
    source: str,
    part: str,
    names: Mapping[int, str],
    unpacked: Unpacked,
) -> Offer:
    origin = f"{shard} {sample.key}"
    if sample.picture is None:
        return refused(origin, message("It has no picture."))
    if isinstance(sample.picture, Message):
        return refused(origin, sample.picture)
    row = _row(sample.labels)
    if isinstance(row, Message):
        return refused(origin, row)
    if is_whole(row):
        return whole_record(row, origin, unpacked.add(sample.name, sample.picture))
    made = photograph_in(row, source, names.get(class_number(row), ""), part)
    if isinstance(made, Message):
        return refused(origin, made)
    return Candidate(made, origin, unpacked.add(sample.name, sample.picture))


def _row(labels: Mapping[str, bytes]) -> dict[str, Any] | Message:
    """The values that the labels of a sample give."""
    row: dict[str, Any] = {}
    if "json" in labels:
        try:
            value = orjson.loads(labels["json"])
        except ValueError:
            return message("Its JSON cannot be read.")
        if isinstance(value, dict):
            row = value
    for ending in ("cls", "txt", "text"):
        text = as_words(labels.get(ending, b"").decode(errors="replace"))
        if text and (ending == "cls" or len(text.split()) <= _MOST_WORDS):
            row.setdefault("cls", text)
    return row
