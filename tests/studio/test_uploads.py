"""How many uploads are taken, and what is said of the others."""

from dataclasses import dataclass

from studio.uploads import MOST_MB, MOST_PHOTOGRAPHS, within_limits


@dataclass(frozen=True)
class Upload:
    size: int


def test_uploads_within_the_limits_are_all_taken_without_a_word() -> None:
    uploads = [Upload(1_000)] * MOST_PHOTOGRAPHS
    assert within_limits(uploads) == (uploads, "")


def test_of_too_many_uploads_the_first_are_taken() -> None:
    kept, said = within_limits([Upload(1_000)] * (MOST_PHOTOGRAPHS + 2))
    assert len(kept) == MOST_PHOTOGRAPHS
    assert said == ("2 files were left out: at most 48 photographs and 256 MB fit. Remove some.")


def test_uploads_that_are_too_large_together_are_left_out() -> None:
    large, small = Upload(MOST_MB * 10**6 - 10), Upload(10)
    kept, said = within_limits([large, large, small])
    assert kept == [large, small]
    assert said.startswith("1 file was left out: ")
