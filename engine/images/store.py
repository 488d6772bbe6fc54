"""The image store: unmodified photograph files, named by the hash of their content."""

import hashlib
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import cv2

from engine.errors import UnreadableImage, WorkFailed
from engine.files import NotRegular, free_disk_bytes, read_regular, version_of, write_atomic
from engine.home import Home
from engine.images.decode import ImageHeader, Pixels, called, decode_fully, read_header, read_rgb
from engine.reasons import reason_of

Placing = Literal["copy", "link", "leave"]
"""How a file comes into the store: a copy, a hard link, or a symbolic link to where it stays."""

THUMBNAIL_SIDE = 160
_SPARE_BYTES = 500_000_000
_LARGEST_FILE = 500_000_000
_SUFFIX = {"JPEG": "jpg", "MPO": "jpg", "TIFF": "tif"}


@dataclass(frozen=True)
class StoredImage:
    """A photograph in the store: `path` is relative to the home, the size in pixels.

    `is_new` is False if `adopt` found the same bytes in the store.
    """

    path: str
    sha256: str
    width: int
    height: int
    is_new: bool = True


class ImageStore:
    """Stores photographs as data/images/ab/abcd….jpg, and their thumbnails separately."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._folder = home.relative(home.images)

    def keep(
        self, source: Path, placing: Placing = "copy", with_thumbnail: bool = True
    ) -> StoredImage:
        """Put a photograph into the store after checking that it decodes; stores equal bytes once.

        A thumbnail that is not made now is made when it is first needed.

        Raises:
            UnreadableImage: the file is no photograph, damaged, too large, or changes meanwhile.
            WorkFailed: the disk is too full, or a hard link to the file is not possible.
        """
        before = version_of(source)
        content = _read(source)
        with called(source.name):
            header = read_header(content)
            sha256 = hashlib.sha256(content).hexdigest()
            target = self._file(sha256, header)
            # A copy replaces a link to a file elsewhere.
            if not _is_there(target) or (placing == "copy" and target.is_symlink()):
                # A draft also decodes every byte, so either checks the whole photograph.
                if with_thumbnail:
                    pixels = read_rgb(content, least_side=THUMBNAIL_SIDE)
                else:
                    decode_fully(content)
                if placing == "copy":
                    self._leave_room(len(content))
                    write_atomic(target, content)
                else:
                    _refer(source, before, target, placing)
                if with_thumbnail:
                    self._write_thumbnail(sha256, pixels)
        return self._stored(target, sha256, header)

    def adopt(self, temporary: Path, sha256: str, header: ImageHeader) -> StoredImage:
        """Move a complete file on the same disk into the store; the thumbnail is made later.

        Raises:
            OSError: moving the file fails.
        """
        target = self._file(sha256, header)
        try:
            is_new = _name_anew(temporary, target)
        except FileNotFoundError:
            # Made on failure only: the folder is missing once in hundreds of photographs.
            target.parent.mkdir(parents=True, exist_ok=True)
            is_new = _name_anew(temporary, target)
        return replace(self._stored(target, sha256, header), is_new=is_new)

    def thumbnail(self, path: str, sha256: str) -> bytes:
        """The thumbnail as JPEG; makes it if it is missing.

        Its short side is `THUMBNAIL_SIDE` pixels, its long side at most three times that.

        Raises:
            UnreadableImage: the photograph is missing or damaged.
        """
        file = self.thumbnail_file(sha256)
        try:
            return file.read_bytes()
        except FileNotFoundError:
            pixels = read_rgb(self._home.resolve(path), least_side=THUMBNAIL_SIDE)
            self._write_thumbnail(sha256, pixels)
            return file.read_bytes()

    def thumbnail_file(self, sha256: str) -> Path:
        """The path of the thumbnail of the file with this hash."""
        return self._home.thumbnails / sha256[:2] / f"{sha256}.jpg"

    def _file(self, sha256: str, header: ImageHeader) -> Path:
        suffix = _SUFFIX.get(header.format, header.format.lower())
        return self._home.images / sha256[:2] / f"{sha256}.{suffix}"

    def _stored(self, file: Path, sha256: str, header: ImageHeader) -> StoredImage:
        path = f"{self._folder}/{sha256[:2]}/{file.name}"
        return StoredImage(path, sha256, header.width, header.height)

    def _write_thumbnail(self, sha256: str, pixels: Pixels) -> None:
        height, width = pixels.shape[:2]
        short = min(height, width)
        # The thumbnail of a panorama shows its centre only, which limits its size.
        across, down = (min(side, 3 * short) for side in (width, height))
        left, top = (width - across) // 2, (height - down) // 2
        middle = pixels[top : top + down, left : left + across]
        ratio = THUMBNAIL_SIDE / short
        size = (round(across * ratio), round(down * ratio))
        small = cv2.resize(middle, size, interpolation=cv2.INTER_AREA)
        _, encoded = cv2.imencode(
            ".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 82]
        )
        write_atomic(self.thumbnail_file(sha256), encoded.tobytes())

    def _leave_room(self, size: int) -> None:
        free = free_disk_bytes(self._home.root)
        if free - size < _SPARE_BYTES:
            raise WorkFailed(
                "The disk of {home} has only {free:size} left. Make room and start again: what "
                "was imported is kept.",
                home=str(self._home.root),
                free=free,
            )


def _is_there(file: Path) -> bool:
    """Whether a file exists; touches the store's own, so that cache eviction does not remove it."""
    try:
        about = file.stat()
        if about.st_nlink == 1 and not file.is_symlink():
            os.utime(file)
    except OSError:
        return file.exists()
    return True


def _refer(source: Path, version: tuple[int, ...], target: Path, placing: Placing) -> None:
    """Make the target a link to a file outside the store, which was read in this version.

    Raises:
        UnreadableImage: the file has changed since.
        WorkFailed: the disk refuses the link.
    """
    # A broken link may be in the way, so the new one is renamed to its place.
    temporary = target.with_name(f".{target.stem[:40]}.{secrets.token_hex(4)}")
    try:
        file = source.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        if placing == "link":
            os.link(file, temporary)
        else:
            temporary.symlink_to(file)
        if version_of(temporary) != version:
            raise UnreadableImage("{file} changed while it was read.", file=source.name)
        temporary.replace(target)
    except OSError as error:
        raise WorkFailed(
            "{file} cannot be linked into {home} ({reason}). Import with --mode copy.",
            file=source,
            home=target.parent,
            reason=error.strerror,
        ) from error
    finally:
        # Renaming a hard link onto another of the same file leaves both.
        temporary.unlink(missing_ok=True)


def _name_anew(temporary: Path, target: Path) -> bool:
    """Rename a file to its final name; False if another thread or process was first.

    Raises:
        FileNotFoundError: the target's folder is missing.
    """
    try:
        os.link(temporary, target)
    except FileExistsError:
        # A link to a file that is gone is replaced.
        is_new = not target.exists()
        if is_new:
            temporary.replace(target)
    except FileNotFoundError:
        raise
    except OSError:
        # Some file systems do not support hard links.
        is_new = not target.exists()
        temporary.replace(target)
    else:
        is_new = True
    temporary.unlink(missing_ok=True)
    return is_new


def _read(source: Path) -> bytes:
    try:
        content = read_regular(source, _LARGEST_FILE)
    except NotRegular as error:
        raise UnreadableImage("{file} is not a file.", file=source.name) from error
    except OSError as error:
        raise UnreadableImage(
            "{file} cannot be read ({reason}).", file=source.name, reason=reason_of(error)
        ) from error
    except ValueError as error:
        raise UnreadableImage("{file} is not a file name.", file=repr(source.name)) from error
    if len(content) > _LARGEST_FILE:
        raise UnreadableImage(
            "{file} is larger than {most:size}.", file=source.name, most=_LARGEST_FILE
        )
    return content
