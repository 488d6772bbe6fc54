"""The limits of an upload."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from engine.catalogue.folder_layout import IMAGE_SUFFIXES
from engine.language.message import ngettext

PHOTOGRAPH_TYPES = sorted(IMAGE_SUFFIXES)
LARGEST_MB = 64
MOST_PHOTOGRAPHS = 48
MOST_MB = 256


class Upload(Protocol):
    """An uploaded file; `size` is in bytes."""

    @property
    def size(self) -> int: ...


U = TypeVar("U", bound=Upload)


def within_limits(uploads: Iterable[U]) -> tuple[list[U], str]:
    """The first uploads within the limits, and a sentence about the others."""
    kept, left, total = list[U](), 0, 0
    for upload in uploads:
        if len(kept) == MOST_PHOTOGRAPHS or total + upload.size > MOST_MB * 10**6:
            left += 1
            continue
        kept.append(upload)
        total += upload.size
    if not left:
        return kept, ""
    return kept, ngettext(
        "{n} file was left out: at most {photographs} photographs and {limit:size} fit. "
        "Remove some.",
        "{n} files were left out: at most {photographs} photographs and {limit:size} fit. "
        "Remove some.",
        left,
        photographs=MOST_PHOTOGRAPHS,
        limit=MOST_MB * 10**6,
    )
