"""What is typed wrong on the command line: one sentence, exit status 2, no secret."""

import sys
from pathlib import Path

import pytest

from engine import cli

SECRET = "hunter2"


@pytest.mark.parametrize(
    "words",
    [
        ["import", "folder", "~nosuchuser/x"],
        ["import", "table", "~nosuchuser/x.csv"],
        ["import", "table", "/" + "x" * 5_000],
        ["import", "folder", "/" + "x" * 5_000],
        ["crop", "compare", "/" + "x" * 5_000, "--samples", "2", "--out", "o.png"],
        ["counts", "--home", "~nosuchuser/x"],
        ["export", "--output-dir", "x", "--where", "source=a\x07"],
        *(
            ["import", "mongo", address, "--database=d", "--collection=c"]
            for address in (
                f"mongodb://u:{SECRET}@h:99999",
                "mongodb://[::1",
                f"mongodb://u:{SECRET}:x@h",
                f"mongodb://u:{SECRET}",
                f"mongodb://u:{SECRET}@h/?tls=true&tlsCAFile={__file__}",
                "file:~nosuchuser/x",
                "file:/dev/zero",
            )
        ),
        ["import", "mongo", "mongodb://127.0.0.1:1", "--database=a.b", "--collection=c"],
    ],
    ids=lambda words: " ".join(words)[:50],
)
def test_a_slip_is_one_sentence(
    words: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = [] if "--home" in words else ["--home", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["engine", *words, *home])
    status, _ = cli._run()
    said = capsys.readouterr().err.strip()
    assert status == 2
    assert said and "\n" not in said and "Traceback" not in said
    assert SECRET not in said
