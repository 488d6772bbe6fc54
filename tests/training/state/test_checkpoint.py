"""Checkpoints."""

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine.errors import BadInput, ClassMapMismatch, WorkFailed
from engine.settings.run import RunSettings
from engine.split.classes import ClassMap
from engine.training.state.checkpoint import (
    TrainingPosition,
    open_checkpoint,
    require_undamaged,
    write_checkpoint,
)

SETTINGS = RunSettings(name="spring")
CLASSES = ClassMap(("Acer campestre", "Bellis perennis"))
PLACE = TrainingPosition(epoch=2, consumed=12, step=40, best={"metric": "macro_top1", "value": 0.5})


def _tensors(fill: float = 1.0, size: int = 1000) -> dict[str, torch.Tensor]:
    return {
        "model.weight": torch.full((size,), fill),
        "model.turned": torch.arange(6.0).reshape(2, 3).T,
        "model.seen": torch.tensor(7),
        "optimiser.weight/exp_avg": torch.zeros(size),
    }


def _write(path: Path, fill: float = 1.0, size: int = 1000) -> None:
    write_checkpoint(path, _tensors(fill, size), SETTINGS, CLASSES, PLACE)


@pytest.fixture
def small_files() -> Iterator[None]:
    """Limit files to 64 KiB, like a disk that fills up during a write."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, before)


def test_a_checkpoint_is_read_back_completely(tmp_path: Path) -> None:
    _write(tmp_path / "last.safetensors")
    checkpoint = open_checkpoint(tmp_path / "last.safetensors", CLASSES)
    assert (checkpoint.settings, checkpoint.classes) == (SETTINGS, CLASSES)
    assert checkpoint.position == PLACE
    assert all(torch.equal(value, _tensors()[name]) for name, value in checkpoint.tensors().items())
    assert set(checkpoint.tensors("model.")) == {"model.weight", "model.turned", "model.seen"}


def test_another_class_map_is_rejected_with_a_sentence(tmp_path: Path) -> None:
    _write(tmp_path / "last.safetensors")
    turned = ClassMap(tuple(reversed(CLASSES.species)))
    with pytest.raises(ClassMapMismatch, match="another class map"):
        open_checkpoint(tmp_path / "last.safetensors", turned)


@pytest.mark.usefixtures("small_files")
def test_a_disk_that_fills_while_writing_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    _write(path, fill=1.0)
    with pytest.raises(WorkFailed, match="The previous one is kept"):
        _write(path, fill=2.0, size=100_000)
    assert open_checkpoint(path).tensors()["model.weight"][0] == 1.0
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_full_disk_is_reported_before_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.state.checkpoint._SPARE_BYTES", 10**18)
    with pytest.raises(WorkFailed, match=r"needs .*, but .* are free"):
        _write(tmp_path / "last.safetensors")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("keep", [0, 5, 100, 5000])
def test_a_truncated_checkpoint_is_rejected(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "last.safetensors"
    _write(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match="is damaged"):
        open_checkpoint(path)


def test_a_flipped_bit_is_detected(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    _write(path)
    require_undamaged(path)
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadInput, match="is damaged"):
        require_undamaged(path)


def test_a_missing_checkpoint_and_one_of_another_program_are_named(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    with pytest.raises(BadInput, match="There is no checkpoint"):
        open_checkpoint(tmp_path / "none.safetensors")
    save_file({"a": torch.zeros(1)}, tmp_path / "foreign.safetensors")
    with pytest.raises(BadInput, match="not a checkpoint of this studio"):
        open_checkpoint(tmp_path / "foreign.safetensors")
