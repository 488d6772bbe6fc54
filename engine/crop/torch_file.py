"""Reading a file of torch's first format without torch, which takes seconds to load.

The format is of torch.save before version 1.6: three heads, a pickled table of tensors that name
their storages, the storages' names, and behind them each storage's length and bytes.
"""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from engine.errors import BadInput

_HEADS = 3
_TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

# The name of the storage, then offset, shape and strides in it, in numbers, not bytes.
_Tensor = tuple[str, int, tuple[int, ...], tuple[int, ...]]


class _Table(pickle.Unpickler):
    """Reads where each tensor lies; whatever else a pickle could call is refused."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self.types: dict[str, np.dtype[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a table of weights")

    def persistent_load(self, pid: Any) -> str:
        _, kind, key, *_ = pid
        self.types[key] = kind
        return str(key)


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a file by name; nothing in the file is executed.

    Raises:
        BadInput: it is missing, damaged, or of another format.
    """
    try:
        with path.open("rb") as stream:
            for _ in range(_HEADS):
                _Table(stream).load()
            table = _Table(stream)
            tensors: dict[str, _Tensor] = table.load()
            storages = {}
            for key in _Table(stream).load():
                length = int(np.fromfile(stream, "<i8", 1)[0])
                storages[key] = np.fromfile(stream, table.types[key], length)
        return {name: _laid(storages[index[0]], *index[1:]) for name, index in tensors.items()}
    except Exception as error:
        # Damaged bytes end the reader in whatever way they happen to.
        raise BadInput(f"{path} holds no weights that can be read.") from error


def _tensor(
    storage: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _Tensor:
    return storage, offset, shape, strides


def _laid(
    storage: NDArray[Any], offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> NDArray[Any]:
    reach = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
    if min((offset, *strides)) < 0 or reach >= len(storage):
        raise ValueError("a tensor lies outside of its storage")
    steps = [step * storage.itemsize for step in strides]
    return np.ascontiguousarray(as_strided(storage[offset:], shape, steps))
