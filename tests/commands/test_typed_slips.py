"""Mistakes on the command line: one sentence, exit status 2, no secret."""

import sys
from pathlib import Path

import pytest

from engine import cli
from tests.commands.slips import SECRET, SLIPS


@pytest.mark.parametrize(
    "words",
    SLIPS,
    ids=lambda words: " ".join(words)[:50],
)
def test_a_mistake_is_reported_in_one_sentence(
    words: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = [] if "--home" in words else ["--home", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["engine"])
    status, _ = cli._run([*words, *home])
    said = capsys.readouterr().err.strip()
    assert status == 2
    assert said and "\n" not in said and "Traceback" not in said
    assert SECRET not in said
