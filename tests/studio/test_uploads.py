"""The limits of uploads, and the message about the others."""

from dataclasses import dataclass

from studio.uploads import MOST_MB, MOST_PHOTOGRAPHS, within_limits


@dataclass(frozen=True)
class Upload:
    size: int


def test_uploads_within_the_limits_are_all_accepted_without_a_message() -> None:
    uploads = [Upload(1_000)] * MOST_PHOTOGRAPHS
    assert within_limits(uploads) == (uploads, "")


def test_the_first_of_too_many_uploads_are_accepted() -> None:
    kept, said = within_limits([Upload(1_000)] * (MOST_PHOTOGRAPHS + 2))
    assert len(kept) == MOST_PHOTOGRAPHS
    assert said == ("2 files were left out: at most 48 photographs and 256 MB fit. Remove some.")


def test_uploads_that_are_too_large_together_are_left_out() -> None:
    large, small = Upload(MOST_MB * 10**6 - 10), Upload(10)
    kept, said = within_limits([large, large, small])
    assert kept == [large, small]
    assert said.startswith("1 file was left out: ")
