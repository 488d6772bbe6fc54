"""The script run_studio.sh, used as a user would."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from PIL import Image

PROJECT = Path(__file__).resolve().parents[1]
DOOR = PROJECT / "run_studio.sh"


@contextmanager
def opened(*arguments: str, home: Path) -> Iterator[Path]:
    """The studio, started by the script; yields the file with its output."""
    log = home.parent / "door.txt"
    with log.open("wb") as said:
        door = subprocess.Popen(
            [str(DOOR), *arguments],
            stdout=said,
            stderr=said,
            env={**os.environ, "STUDIO_HOME": str(home)},
            start_new_session=True,
        )
    try:
        yield log
    finally:
        os.killpg(door.pid, signal.SIGTERM)
        door.wait(timeout=60)


def address_in(log: Path, seconds: float = 60) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = re.search(r"Plant Studio is open at (http://\S+)", log.read_text())
        if found:
            return found[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment}
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_a_port_in_use_is_named_and_the_next_free_one_is_used(
    tmp_path: Path, taken_port: int
) -> None:
    with opened("--port", str(taken_port), home=tmp_path / "home") as log:
        address = address_in(log)
        opener = build_opener(HTTPCookieProcessor())
        assert opener.open(address, timeout=5).url == f"{address.partition('?')[0]}"
    port = urlsplit(address).port
    assert port is not None
    assert port > taken_port
    assert f"Port {taken_port} is in use; using {port}." in log.read_text()
    assert address.startswith("http://127.0.0.1:")


def test_a_public_address_is_refused_without_sign_in(tmp_path: Path) -> None:
    ended = run(str(DOOR), "--listen", "0.0.0.0", STUDIO_HOME=str(tmp_path / "home"))
    assert ended.returncode == 2
    assert "sign-in must be set up" in ended.stderr
    assert "ssh -L" in ended.stderr


def test_the_help_names_the_script_and_the_commands() -> None:
    said = run(str(DOOR), "--help").stdout
    for word in ("setup", "test", "check", "import", "train", "runs"):
        assert word in said


def test_an_engine_command_works_from_any_folder(tmp_path: Path) -> None:
    photographs = tmp_path / "photographs"
    photographs.mkdir()

    def import_folder() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(DOOR), "import", "folder", "photographs", "--home", "home"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )

    ended = import_folder()
    assert ended.returncode == 2
    assert ended.stderr.strip().endswith(
        "photographs has no photographs. It needs one subfolder per species."
    )
    (photographs / "Rosa canina").mkdir()
    Image.new("RGB", (60, 40), "green").save(photographs / "Rosa canina" / "1.png")
    assert import_folder().returncode == 0
    assert (tmp_path / "home" / "data").is_dir()


def test_a_python_version_that_is_too_old_is_reported(tmp_path: Path) -> None:
    copy = tmp_path / "studio"
    copy.mkdir()
    for name in ("run_studio.sh", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(PROJECT / name, copy)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        old = programs / name
        old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.18" && exit\nexit 1\n')
        old.chmod(0o755)
    ended = run(
        str(copy / "run_studio.sh"), "setup", PATH=f"{programs}:{os.environ['PATH']}", PYTHON=""
    )
    assert ended.returncode != 0
    assert "needs Python 3.11 or newer; found Python 3.8.18" in ended.stderr
    assert not (copy / ".venv").exists()


def test_a_disk_that_is_too_small_is_reported(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)).returncode:
        pytest.skip("only root may mount the small disk this needs")
    try:
        for name in ("run_studio.sh", "requirements.txt", "requirements-dev.txt"):
            shutil.copy(PROJECT / name, disk)
        ended = run(str(disk / "run_studio.sh"), "setup")
        assert ended.returncode != 0
        assert "has 0 GB free; setting up needs 9 GB" in ended.stderr
        assert not (disk / ".venv").exists()
    finally:
        run("umount", str(disk))
