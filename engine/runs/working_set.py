"""Whether all photographs of a split fit into the image cache."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.files import read_json_lines
from engine.home import Home
from engine.split.folder import PARTS, split_folder, split_names


@dataclass(frozen=True)
class WorkingSet:
    """A split's photographs: their number, how many are cached, and their bytes.

    Photographs that are not cached count with the mean size.
    """

    split: str
    images: int
    here: int
    bytes: int
    fits: bool


def working_sets(home: Home, mean_bytes: int, cache_most: int) -> list[WorkingSet]:
    """Return the working set of every split of the home, newest first."""
    return [_of_split(home, name, mean_bytes, cache_most) for name in split_names(home)]


def _of_split(home: Home, name: str, mean_bytes: int, cache_most: int) -> WorkingSet:
    sizes = list(_sizes(home, name))
    here = [size for size in sizes if size is not None]
    total = sum(here) + (len(sizes) - len(here)) * mean_bytes
    return WorkingSet(name, len(sizes), len(here), total, total <= cache_most)


def _sizes(home: Home, name: str) -> Iterator[int | None]:
    """Yield the bytes of each photograph, None if it is not cached."""
    folder = split_folder(home, name)
    for part in PARTS:
        for line in read_json_lines(folder.part(part)):
            try:
                yield home.resolve(str(line["path"])).stat().st_size if line.get("path") else None
            except OSError:
                yield None
