"""Errors carry the exit status of the command that catches them."""

from engine.errors import BadInput, ClassMapMismatch, StudioError, UnreadableImage, WorkFailed


def test_bad_input_ends_a_command_with_two_and_failed_work_with_one() -> None:
    assert BadInput.exit_status == 2
    assert WorkFailed.exit_status == 1


def test_bad_photographs_and_class_maps_are_bad_input() -> None:
    assert issubclass(UnreadableImage, BadInput)
    assert issubclass(ClassMapMismatch, BadInput)
    assert issubclass(BadInput, StudioError)
