"""Where the files of a table's photographs are, however their paths are written."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from engine.files import is_regular

_DRIVE = re.compile(r"([A-Za-z]):/")
_TRIED = 20
_MOST_PARENTS = 4
_SURE_SHARE = 0.8


def located(path: str, folder: Path, prefix: str = "") -> Path:
    """The file that a path means: relative to `folder`, or absolute.

    `file://` addresses, ~ and Windows paths are understood. `prefix` is left out where a path
    starts with it. The file may be missing.
    """
    if path[:5].lower() == "file:":
        path = _of_address(path)
    if path.startswith("~"):
        path = os.path.expanduser(path)  # noqa: PTH111 - leaves unknown users as they are
    if "\\" in path and not is_regular(folder / path):
        # A name may hold a backslash where it separates nothing.
        path = path.replace("\\", "/")
    if prefix and path.startswith(f"{prefix}/"):
        return folder / path[len(prefix) + 1 :]
    drive = _DRIVE.match(path)
    if drive and os.name != "nt":
        # As the Windows subsystem for Linux shows the drives.
        mounted = Path("/mnt", drive[1].lower(), path[3:])
        return mounted if is_regular(mounted) else folder / path
    return folder / path


def found_at(paths: Sequence[str], folder: Path) -> tuple[Path, str]:
    """The folder and the prefix by which `located` finds most of some paths.

    Tried are the folder, those around it, and what remains of the paths without the folders that
    all start with. The folder as it is, where nothing is found.
    """
    tried = list(paths[:_TRIED])
    parents = list(folder.absolute().parents)[:_MOST_PARENTS]
    for base in (folder, *parents):
        if _most_exist(located(path, base) for path in tried):
            return base, ""
    plain = [_plain(path) for path in tried]
    folders = [PurePosixPath(path).parts[:-1] for path in plain]
    for length in range(1, min(map(len, folders), default=0) + 1):
        if len({parts[:length] for parts in folders}) > 1:
            break
        prefix = str(PurePosixPath(*folders[0][:length]))
        if prefix != "/" and _most_exist(located(path, folder, prefix) for path in plain):
            return folder, prefix
    return folder, ""


def _most_exist(files: Iterable[Path]) -> bool:
    there = list(map(is_regular, files))
    return bool(there) and sum(there) >= _SURE_SHARE * len(there)


def _plain(path: str) -> str:
    if path[:5].lower() == "file:":
        path = _of_address(path)
    return path.replace("\\", "/")


def _of_address(address: str) -> str:
    """ "file:///C:/a%20b.jpg" -> "C:/a b.jpg"."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return address
    return path[1:] if _DRIVE.match(path[1:]) else path
