from pathlib import Path

from engine.jobs.log import log_tail


def test_the_last_lines_of_a_log_are_shown(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("".join(f"line {number}\n" for number in range(50_000)))
    assert log_tail(log, lines=2) == "line 49998\nline 49999"


def test_a_missing_log_is_empty(tmp_path: Path) -> None:
    assert log_tail(tmp_path / "log.txt") == ""


def test_bytes_that_are_not_text_cause_no_error(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"fine\n\xff\xfe\n")
    assert log_tail(log).startswith("fine\n")
