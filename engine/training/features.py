"""Features computed once per photograph and stored as float16."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.augment.normalisation import normalisation_of
from engine.errors import BadInput
from engine.files import write_json
from engine.home import Home
from engine.language.message import Message, deferred
from engine.locks import exclusive
from engine.records import Count, StoredMessage, Text, read_record_or
from engine.settings.run import RunSettings
from engine.training.data.dataset import Batch, PhotoDataset
from engine.training.data.loader import Loader
from engine.training.data.sampling import Key, plain_batches
from engine.training.device.device import Device
from engine.training.inference import evaluation_batch_size
from engine.training.model.classifier import classifier_names, pre_logits

Heartbeat = Callable[[int, int], None]

_CHUNK = 64
_DONE_BYTES = 64_000_000
_DAMAGED = deferred("{file} is damaged. Delete {folder} to compute the features again.")


@dataclass(frozen=True)
class _Done:
    """How many photographs are done, and which of them could not be read."""

    done: Count = 0
    unreadable: dict[Count, StoredMessage | Text] = field(default_factory=dict)


class FeaturePart:
    """The features of one part of a split, (photographs, width) float16 on disk, and its labels.

    Batches leave out photographs that could not be read, and list them in `unreadable`.
    """

    decodes = False

    def __init__(self, part: PhotoDataset, features: NDArray[np.float16], bad: dict[int, Message]):
        self.labels = part.labels
        self._part, self._features, self._bad = part, features, bad

    @property
    def width(self) -> int:
        return int(self._features.shape[1])

    def __len__(self) -> int:
        return len(self._features)

    def path(self, index: int) -> str:
        return self._part.path(index)

    def detach_store(self) -> None:
        """Do nothing; there is no store."""

    def __getitems__(self, keys: list[Key]) -> Batch:
        indices = [index for _, index in keys if index not in self._bad]
        return Batch(
            torch.from_numpy(self._features[indices]),
            torch.from_numpy(self.labels[indices]),
            torch.tensor(indices, dtype=torch.int64),
            {index: self._bad[index] for _, index in keys if index in self._bad},
        )


def embed(
    model: nn.Module, part: PhotoDataset, loader: Loader, device: Device, batches: list[list[Key]]
) -> Iterator[tuple[Batch, Tensor]]:
    """Yield batches and their features (n, width), float32 on the device.

    Raises:
        BadInput: the network does not expose its features.
    """
    model.eval()
    normalise = normalisation_of(model)
    for batch in loader.read(part, batches):
        if len(batch.labels):
            with torch.inference_mode(), device.forward():
                yield (
                    batch,
                    pre_logits(model, normalise(batch.images.to(device.torch_device))).float(),
                )
        else:
            yield batch, torch.empty(0, 0)


def cached_features(
    home: Home,
    model: nn.Module,
    settings: RunSettings,
    part: PhotoDataset,
    loader: Loader,
    device: Device,
    heartbeat: Heartbeat,
) -> FeaturePart:
    """Return the features of a part with the validation transform, computing those that are
    missing.

    They are stored in data/features under a hash of what they depend on: the weights without the
    classifier, the photographs, their crops and the transform. An interrupted pass resumes where it
    stopped. `heartbeat(done, total)` receives the progress and may raise to stop.

    Raises:
        BadInput: the network does not expose its features, or no photograph can be read.
    """
    root = home.data / "features" / _key(model, settings, part)
    size = evaluation_batch_size(settings.training.batch_size, settings.data.image_size)
    with exclusive(root / "lock"):
        done, bad = _read_done(root)

        def compute(indices: Sequence[int], before: int) -> None:
            at = before
            batches = batches_of(indices, size)
            for batch, features in embed(model, part, loader, device, batches):
                bad.update(batch.unreadable)
                if len(batch.labels):
                    table = _table(root, len(part), features.shape[1])
                    table[batch.indices.numpy()] = features.cpu().numpy().astype(np.float16)
                    table.flush()
                at += len(batch.labels) + len(batch.unreadable)
                heartbeat(at, len(part))

        # Photographs that could not be read last time may have been repaired.
        again = sorted(bad)
        bad.clear()
        compute(again, done - len(again))
        for begin in range(done, len(part), _CHUNK * size):
            end = min(begin + _CHUNK * size, len(part))
            compute(range(begin, end), begin)
            _write_done(root, end, bad)
        if again:
            _write_done(root, len(part), bad)
        if len(bad) == len(part):
            raise BadInput("No photograph can be read. {reason}", reason=next(iter(bad.values())))
    return FeaturePart(part, _open_features(root, len(part)), bad)


def few_of_each(labels: NDArray[np.int64], most: int) -> list[int]:
    """Return the indices of at most `most` photographs of each class, in order."""
    taken: dict[int, int] = {}
    chosen = []
    for index, label in enumerate(labels.tolist()):
        taken[label] = taken.get(label, 0) + 1
        if taken[label] <= most:
            chosen.append(index)
    return chosen


def batches_of(indices: Sequence[int], size: int) -> list[list[Key]]:
    """Return the keys of the given photographs, in batches of `size`."""
    return [
        [(0, indices[position]) for _, position in batch]
        for batch in plain_batches(len(indices), size)
    ]


def _read_done(root: Path) -> tuple[int, dict[int, Message]]:
    found = read_record_or(_Done, root / "done.json", _Done(), _DONE_BYTES)
    # A version before wrote reasons as English text.
    return found.done, {
        index: why if isinstance(why, Message) else Message(why)
        for index, why in found.unreadable.items()
    }


def _write_done(root: Path, done: int, bad: Mapping[int, Message]) -> None:
    reasons = {index: why.record() for index, why in bad.items()}
    write_json(root / "done.json", {"done": done, "unreadable": reasons})


def _open_features(root: Path, rows: int) -> NDArray[np.float16]:
    """Open the features on disk: (rows, width)."""
    path = root / "features.npy"
    try:
        features: NDArray[np.float16] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise BadInput(_DAMAGED, file=path, folder=root) from error
    if features.dtype != np.float16 or features.ndim != 2 or len(features) != rows:
        raise BadInput(_DAMAGED, file=path, folder=root)
    return features


def _table(root: Path, rows: int, width: int) -> np.memmap[Any, np.dtype[np.float16]]:
    path = root / "features.npy"
    if path.exists():
        return np.lib.format.open_memmap(path, mode="r+")
    return np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=(rows, width))


def _key(model: nn.Module, settings: RunSettings, part: PhotoDataset) -> str:
    total = hashlib.sha256()
    head = classifier_names(model)
    for name, value in sorted(model.state_dict().items()):
        if name not in head:
            total.update(name.encode())
            total.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
    view = settings.augmentation.val.model_dump(mode="json")
    size, preset = settings.data.image_size, part.preset.fingerprint
    copies = part.copies.side if part.copies else 0
    identity = [settings.model.name, size, view, preset, part.drawn, copies]
    if settings.model.mean:
        # Only where set, so that features stored by earlier versions remain valid.
        identity += [settings.model.mean, settings.model.std]
    total.update(json.dumps(identity, sort_keys=True).encode())
    for index in range(len(part)):
        total.update(part.hashes[index].encode() or part.path(index).encode())
    return total.hexdigest()[:24]
