"""Weight files that are damaged, or would run code if they were unpickled."""

import io
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import torch

Weights = Callable[[Path], bytes]
"""The bytes of a weight file that would create a file at this path if its code ran."""


class _Trap:
    def __init__(self, sprung: Path) -> None:
        self._sprung = sprung

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._sprung,)


def _pickled(protocol: int) -> Weights:
    return lambda sprung: pickle.dumps(_Trap(sprung), protocol)


def _saved(value: Callable[[Path], object], is_zip: bool = True) -> Weights:
    def weights(sprung: Path) -> bytes:
        stream = io.BytesIO()
        torch.save(value(sprung), stream, _use_new_zipfile_serialization=is_zip)
        return stream.getvalue()

    return weights


def _tensors(_: Path) -> object:
    return {"a": torch.ones(1_000)}


def _as_is(content: bytes) -> Weights:
    return lambda _: content


def _cut(weights: Weights, share: float) -> Weights:
    def cut(sprung: Path) -> bytes:
        content = weights(sprung)
        return content[: int(len(content) * share)]

    return cut


def _safetensors(size: int, header: bytes) -> Weights:
    return _as_is(struct.pack("<Q", size) + header)


_OUTSIDE = b'{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,999999999]}}'
_CONTENTS: dict[str, Weights] = {
    **{f"pickle-{protocol}": _pickled(protocol) for protocol in range(6)},
    "trap-in-zip": _saved(lambda sprung: {"state_dict": _Trap(sprung)}),
    "trap-in-old": _saved(lambda sprung: {"state_dict": _Trap(sprung)}, is_zip=False),
    "trap-alone": _saved(_Trap),
    "text": _as_is(b"these are no weights"),
    "empty": _as_is(b""),
    "cut": _cut(_saved(_tensors), 0.5),
    "cut-old": _cut(_saved(_tensors, is_zip=False), 0.5),
    "cut-early": _cut(_saved(_tensors), 0.05),
}
_HEADERS: dict[str, Weights] = {
    "text": _as_is(b"these are no weights"),
    "empty": _as_is(b""),
    "giant-header": _safetensors(2**62, b"{}"),
    "long-header": _safetensors(10**9, b"{}"),
    "nested-header": _safetensors(200_000, b"[" * 200_000),
    "no-json": _safetensors(2, b"{["),
    "outside": _safetensors(len(_OUTSIDE), _OUTSIDE),
}
BAD_WEIGHTS: dict[str, Weights] = {
    **{
        f"{name}{ending}": weights
        for ending in (".pth", ".pt", ".bin")
        for name, weights in _CONTENTS.items()
    },
    **{f"{name}.safetensors": weights for name, weights in _HEADERS.items()},
}
"""By file name."""
