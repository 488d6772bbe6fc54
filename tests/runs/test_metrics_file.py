import json
from pathlib import Path

from engine.files import json_objects
from engine.runs.metrics_file import MetricBytes, read_bytes


def _line(step: int) -> bytes:
    return json.dumps({"step": step}).encode() + b"\n"


def _steps(read: MetricBytes) -> list[int]:
    return [line["step"] for line in json_objects(read.content.splitlines())]


def test_a_run_without_metrics_has_no_lines(tmp_path: Path) -> None:
    assert read_bytes(tmp_path / "metrics.jsonl") == MetricBytes(b"", 0)


def test_only_new_lines_are_read_from_the_offset_on(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(_line(1) + _line(2))
    first = read_bytes(path)
    with path.open("ab") as stream:
        stream.write(_line(3))
    assert _steps(first) == [1, 2]
    assert _steps(read_bytes(path, first.offset)) == [3]


def test_an_incomplete_last_line_is_read_once_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    whole = _line(2)
    path.write_bytes(_line(1) + whole[:5])
    first = read_bytes(path)
    assert _steps(first) == [1]
    with path.open("ab") as stream:
        stream.write(whole[5:])
    assert _steps(read_bytes(path, first.offset)) == [2]


def test_a_damaged_line_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(_line(1) + b'{"step": \x00\xff\n' + b"[1]\n" + _line(2))
    assert _steps(read_bytes(path)) == [1, 2]


def test_a_file_that_became_shorter_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(_line(1) + _line(2))
    offset = read_bytes(path).offset
    path.write_bytes(_line(7))
    assert _steps(read_bytes(path, offset)) == [7]
