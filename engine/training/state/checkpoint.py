"""Checkpoints: one safetensors file each, with everything needed to resume."""

import contextlib
import dataclasses
import hashlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import BadInput, WorkFailed
from engine.files import atomic_file, free_disk_bytes, sync_to_disk
from engine.language.message import deferred
from engine.reasons import reason_of
from engine.settings.run import RunSettings
from engine.split.classes import ClassMap, require_same

log = logging.getLogger(__name__)

_FORMAT = "plant-studio-1"
_SPARE_BYTES = 4_000_000
_DAMAGED = deferred("The checkpoint {file} is damaged.")


@dataclass(frozen=True)
class TrainingPosition:
    """The position of a run: `consumed` photographs into `epoch`, after `step` optimiser steps.

    `stage` began at `stage_epoch` and `stage_step`. Its best macro top-1 is `stage_best`; the last
    `stale` epochs did not improve it. A step uses passes of `pass_size` photographs, with
    activations `recomputed` or kept; None = as configured. It uses `threads` CPU threads, for which
    a trial measured `promised` images per second.
    """

    epoch: int = 0
    consumed: int = 0
    step: int = 0
    best: dict[str, Any] | None = None
    scaler: dict[str, Any] = field(default_factory=dict)
    stage: int = 0
    stage_epoch: int = 0
    stage_step: int = 0
    stage_best: float | None = None
    stale: int = 0
    pass_size: int | None = None
    recomputed: bool | None = None
    threads: int | None = None
    promised: float | None = None

    def next_stage(self) -> "TrainingPosition":
        """Return the start of the next stage."""
        return TrainingPosition(
            epoch=self.epoch,
            step=self.step,
            best=self.best,
            stage=self.stage + 1,
            stage_epoch=self.epoch,
            stage_step=self.step,
        )


@dataclass(frozen=True)
class Checkpoint:
    """The metadata of a checkpoint file; tensors are read on demand."""

    path: Path
    settings: RunSettings
    classes: ClassMap
    position: TrainingPosition

    def tensors(self, prefix: str = "") -> dict[str, Tensor]:
        """Read the tensors whose names start with `prefix`, on the CPU, by full name."""
        with safe_open(self.path, framework="pt") as file:
            names: list[str] = list(file.keys())
            return {name: file.get_tensor(name) for name in names if name.startswith(prefix)}


def write_checkpoint(
    path: Path,
    tensors: dict[str, Tensor],
    settings: RunSettings,
    classes: ClassMap,
    position: TrainingPosition,
) -> None:
    """Write a checkpoint to a temporary file, verify it, then rename it.

    Raises:
        WorkFailed: the disk is full or the file differs from what was written; the previous
            checkpoint is unchanged.
    """
    # safetensors cannot write tensors that share memory or are not contiguous.
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    metadata = {
        "format": _FORMAT,
        "settings": settings.model_dump_json(),
        "classes": json.dumps(classes.species, ensure_ascii=False),
        "fingerprint": classes.fingerprint,
        "place": json.dumps(dataclasses.asdict(position)),
        "digest": _digest(plain.__getitem__, plain.keys()),
    }
    try:
        with atomic_file(path) as temporary:
            _require_disk_space(path, sum(value.nbytes for value in plain.values()))
            save_file(plain, temporary, metadata)
            sync_to_disk(temporary)
            if not _is_whole(temporary, metadata["digest"]):
                raise WorkFailed(
                    "The checkpoint {file} could not be read back. The previous one is kept. Check "
                    "the disk for errors and resume the run.",
                    file=path,
                )
        sync_to_disk(path.parent)
    except (OSError, SafetensorError) as error:
        raise WorkFailed(
            "The checkpoint {file} could not be written ({reason}). The previous one is kept. Make "
            "room on the disk and resume the run.",
            file=path,
            reason=reason_of(error),
        ) from error


def keep_previous(path: Path, previous: Path) -> None:
    """Link the checkpoint at `path`, which is about to be replaced, to `previous`."""
    if path.is_file():
        second = previous.with_name(f".{previous.name}.{os.getpid()}")
        # A file system without hard links keeps one checkpoint fewer.
        with contextlib.suppress(OSError):
            os.link(path, second)
            second.replace(previous)


def newest_checkpoint(path: Path, previous: Path, classes: ClassMap) -> Checkpoint:
    """Return the checkpoint at `path` or, if that is damaged, the one before.

    Raises:
        BadInput: both are damaged or missing.
        ClassMapMismatch: it was written with another class map.
    """
    try:
        require_undamaged(path)
    except BadInput as error:
        if not previous.is_file():
            raise
        require_undamaged(previous)
        log.warning("%s The one before it is taken.", error)
        path = previous
    return open_checkpoint(path, classes)


def open_checkpoint(path: Path, classes: ClassMap | None = None) -> Checkpoint:
    """Read the metadata of a checkpoint; if `classes` is given, require that class map.

    Raises:
        BadInput: it is missing, damaged, or not a checkpoint of the studio.
        ClassMapMismatch: it was written with another class map.
    """
    metadata = _metadata(path)
    try:
        position = TrainingPosition(**json.loads(metadata["place"]))
        settings = RunSettings.model_validate_json(metadata["settings"])
        species = ClassMap(tuple(json.loads(metadata["classes"])))
    except (KeyError, ValueError, TypeError) as error:
        raise BadInput("{file} is not a checkpoint of this studio.", file=path) from error
    require_same(species, metadata.get("fingerprint", ""), str(path))
    if classes is not None:
        require_same(classes, species, str(path))
    return Checkpoint(path, settings, species, position)


def require_undamaged(path: Path) -> None:
    """Compare all tensors with the digest in the checkpoint.

    Raises:
        BadInput: they differ.
    """
    digest = _metadata(path).get("digest", "")
    try:
        whole = _is_whole(path, digest)
    except (OSError, SafetensorError) as error:
        raise BadInput(_DAMAGED, file=path) from error
    if not whole:
        raise BadInput(_DAMAGED, file=path)


def _metadata(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise BadInput("There is no checkpoint {file}.", file=path)
    try:
        with safe_open(path, framework="pt") as file:
            return dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise BadInput(_DAMAGED, file=path) from error


def _is_whole(path: Path, digest: str) -> bool:
    with safe_open(path, framework="pt") as file:
        return _digest(file.get_tensor, file.keys()) == digest


def _digest(read: Callable[[str], Tensor], names: Any) -> str:
    """Return the SHA-256 of names and values, sorted by name."""
    total = hashlib.sha256()
    for name in sorted(names):
        total.update(name.encode())
        total.update(read(name).reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()


def _require_disk_space(path: Path, size: int) -> None:
    free = free_disk_bytes(path)
    if free < size + _SPARE_BYTES:
        raise WorkFailed(
            "The checkpoint {file} needs {needed:size}, but {free:size} are free. The previous one "
            "is kept. Make room on the disk and resume the run.",
            file=path,
            needed=size,
            free=free,
        )
