"""The reason of a failed run, with a next step, for each kind of end."""

import signal
from pathlib import Path

import pytest

from engine.jobs.failure import describe_exit, explain_failure, last_traceback, own_frame
from engine.language.current import language_set
from engine.language.message import Message, message
from engine.settings.configs import PROJECT

TRACEBACK = f"""Traceback (most recent call last):
  File "{PROJECT}/engine/training/loop.py", line 53, in train
    step()
  File "{PROJECT}/.venv/lib/python3.12/site-packages/torch/nn/modules/module.py", line 9, in f
    return g()
ValueError: a matrix too many
"""


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("The memory did not suffice; halve training.batch_size.", "Halve training.batch_size"),
        (describe_exit(-signal.SIGKILL), "Halve training.batch_size"),
        ("/home/x could not be written (No space left on device).", "Make room on the disk"),
        ("It could not be written: make room on the disk and resume.", "Make room on the disk"),
        ("/home/x could not be written (Read-only file system).", "Make the home writable"),
        ("/home/a.jpg cannot be read.", "Repair the file"),
        ("The loss is nan at step 7.", "smaller training.learning_rate"),
        (describe_exit(-signal.SIGSEGV), "A library crashed"),
        ("Training failed.", "Check the end of the log"),
        (message("{file} is missing.", file="a.jpg"), "Repair the file"),
    ],
)
def test_every_kind_of_failure_has_its_next_step(
    tmp_path: Path, reason: str | Message, advice: str
) -> None:
    known = reason if isinstance(reason, Message) else Message(reason)
    failure = explain_failure(known, tmp_path / "log.txt")
    assert failure.what == known
    assert advice in str(failure.next_step)
    assert failure.traceback == ""


def test_a_python_error_names_the_file_and_line_in_the_studio(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(f"INFO Before.\n{TRACEBACK}INFO After.\n")
    failure = explain_failure(Message("Training failed."), log)
    assert str(failure.what) == (
        "Training failed. Source: engine/training/loop.py, line 53: ValueError: a matrix too many"
    )
    assert failure.traceback == TRACEBACK.rstrip()


def test_the_traceback_is_used_if_the_sentence_is_unspecific(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(TRACEBACK.replace("a matrix too many", "CUDA out of memory"))
    assert "Halve" in str(explain_failure(Message("Training failed."), log).next_step)


def test_the_last_of_several_tracebacks_is_used_and_a_truncated_one_is_no_error() -> None:
    assert last_traceback(TRACEBACK.replace("many", "few") + TRACEBACK) == TRACEBACK.rstrip()
    torn = TRACEBACK[:60]
    assert last_traceback(torn) == torn
    assert last_traceback("nothing went wrong") == ""
    assert own_frame("") is None


def test_an_end_without_a_message_gets_one() -> None:
    assert "SIGTERM" in str(describe_exit(-signal.SIGTERM))
    assert "exit status 3" in str(describe_exit(3))
    assert "signal 99" in str(describe_exit(-99))
    assert "without reporting" in str(describe_exit(0))


def test_a_failure_is_shown_in_the_language_of_the_reader_and_by_its_kind(tmp_path: Path) -> None:
    with language_set("es"):
        failure = explain_failure(describe_exit(-signal.SIGKILL), tmp_path / "log.txt")
        assert str(failure.what).startswith("El sistema cerró el proceso")
        assert str(failure.next_step).startswith("Reduce training.batch_size a la mitad")
