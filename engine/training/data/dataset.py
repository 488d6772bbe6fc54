"""The photographs of one part of a split, cropped, as tensors."""

import contextlib
import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from engine.augment.transforms import Transform
from engine.crop.apply import read_square
from engine.crop.box import Box, centre_square
from engine.crop.finder import find_crop_in
from engine.crop.manual import ManualSquares
from engine.crop.store import CropStore
from engine.errors import BadInput, UnreadableImage
from engine.home import Home
from engine.images.decode import Pixels
from engine.images.shrunk import ShrunkStore
from engine.language.message import Message
from engine.settings.crop import CropPreset
from engine.split.folder import SplitLine
from engine.training.data.packed_texts import PackedTexts


@dataclass(frozen=True)
class Sample:
    """One photograph; `image` is None where it cannot be read, and `problem` says why."""

    index: int
    label: int
    image: Tensor | None
    problem: Message | None = None


@dataclass
class Batch:
    """images (n, 3, side, side) uint8; labels (n,) and indices in the part (n,), int64.

    Photographs that cannot be read are not in these. `unreadable` maps their index in the part to
    the reason.
    """

    images: Tensor
    labels: Tensor
    indices: Tensor
    unreadable: dict[int, Message] = field(default_factory=dict)

    def pin_memory(self) -> "Batch":
        """Copy to page-locked memory; a loader for a GPU calls this."""
        return Batch(
            self.images.pin_memory(), self.labels.pin_memory(), self.indices, self.unreadable
        )


class Part(Protocol):
    """One part of a split, read by (turn, index)."""

    labels: NDArray[np.int64]
    # Whether reading it is expensive enough for worker processes.
    decodes: bool

    def __len__(self) -> int: ...

    def path(self, index: int) -> str:
        """Return a photograph's path, relative to the home."""

    def detach_store(self) -> None:
        """Close what must not be shared across a fork."""


class PhotoDataset(Dataset[Sample]):
    """Reads a photograph, crops it to a square and applies a transform.

    A square drawn by hand takes precedence over the crop store. A square that is in neither is
    computed and stored. Keys are (turn, index), so that a worker's result depends on nothing else.
    """

    decodes = True

    def __init__(
        self, home: Home, lines: Sequence[SplitLine], preset: CropPreset, view: Transform
    ) -> None:
        self._home = home
        self.preset = preset
        self._view = view
        self._store = CropStore(home)
        self._paths = PackedTexts(line.path for line in lines)
        # The SHA-256 of each photograph.
        self.hashes = PackedTexts(line.sha256 for line in lines)
        self.labels = np.array([line.label for line in lines], dtype=np.int64)
        # x, y and side. Shared memory, so that all workers see a square that one of them computed.
        # A side of 0 means "unknown"; it is written last.
        self._squares = torch.zeros(len(lines), 3, dtype=torch.int32)
        self._squares.share_memory_()  # type: ignore[no-untyped-call]
        # Original width and height of the photographs with a small copy; 0 = read the original.
        self._wholes = np.zeros((len(lines), 2), dtype=np.int32)
        self.copies: ShrunkStore | None = None
        # The hand-drawn squares among these; the preset's fingerprint does not cover them.
        self.drawn = ""
        if preset.detector != "none":
            self._load_squares()

    def __len__(self) -> int:
        return len(self._paths)

    def with_transform(self, view: Transform) -> "PhotoDataset":
        """Return the same photographs with another transform."""
        other = copy.copy(self)
        other._view = view
        return other

    def __getitem__(self, key: tuple[int, int]) -> Sample:
        turn, index = key
        label = int(self.labels[index])
        try:
            square = self._read(index, self._square(index))
        except BadInput as error:
            return Sample(index, label, None, error.message)
        return Sample(index, label, self._view(square, turn, index))

    def path(self, index: int) -> str:
        """Return the photograph's path, relative to the home."""
        return self._paths[index]

    def positions(self) -> dict[str, str]:
        """Return each photograph's path, relative to the home, by its SHA-256."""
        return {self.hashes[index]: self._paths[index] for index in range(len(self))}

    def read_copies(self, store: ShrunkStore) -> None:
        """Read small copies, where they exist, from now on."""
        known = store.find(key for key in self.positions() if key)
        for index in range(len(self)):
            original = known.get(self.hashes[index])
            if original is not None and not original.is_small:
                self._wholes[index] = original.width, original.height
        self.copies = store

    def detach_store(self) -> None:
        """Close the database connection, which must not be shared across a fork."""
        self._store.close()

    def _read(self, index: int, square: Box) -> Pixels:
        width, height = self._wholes[index].tolist()
        side = self._view.resize
        if width and self.copies is not None:
            copy = self.copies.file(self.hashes[index])
            # If the copy was deleted or damaged, read the original.
            with contextlib.suppress(UnreadableImage):
                return read_square(copy, square, side, whole=(width, height))
        return read_square(self._home.resolve(self._paths[index]), square, side)

    def _load_squares(self) -> None:
        positions: dict[str, list[int]] = {}
        for index in range(len(self)):
            positions.setdefault(self.hashes[index], []).append(index)
        known = self._store.find_many((key for key in positions if key), self.preset)
        self._store.close()
        drawn = ManualSquares(self._home).all()
        self.drawn = repr(sorted((key, drawn[key]) for key in drawn.keys() & positions.keys()))
        squares = {sha256: crop.square for sha256, crop in known.items()} | drawn
        for sha256 in squares.keys() & positions.keys():
            square = squares[sha256]
            row = torch.tensor([square.x, square.y, square.width], dtype=torch.int32)
            self._squares[positions[sha256]] = row

    def _square(self, index: int) -> Box:
        x, y, side = self._squares[index].tolist()
        if not side:
            square = self._find_square(index)
            self._squares[index, :2] = torch.tensor([square.x, square.y], dtype=torch.int32)
            self._squares[index, 2] = square.width
            return square
        return Box(x, y, side, side)

    def _find_square(self, index: int) -> Box:
        width, height = self._wholes[index].tolist()
        if width and self.preset.detector == "none":
            # The centre square follows from the stored size; the file need not be opened.
            return centre_square(width, height)
        crop = find_crop_in(self._home.resolve(self._paths[index]), self.preset)
        sha256 = self.hashes[index]
        if sha256 and self.preset.detector != "none":
            self._store.keep(sha256, self.preset, crop)
        return crop.square


def collate(samples: "list[Sample] | Batch") -> Batch:
    """Stack the photographs that could be read; return a `Batch` unchanged."""
    if isinstance(samples, Batch):
        return samples
    read = [(sample, sample.image) for sample in samples if sample.image is not None]
    images = [image for _, image in read]
    return Batch(
        images=torch.stack(images) if images else torch.empty(0, 3, 1, 1, dtype=torch.uint8),
        labels=torch.tensor([sample.label for sample, _ in read], dtype=torch.int64),
        indices=torch.tensor([sample.index for sample, _ in read], dtype=torch.int64),
        unreadable={s.index: s.problem for s in samples if s.problem is not None},
    )
