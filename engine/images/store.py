"""The bytes of photographs on disk, unmodified, each under the hash of its content."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from engine.errors import UnreadableImage, WorkFailed
from engine.files import NotRegular, free_disk_bytes, read_regular, write_atomic
from engine.home import Home
from engine.images.decode import ImageHeader, Pixels, called, read_header, read_rgb
from engine.reasons import reason_of

THUMBNAIL_SIDE = 160
_SPARE_BYTES = 500_000_000
_LARGEST_FILE = 500_000_000
_SUFFIX = {"JPEG": "jpg", "MPO": "jpg", "TIFF": "tif"}


@dataclass(frozen=True)
class StoredImage:
    """A photograph in the store: `path` is relative to the home, the size in pixels.

    `is_new` is False where `adopt` found the same bytes in the store already.
    """

    path: str
    sha256: str
    width: int
    height: int
    is_new: bool = True


class ImageStore:
    """Keeps photographs in data/images/ab/abcd….jpg and their thumbnails beside them."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._folder = home.relative(home.images)

    def keep(self, source: Path) -> StoredImage:
        """Take a copy of a photograph that decodes whole; the same bytes are kept once.

        Raises:
            UnreadableImage: it is no photograph, damaged, or too large.
            WorkFailed: the disk is too full.
        """
        content = _read(source)
        with called(source.name):
            header = read_header(content)
            sha256 = hashlib.sha256(content).hexdigest()
            target = self._file(sha256, header)
            if not _is_there(target):
                # Every byte of a draft is decoded too, so this proves the photograph whole.
                pixels = read_rgb(content, least_side=THUMBNAIL_SIDE)
                self._leave_room(len(content))
                write_atomic(target, content)
                self._write_thumbnail(sha256, pixels)
        return self._stored(target, sha256, header)

    def adopt(self, temporary: Path, sha256: str, header: ImageHeader) -> StoredImage:
        """Take over a whole file that lies on the store's disk already; its thumbnail waits.

        Raises:
            OSError: the disk refuses.
        """
        target = self._file(sha256, header)
        try:
            is_new = _name_anew(temporary, target)
        except FileNotFoundError:
            # The folder is missing only once in hundreds of photographs.
            target.parent.mkdir(parents=True, exist_ok=True)
            is_new = _name_anew(temporary, target)
        return replace(self._stored(target, sha256, header), is_new=is_new)

    def thumbnail(self, path: str, sha256: str) -> bytes:
        """A small JPEG, its short side `THUMBNAIL_SIDE` pixels, the long one at most three times
        that; made if it is missing.

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
        """Where the thumbnail of these bytes lies."""
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
        # A panorama's thumbnail shows its middle, or it would outweigh the others.
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
    """Whether a file is there; it is touched, so that a download that makes room leaves it."""
    try:
        os.utime(file)
    except OSError:
        return file.exists()
    return True


def _name_anew(temporary: Path, target: Path) -> bool:
    """Give a file its final name; False where another thread or process was first.

    Raises:
        FileNotFoundError: the target's folder is missing.
    """
    try:
        os.link(temporary, target)
    except FileExistsError:
        is_new = False
    except FileNotFoundError:
        raise
    except OSError:
        # Some file systems know no second name for a file.
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
