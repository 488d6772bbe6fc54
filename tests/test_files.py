"""Files are written and read completely or not at all."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import BadInput, WorkFailed
from engine.files import (
    atomic_file,
    atomic_writer,
    free_disk_bytes,
    read_json,
    read_json_lines,
    read_json_or,
    sha256_of,
    write_atomic,
    write_json,
)
from engine.language.current import language_set

PROJECT = Path(__file__).resolve().parents[1]


def test_written_json_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "value.json"
    write_json(file, {"species": "Rosa × härdii", "images": 3})
    assert read_json(file) == {"species": "Rosa × härdii", "images": 3}
    assert "härdii" in file.read_text(encoding="utf-8")


def test_text_and_bytes_are_written_unchanged(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", "Ñandú\n")
    write_atomic(tmp_path / "b", b"\x00\xff")
    assert (tmp_path / "a").read_bytes() == "Ñandú\n".encode()
    assert (tmp_path / "b").read_bytes() == b"\x00\xff"


def test_a_file_written_by_another_library_gets_its_name_when_it_is_complete(
    tmp_path: Path,
) -> None:
    file = tmp_path / "folder" / "a.npy"
    with atomic_file(file) as temporary:
        temporary.write_bytes(b"whole")
        assert not file.exists()
    assert file.read_bytes() == b"whole"
    assert [path.name for path in file.parent.iterdir()] == ["a.npy"]


def test_an_incomplete_write_keeps_the_previous_file(tmp_path: Path) -> None:
    file = tmp_path / "a.npy"
    file.write_bytes(b"before")
    with pytest.raises(OSError, match="no more"), atomic_file(file) as temporary:
        temporary.write_bytes(b"half")
        raise OSError("no more")
    assert file.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]


@pytest.mark.parametrize("content", [None, "", "{", "[" * 5_000, b"\xff"])
def test_a_missing_or_damaged_json_file_gives_the_default(
    tmp_path: Path, content: str | bytes | None
) -> None:
    file = tmp_path / "value.json"
    if content is not None:
        write_atomic(file, content)
    assert read_json_or(file, {"images": 0}) == {"images": 0}
    write_json(file, {"images": 3})
    assert read_json_or(file, {"images": 0}) == {"images": 3}


def test_the_free_space_of_a_missing_folder_is_that_of_its_disk(tmp_path: Path) -> None:
    before = shutil.disk_usage(tmp_path)
    free = free_disk_bytes(tmp_path / "not" / "made" / "yet.jpg")
    assert abs(free - before.free) < 0.05 * before.total
    assert free_disk_bytes(Path("/proc/self")) == 0


def test_written_files_are_readable_by_their_user_only(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", "text")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_in_a_group_folder_the_group_may_read_and_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o2770)
    write_atomic(tmp_path / "a", "text")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o660


def test_an_error_while_writing_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    file = tmp_path / "value"
    write_atomic(file, "old")
    with pytest.raises(ZeroDivisionError), atomic_writer(file) as stream:
        stream.write(b"half of the n")
        _ = 1 / 0
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["value"]


def test_a_full_disk_keeps_the_old_file_and_is_reported_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "value"
    write_atomic(file, "old")
    script = f"""
import resource
from pathlib import Path
from engine.errors import WorkFailed
from engine.files import write_atomic
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_atomic(Path({str(file)!r}), b"x" * 1_000_000)
except WorkFailed as error:
    print(error)
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert (
        ended.stdout.strip()
        == f"{file} could not be written (File too large). Nothing was changed."
    )
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["value"]


def test_a_full_device_is_reported_in_a_sentence(tmp_path: Path) -> None:
    mount = tmp_path / "tiny"
    mount.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a file system of 64 kB cannot be mounted here; RLIMIT_FSIZE stands in for it")
    try:
        write_atomic(mount / "value", "old")
        with pytest.raises(WorkFailed, match="No space left on device"):
            write_atomic(mount / "value", b"x" * 1_000_000)
        assert (mount / "value").read_text() == "old"
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_file_in_place_of_a_folder_is_reported_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(
        WorkFailed, match=r"a/b could not be written \(.*\)\. Nothing was changed\.$"
    ):
        write_atomic(tmp_path / "a" / "b", "text")


def test_a_name_of_the_maximum_length_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / ("é" * 127)
    write_atomic(file, "text")
    assert file.read_text() == "text"


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": 1', b"\xff\xfe", b"[1, 2"])
def test_damaged_json_is_rejected_with_its_path(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "value.json"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=r"value\.json is not valid JSON: .*\.$"):
        read_json(file)


def test_missing_json_is_rejected_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"gone\.json does not exist\.$"):
        read_json(tmp_path / "gone.json")


def test_a_folder_in_place_of_json_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_json(tmp_path)


def test_an_incomplete_last_line_is_skipped(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    whole = [{"step": step} for step in range(3)]
    text = "".join(json.dumps(line) + "\n" for line in whole)
    file.write_text(text + '{"step": 3, "lo')
    assert list(read_json_lines(file)) == whole


def test_damaged_lines_do_not_affect_the_others(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b'{"a": 1}\n\n\xff\xff\nnull\n[1]\n"text"\n{"a": 2}{"a": 3}\n{"a": 4}')
    assert list(read_json_lines(file)) == [{"a": 1}, {"a": 4}]


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    file = tmp_path / "bytes"
    file.write_bytes(bytes(range(256)) * 1000)
    assert sha256_of(file) == hashlib.sha256(file.read_bytes()).hexdigest()


def test_where_json_is_wrong_is_said_in_the_readers_language(tmp_path: Path) -> None:
    (tmp_path / "value.json").write_text('{"a": 1\n "b": 2}')
    with pytest.raises(BadInput) as caught:
        read_json(tmp_path / "value.json")
    with language_set("es"):
        assert str(caught.value).endswith("«Expecting ',' delimiter» en la línea 2, columna 2.")
