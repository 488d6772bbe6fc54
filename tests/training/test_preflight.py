"""The checks before a run starts, and what they reject."""

import os
import re
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.cli import command_line
from engine.errors import BadInput
from engine.files import read_json
from engine.home import Home
from engine.settings.files import save
from engine.split.folder import SplitFolder, read_part, write_part
from engine.training.loop import train
from engine.training.readiness import preflight
from engine.training.state.run_folder import prepare
from tests.training.conftest import Prepare, Settings

Usage = Any


def _wrong(home: Home, settings: Any) -> dict[str, str]:
    return {str(item.check): str(item.detail) for item in preflight(home, settings) if not item.ok}


def test_everything_is_checked_and_nothing_is_written(home: Home, settings: Settings) -> None:
    before = sorted(home.root.rglob("*"))
    findings = preflight(home, settings())
    assert all(item.ok for item in findings), findings
    assert [str(item.check) for item in findings] == [
        *("Split", "Train photographs", "Validation photographs"),
        *("Crop", "Device", "Network", "Start weights", "Memory", "Disk"),
    ]
    assert str(findings[0].detail) == "3 species, 24 train photographs, 6 validation photographs"
    assert sorted(home.root.rglob("*")) == before


def test_all_problems_are_named_at_once(
    home: Home, settings: Settings, split: SplitFolder, tmp_path: os.PathLike[str]
) -> None:
    for line in read_part(split.part("train"))[:4]:
        home.resolve(line.path).unlink()
    chosen = settings(
        data__smart_crop=True, data__crop_preset="none-such", model__weights="none.pth"
    )
    wrong = _wrong(home, chosen)
    assert wrong.keys() == {"Train photographs", "Crop", "Start weights"}
    assert wrong["Train photographs"].startswith(
        "4 of 24 photographs are not on this computer, such as data/"
    )
    assert "none.pth does not exist" in wrong["Start weights"]


def test_a_missing_network_and_an_unavailable_device_are_named(
    home: Home, settings: Settings
) -> None:
    wrong = _wrong(home, settings(model__name="vit_enormous", training__device="cuda"))
    assert "timm has no network" in wrong["Network"]
    assert "No CUDA GPU" in wrong["Device"]


def test_a_split_that_fails_its_check_starts_no_run(
    home: Home, settings: Settings, split: SplitFolder
) -> None:
    lines = read_part(split.part("val"))
    write_part(split.part("val"), [read_part(split.part("train"))[0], *lines[1:]])
    with pytest.raises(BadInput, match=r"The run cannot start\. The split fails its check"):
        prepare(home, settings(), "run")
    assert not (home.runs / "run").exists()


def test_files_of_another_program_must_not_share_photographs(
    home: Home, settings: Settings, split: SplitFolder
) -> None:
    split.manifest.unlink()
    write_part(split.part("val"), read_part(split.part("train"))[:2])
    files = {f"data__{part}_jsonl": str(split.part(part)) for part in ("train", "val")}
    with pytest.raises(BadInput, match="2 validation photographs are also in train"):
        prepare(home, settings(**files), "run")


def test_missing_photographs_start_no_run(home: Home, split: SplitFolder, new_run: Prepare) -> None:
    for line in read_part(split.part("val"))[:4]:
        home.resolve(line.path).unlink()
    with pytest.raises(BadInput, match="4 of 6 photographs are not on this computer"):
        new_run()


def _usage(free: int) -> Callable[[object], Usage]:
    return lambda path: shutil._ntuple_diskusage(10**12, 10**12 - free, free)  # type: ignore[attr-defined]


def test_a_disk_too_full_for_the_checkpoints_starts_no_training(
    home: Home, new_run: Prepare, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = new_run()
    monkeypatch.setattr("engine.files.shutil.disk_usage", _usage(free=10_000_000))
    assert "but 10.0 MB are free" in _wrong(home, settings())["Disk"]
    status = train(home, folder)
    assert (status.state, status.exit_status) == ("failed", 2)
    assert "Free some disk space" in status.reason


def test_a_memory_that_is_too_small_is_reported_with_its_size(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.memory.forecast.free_memory", lambda device: 100_000)
    assert "100 kB are free. Choose a smaller network" in _wrong(home, settings())["Memory"]


def test_a_dry_run_by_command(home: Home, settings: Settings, split: SplitFolder) -> None:
    config = home.root / "config.yaml"
    save(settings(), config)
    asked = ["train", "--config", str(config), "--dry-run", "--home", str(home.root)]
    fine = CliRunner().invoke(command_line(asked), asked)
    assert fine.exit_code == 0, fine.output
    assert re.search("^ok +Memory: A pass of 4 photographs needs", fine.output, re.MULTILINE)
    split.part("val").unlink()
    wrong = CliRunner().invoke(command_line(asked), [*asked, "--json"])
    assert wrong.exit_code == 1
    assert '"ok": false' in wrong.output.splitlines()[-1]
    assert not list(home.runs.iterdir())
    assert read_json(split.manifest)
