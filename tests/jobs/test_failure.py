"""Why a run failed, in words with a next step, for each kind of end."""

import signal
from pathlib import Path

import pytest

from engine.jobs.failure import describe_exit, explain_failure, last_traceback, own_frame
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
        ("/home/a.jpg cannot be read.", "Put the named file right"),
        ("The loss is nan at step 7.", "smaller training.learning_rate"),
        (describe_exit(-signal.SIGSEGV), "A library crashed"),
        ("The training broke off.", "The end of the log says more"),
    ],
)
def test_every_kind_of_failure_has_its_next_step(tmp_path: Path, reason: str, advice: str) -> None:
    failure = explain_failure(reason, tmp_path / "log.txt")
    assert failure.what == reason
    assert advice in failure.next_step
    assert failure.traceback == ""


def test_an_error_of_python_names_the_studios_own_file_and_line(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(f"INFO Before.\n{TRACEBACK}INFO After.\n")
    failure = explain_failure("The training broke off.", log)
    assert failure.what.endswith(
        "It happened in engine/training/loop.py, line 53: ValueError: a matrix too many"
    )
    assert failure.traceback == TRACEBACK.rstrip()


def test_what_the_traceback_says_counts_where_the_sentence_says_little(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(TRACEBACK.replace("a matrix too many", "CUDA out of memory"))
    assert "Halve" in explain_failure("The training broke off.", log).next_step


def test_of_several_tracebacks_the_last_counts_and_a_torn_one_is_no_error() -> None:
    assert last_traceback(TRACEBACK.replace("many", "few") + TRACEBACK) == TRACEBACK.rstrip()
    torn = TRACEBACK[:60]
    assert last_traceback(torn) == torn
    assert last_traceback("nothing went wrong") == ""
    assert own_frame("") == ""


def test_an_end_without_words_gets_some() -> None:
    assert "SIGTERM" in describe_exit(-signal.SIGTERM)
    assert "exit status 3" in describe_exit(3)
    assert "signal 99" in describe_exit(-99)
    assert "without saying" in describe_exit(0)
