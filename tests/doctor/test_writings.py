"""Splits are checked against manifests, checkpoints against digests; torch is not loaded."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from engine.catalogue.sqlite import SqliteCatalogue
from engine.doctor.hashing import Reader
from engine.doctor.writings import checkpoint_state, checkpoints_check, splits_check
from engine.home import Home
from engine.settings.data import DataSettings
from engine.settings.model import ModelSettings
from engine.settings.run import RunSettings
from engine.settings.split import SplitSettings
from engine.split.classes import ClassMap
from engine.split.make import make_split
from engine.training.state.checkpoint import TrainingPosition, write_checkpoint
from tests.conftest import PROJECT
from tests.doctor.conftest import alter


@pytest.fixture
def split_up(home: Home, small_catalogue: SqliteCatalogue) -> Home:
    make_split(home, small_catalogue, SplitSettings())
    return home


@pytest.fixture
def checkpoint(home: Home) -> Path:
    """A real checkpoint with tensors of several kinds."""
    path = home.runs / "run-1" / "checkpoints" / "last.safetensors"
    tensors = {
        "weight": torch.randn(300, 40),
        "half": torch.randn(17, dtype=torch.float32).to(torch.bfloat16),
        "steps": torch.tensor(12),
        "nothing": torch.empty(0),
    }
    settings = RunSettings(
        data=DataSettings(train_jsonl="a", val_jsonl="b"), model=ModelSettings(name="resnet18")
    )
    write_checkpoint(path, tensors, settings, ClassMap(("a", "b")), TrainingPosition())
    return path


def test_an_unchanged_split_is_sound(split_up: Home) -> None:
    assert splits_check(split_up, 0).state == "sound"


@pytest.mark.parametrize("name", ["train.jsonl", "classes.json", "manifest.json"])
def test_a_changed_file_of_a_split_is_found(split_up: Home, name: str) -> None:
    file = split_up.splits / "default" / name
    file.write_bytes(file.read_bytes().replace(b"Bellis", b"Bellus", 1).replace(b'"m', b'"n', 1))
    file.write_bytes(file.read_bytes() + b"\n{")
    found = splits_check(split_up, 0)
    assert found.state == "fault"
    assert all(str(item).startswith("default: ") for item in found.items)


def test_a_missing_file_of_a_split_is_found(split_up: Home) -> None:
    (split_up.splits / "default" / "val.jsonl").unlink()
    (item,) = splits_check(split_up, 0).items
    assert str(item) == "default: val.jsonl is missing"


def test_an_unchanged_checkpoint_is_sound(home: Home, checkpoint: Path) -> None:
    assert checkpoints_check(home, 0).state == "sound"
    assert checkpoint_state(checkpoint, Reader(0)) == "sound"


def test_a_changed_byte_of_a_checkpoint_is_found(home: Home, checkpoint: Path) -> None:
    alter(checkpoint, 1, 1, start=checkpoint.stat().st_size - 100)
    assert checkpoints_check(home, 0).items == ("runs/run-1/checkpoints/last.safetensors",)


@pytest.mark.parametrize("kept", [0, 5, 300, 20_000])
def test_a_truncated_checkpoint_is_found(home: Home, checkpoint: Path, kept: int) -> None:
    checkpoint.write_bytes(checkpoint.read_bytes()[:kept])
    assert checkpoints_check(home, 0).state == "fault"


def test_a_checkpoint_without_a_digest_is_unknown(home: Home) -> None:
    file = home.runs / "old" / "checkpoints" / "best.safetensors"
    file.parent.mkdir(parents=True)
    header = json.dumps({"a": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}}).encode()
    file.write_bytes(len(header).to_bytes(8, "little") + header + b"xy")
    assert checkpoints_check(home, 0).state == "unknown"


def test_checkpoints_are_checked_without_torch(checkpoint: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from engine.doctor.hashing import Reader\n"
        "from engine.doctor.writings import checkpoint_state\n"
        f"print(checkpoint_state(Path({str(checkpoint)!r}), Reader(0)), 'torch' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["sound", "False"]
