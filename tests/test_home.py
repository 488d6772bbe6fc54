"""The home: one folder that can be moved, copied and linked."""

import shutil
from pathlib import Path

import pytest

from engine.errors import BadInput, WorkFailed
from engine.home import Home, chosen_root, open_home


def test_a_home_is_made_where_there_is_none(tmp_path: Path) -> None:
    home = open_home(tmp_path / "new" / "home")
    assert home.data.is_dir()
    assert home.runs.is_dir()


def test_paths_inside_are_written_relative_and_found_again(home: Home) -> None:
    file = home.images / "ab" / "abcd.jpg"
    assert home.relative(file) == "data/images/ab/abcd.jpg"
    assert home.resolve("data/images/ab/abcd.jpg") == file


def test_a_home_that_was_moved_finds_its_files(home: Home, tmp_path: Path) -> None:
    (home.data / "note").write_text("here")
    written = home.relative(home.data / "note")
    shutil.move(home.root, tmp_path / "elsewhere")
    assert open_home(tmp_path / "elsewhere").resolve(written).read_text() == "here"


def test_a_folder_of_the_home_may_be_a_link_to_another_disk(home: Home, tmp_path: Path) -> None:
    (tmp_path / "large-disk").mkdir()
    home.images.symlink_to(tmp_path / "large-disk")
    (home.images / "a.jpg").write_text("bytes")
    written = home.relative(home.images / "a.jpg")
    assert written == "data/images/a.jpg"
    assert home.resolve(written).read_text() == "bytes"


def test_a_home_reached_through_a_link_knows_its_files(home: Home, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home.root)
    assert home.relative(tmp_path / "link" / "data" / "a.jpg") == "data/a.jpg"


@pytest.mark.parametrize("path", ["../secret", "data/../../secret", "/etc/passwd"])
def test_a_path_that_leads_out_is_refused(home: Home, path: str) -> None:
    with pytest.raises(BadInput, match="leads out of the home"):
        home.resolve(path)


def test_a_file_outside_has_no_path_inside(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="lies outside the home"):
        home.relative(tmp_path / "a.jpg")


def test_a_home_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkFailed, match=r"cannot be made .*choose another with --home"):
        open_home(tmp_path / "file")


def test_the_home_given_comes_before_the_variable_before_the_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STUDIO_HOME", "/of/variable")
    assert chosen_root(Path("/given"), "/configured") == Path("/given")
    assert chosen_root(None, "/configured") == Path("/of/variable")
    monkeypatch.setenv("STUDIO_HOME", "")
    assert chosen_root(None, "/configured") == Path("/configured")
