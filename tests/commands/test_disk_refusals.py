"""A disk error ends any command with one sentence and exit status 1."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import cli
from tests.conftest import Mount, freeze


def write_to_a_full_device() -> None:
    Path("/dev/full").write_text("x")


def read_where_nothing_is_mapped() -> None:
    Path("/proc/self/mem").read_bytes()


def over_quota() -> None:
    raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT), "/home/ada/a\x1b[31m.jpg")


def without_permission() -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/home/ada/data")


def ended(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> int:
    """The exit status of a command that runs this function."""
    monkeypatch.setattr(cli, "command_line", lambda words: lambda _: work())
    return cli._run([])[0]


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (write_to_a_full_device, "(No space left on device). Make room on the disk"),
        (read_where_nothing_is_mapped, "(Input/output error). Check the disk for errors."),
        (over_quota, r"Could not use /home/ada/a\x1b[31m.jpg (Disk quota exceeded)."),
        (without_permission, "Could not use /home/ada/data (Permission denied). Change its"),
    ],
)
def test_a_disk_error_is_one_sentence(
    work: Callable[[], object],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ended(monkeypatch, work) == 1
    said = capsys.readouterr().err.strip()
    assert words in said
    assert "\n" not in said and said.endswith(".")


def test_a_read_only_disk_is_named(
    tmp_path: Path,
    mounted: Mount,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    freeze(mounted, tmp_path)
    assert ended(monkeypatch, (tmp_path / "runs").mkdir) == 1
    said = capsys.readouterr().err.strip()
    assert said == (
        f"Could not use {tmp_path / 'runs'} (Read-only file system). "
        "Make the disk writable or choose another home."
    )


def test_any_other_error_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, Path("/no/such/file").read_bytes) == 1
    assert "Traceback" in capsys.readouterr().err
