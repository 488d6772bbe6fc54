"""Output that all commands share."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.commands.shared import answer
from engine.language.current import language_set
from engine.language.message import Message, message
from engine.progress import JOB_VARIABLE


@dataclass(frozen=True)
class Refusal:
    row: int
    reason: Message


def test_messages_are_printed_in_english_and_stored_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(JOB_VARIABLE, str(tmp_path))
    reason = message("Damaged: {reason}", reason="no header")
    with language_set("es"):
        answer({"refused": (Refusal(7, reason),)}, "", as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"refused": [{"row": 7, "reason": "Damaged: no header"}]}
    kept = json.loads((tmp_path / "result.json").read_text())
    assert Message(**kept["refused"][0]["reason"]) == reason
