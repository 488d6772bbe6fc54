import math

import pytest

from studio import text


@pytest.mark.parametrize(
    ("value", "digits", "said"), [(741533, 0, "741,533"), (0.123, 2, "0.12"), (math.nan, 0, "–")]
)
def test_numbers_have_thousands_separators(value: float, digits: int, said: str) -> None:
    assert text.number(value, digits) == said


def test_shares_are_percentages() -> None:
    assert text.percentage(0.8754) == "87.5%"
    assert text.percentage(1, 0) == "100%"
    assert text.percentage(math.inf) == "–"


@pytest.mark.parametrize(
    ("bytes_", "said"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (12_400_000, "12.4 MB"),
        (999_700_000, "1.0 GB"),
        (5_000_000_000_000_000, "5,000 TB"),
    ],
)
def test_sizes_have_a_suitable_unit(bytes_: int, said: str) -> None:
    assert text.size(bytes_) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.042, "42 ms"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3_600, "1 h"),
        (7_265, "2 h 1 min"),
        (86_400 + 300, "1 d"),
        (math.inf, "–"),
    ],
)
def test_durations_name_their_two_largest_units(seconds: float, said: str) -> None:
    assert text.duration(seconds) == said


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (-5, "just now"),
        (3, "just now"),
        (15, "15 seconds ago"),
        (60, "1 minute ago"),
        (2.5 * 86_400, "2 days ago"),
    ],
)
def test_times_are_relative_to_now(passed: float, said: str) -> None:
    assert text.ago(1_000_000 - passed, 1_000_000) == said


def test_text_from_outside_is_shown_literally_in_markdown() -> None:
    assert text.plain("Acer × hybridum (L.)") == "Acer × hybridum (L.)"
    assert text.plain("*a* :red[b]") == "\\*a\\* \\:red\\[b\\]"


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        ("1. x", "1\\. x"),
        ("# x", "\\# x"),
        ("a_b _c_", "a_b \\_c\\_"),
        (":material/home: x", "\\::gray[]material/home: x"),
        ("http://a.b", "http\\::gray[]//a.b"),
        ("12.5% of run-1.2 (ok)", "12.5% of run-1.2 (ok)"),
    ],
)
def test_only_markdown_syntax_is_escaped(words: str, drawn: str) -> None:
    assert text.plain(words) == drawn
