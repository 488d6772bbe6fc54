"""Which results the robustness benchmark counts as wrong, and its exit status."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from benchmarks.robustness import __main__ as command
from benchmarks.robustness.homes import contents
from benchmarks.robustness.line import Line, drawn, judged
from engine.errors import BadInput


def refuse() -> None:
    raise BadInput("It is no table.")


def break_down() -> None:
    raise KeyError("x")


def test_a_value_or_a_sentence_is_right_and_a_traceback_or_several_lines_are_wrong() -> None:
    attempts = [
        ("value", dict),
        ("sentence", refuse),
        ("sentence returned", lambda: "It is no table."),
        ("two lines", lambda: "Traceback\nKeyError"),
        ("traceback", break_down),
    ]
    line = judged("tables", attempts)
    assert (line.what, line.tried) == ("tables: 2 refused in a sentence, 1 harmless", 5)
    assert [wrong.partition(":")[0] for wrong in line.wrong] == ["two lines", "traceback"]


def test_drafts_of_a_killed_process_are_not_compared(tmp_path: Path) -> None:
    made = tmp_path / "data" / "splits" / "first" / "train.jsonl"
    made.parent.mkdir(parents=True)
    made.write_text("{}")
    before = contents(tmp_path)
    draft = tmp_path / "data" / "splits" / ".first.99" / "train.jsonl"
    draft.parent.mkdir()
    draft.write_text("{")
    assert contents(tmp_path) == before
    made.write_text("{")
    assert contents(tmp_path) != before


def test_examples_are_the_same_each_time() -> None:
    assert len(drawn(st.integers(), 20)) == 20
    assert drawn(st.integers(), 20) == drawn(st.integers(), 20)


@pytest.mark.parametrize(("wrong", "status"), [([], 0), (["it broke"], 1)])
def test_any_wrong_result_is_printed_and_sets_the_exit_status_to_1(
    wrong: list[str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def part(root: Path, given: Namespace) -> Iterator[Line]:
        yield Line("tables", 3, wrong)

    monkeypatch.setattr(command, "PARTS", {"inputs": part})
    monkeypatch.setattr(sys, "argv", ["robustness", "inputs"])
    with pytest.raises(SystemExit) as leaving:
        command.main()
    assert leaving.value.code == status
    said = capsys.readouterr().out
    assert f"| tables | 3 | {len(wrong)} |" in said
    assert all(f"    {what}\n" in said for what in wrong)
