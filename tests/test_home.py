"""The home: one folder that can be moved, copied and linked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from engine.errors import BadInput, WorkFailed
from engine.home import Home, chosen_root, keep_private, open_home
from tests.conftest import PROJECT


def test_a_missing_home_is_created(tmp_path: Path) -> None:
    home = open_home(tmp_path / "new" / "home")
    assert home.data.is_dir()
    assert home.runs.is_dir()


def test_paths_inside_are_written_relative_and_resolved_again(home: Home) -> None:
    file = home.images / "ab" / "abcd.jpg"
    assert home.relative(file) == "data/images/ab/abcd.jpg"
    assert home.resolve("data/images/ab/abcd.jpg") == file


def test_a_moved_home_finds_its_files(home: Home, tmp_path: Path) -> None:
    (home.data / "note").write_text("here")
    written = home.relative(home.data / "note")
    shutil.move(home.root, tmp_path / "elsewhere")
    assert open_home(tmp_path / "elsewhere").resolve(written).read_text() == "here"


def test_a_folder_of_the_home_can_be_a_link_to_another_disk(home: Home, tmp_path: Path) -> None:
    (tmp_path / "large-disk").mkdir()
    home.images.symlink_to(tmp_path / "large-disk")
    (home.images / "a.jpg").write_text("bytes")
    written = home.relative(home.images / "a.jpg")
    assert written == "data/images/a.jpg"
    assert home.resolve(written).read_text() == "bytes"


def test_a_home_reached_through_a_link_finds_its_files(home: Home, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home.root)
    assert home.relative(tmp_path / "link" / "data" / "a.jpg") == "data/a.jpg"


@pytest.mark.parametrize("path", ["../secret", "data/../../secret", "/etc/passwd"])
def test_a_path_that_leads_out_is_rejected(home: Home, path: str) -> None:
    with pytest.raises(BadInput, match="leads out of the home"):
        home.resolve(path)


def test_a_file_outside_has_no_path_inside(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is outside the home"):
        home.relative(tmp_path / "a.jpg")


def test_a_home_that_cannot_be_created_is_reported_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkFailed, match=r"cannot be made .*Choose another with --home"):
        open_home(tmp_path / "file")


def test_a_given_home_precedes_the_variable_and_the_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STUDIO_HOME", "/of/variable")
    assert chosen_root(Path("/given"), "/configured") == Path("/given")
    assert chosen_root(None, "/configured") == Path("/of/variable")
    monkeypatch.setenv("STUDIO_HOME", "")
    assert chosen_root(None, "/configured") == Path("/configured")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_opening_a_home_removes_the_permissions_of_others(tmp_path: Path) -> None:
    for name in ("data", "runs"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o755)
    home = open_home(tmp_path)
    assert (mode(home.data), mode(home.runs)) == (0o700, 0o700)


def test_a_home_shared_by_its_group_stays_shared(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        for name in ("data", "runs"):
            (tmp_path / name).mkdir()
            (tmp_path / name).chmod(0o2775)
        keep_private()
        home = open_home(tmp_path)
        assert (mode(home.data), mode(home.runs)) == (0o2775, 0o2775)
        (home.data / "a").write_text("text")
        assert mode(home.data / "a") == 0o660
    finally:
        os.umask(before)


def test_a_linked_folder_keeps_its_permissions(tmp_path: Path) -> None:
    large_disk = tmp_path / "large-disk"
    large_disk.mkdir()
    large_disk.chmod(0o755)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "data").symlink_to(large_disk)
    open_home(tmp_path / "home")
    assert mode(large_disk) == 0o755


def test_files_written_by_a_command_are_accessible_by_its_user_only(tmp_path: Path) -> None:
    (tmp_path / "photographs" / "Bellis perennis").mkdir(parents=True)
    Image.new("RGB", (64, 48), "white").save(tmp_path / "photographs/Bellis perennis/a.png")
    command = ["import", "folder", str(tmp_path / "photographs"), "--home", str(tmp_path / "home")]
    subprocess.run([sys.executable, "-m", "engine", *command], cwd=PROJECT, check=True)
    written = [tmp_path / "home", *(tmp_path / "home").rglob("*")]
    assert len([path for path in written if path.is_file()]) > 1
    assert [path for path in written if mode(path) & 0o077] == []
