"""Numbers, sizes, durations and dates in two languages."""

import math
from collections.abc import Callable

import pytest

from engine.language import formats
from engine.language.current import language_set

DAY = 86_400


@pytest.mark.parametrize(
    ("write", "english", "spanish"),
    [
        (lambda: formats.number(741_533), "741,533", "741.533"),
        (lambda: formats.number(1234.5678, 2), "1,234.57", "1.234,57"),
        (lambda: formats.number(math.nan), "–", "–"),
        (lambda: formats.percentage(0.8754), "87.5%", "87,5\N{NO-BREAK SPACE}%"),
        (lambda: formats.percentage(1.0, 0), "100%", "100\N{NO-BREAK SPACE}%"),
        (lambda: formats.percentage(math.inf), "–", "–"),
        (lambda: formats.size(999), "999 bytes", "999 bytes"),
        (lambda: formats.size(12_400_000), "12.4 MB", "12,4 MB"),
        (lambda: formats.size(92_000_000_000_000), "92.0 TB", "92,0 TB"),
        (lambda: formats.duration(0), "0 s", "0 s"),
        (lambda: formats.duration(0.0123), "12 ms", "12 ms"),
        (lambda: formats.duration(200), "3 min 20 s", "3 min 20 s"),
        (lambda: formats.duration(2 * DAY + 3_600), "2 d 1 h", "2 d 1 h"),
        (lambda: formats.ago(100, 105), "just now", "ahora mismo"),
        (lambda: formats.ago(0, 240), "4 minutes ago", "hace 4 minutos"),
        (lambda: formats.ago(0, 3_601), "1 hour ago", "hace 1 hora"),
        (lambda: formats.ago(0, 2 * DAY), "2 days ago", "hace 2 días"),
    ],
)
def test_a_value_is_formatted_for_the_language(
    write: Callable[[], str], english: str, spanish: str
) -> None:
    with language_set("en"):
        assert write() == english
    with language_set("es"):
        assert write() == spanish


def test_alternatives_are_listed_in_the_format_of_the_language() -> None:
    assert formats.alternatives(["on"]) == "on"
    assert formats.alternatives(["linear", "cosine"]) == "linear or cosine"
    with language_set("es"):
        assert formats.alternatives(["linear", "cosine", "none"]) == "linear, cosine o none"


def test_a_date_names_the_month_in_the_language() -> None:
    with language_set("en"):
        assert " Jan " in formats.moment(10 * DAY)
    with language_set("es"):
        assert " ene " in formats.moment(10 * DAY)


@pytest.mark.parametrize(
    ("value", "specification", "text"),
    [
        (1234, "", "1,234"),
        (True, "", "True"),
        ("8501", "", "8501"),
        (0.8754, ".1%", "87.5%"),
        (0.12345, ".3f", "0.123"),
        (12_400_000, "size", "12.4 MB"),
        (200.0, "duration", "3 min 20 s"),
        ("a name", ">999999999", "a name"),
    ],
)
def test_a_field_specifies_its_format(value: object, specification: str, text: str) -> None:
    with language_set("en"):
        assert formats.formatted(value, specification) == text
