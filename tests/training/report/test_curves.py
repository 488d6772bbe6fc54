"""metrics.jsonl."""

from pathlib import Path

from engine.files import read_json_lines
from engine.training.report.curves import CurveWriter


def _add(path: Path, attempt: int, **values: float) -> None:
    writer = CurveWriter(path, attempt)
    writer.add("train", 3, 0.5, **values)
    writer.close()


def test_each_point_is_appended_as_a_line(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    _add(path, 1, loss=1.23456789)
    _add(path, 2, loss=1.0)
    first, second = read_json_lines(path)
    assert (first["attempt"], first["step"], first["split"], first["loss"]) == (
        1,
        3,
        "train",
        1.23457,
    )
    assert second["attempt"] == 2


def test_a_line_truncated_by_a_crash_does_not_affect_the_others(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    _add(path, 1, loss=1.0)
    with path.open("a") as stream:
        stream.write('{"t": 17, "atte')
    _add(path, 2, loss=2.0)
    assert [point["attempt"] for point in read_json_lines(path)] == [1, 2]


def test_nan_is_written_as_null(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    _add(path, 1, loss=float("nan"))
    assert next(read_json_lines(path))["loss"] is None
