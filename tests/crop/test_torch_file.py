"""Weights in torch's first format, read without torch."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.crop.torch_file import read_tensors
from engine.errors import BadInput


def test_every_tensor_is_as_it_was_saved_however_it_lies_in_memory(tmp_path: Path) -> None:
    whole = torch.arange(24.0).reshape(2, 3, 4)
    tensors = {
        "whole": whole,
        "turned": whole.permute(2, 0, 1),
        "part": whole[1],
        "n": whole.long(),
    }
    file = tmp_path / "weights.pth"
    torch.save(tensors, file, _use_new_zipfile_serialization=False)
    found = read_tensors(file)
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert np.array_equal(found[name], tensor.numpy())


def test_nothing_in_a_file_is_executed(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "sprung",)  # type: ignore[return-value]

    file = tmp_path / "weights.pth"
    file.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(BadInput, match="no weights that can be read"):
        read_tensors(file)
    assert not (tmp_path / "sprung").exists()


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "weights.pth"
    torch.save({"a": torch.ones(1000)}, file, _use_new_zipfile_serialization=False)
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(BadInput, match="no weights that can be read"):
        read_tensors(file)
