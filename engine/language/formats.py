"""Numbers, sizes, durations and dates in the format of the reader's language."""

import datetime
import math
import re
from collections.abc import Sequence
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from engine.language.current import current_language
from engine.language.translations import translated

NOT_A_NUMBER = "–"
_SIZES = ("bytes", "kB", "MB", "GB", "TB")
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_SPECIFICATION = re.compile(r",?(?:\.(?P<digits>\d))?(?P<kind>[f%]?)")
_JUST_NOW_SECONDS = 10


def number(value: float, digits: int = 0) -> str:
    """741533 -> "741,533" in English, "741.533" in Spanish. NaN -> "–"."""
    if not math.isfinite(value):
        return NOT_A_NUMBER
    language = current_language()
    return format_decimal(round(value, digits), _pattern(language, digits, ""), language)


def signed(value: float, digits: int = 0) -> str:
    """1.25, 1 -> "+1.2" in English, "+1,2" in Spanish."""
    return f"+{number(value, digits)}" if value >= 0 else number(value, digits)


def percentage(fraction: float, digits: int = 1) -> str:
    """0.8754 -> "87.5%" in English, "87,5 %" in Spanish. NaN -> "–"."""
    if not math.isfinite(fraction):
        return NOT_A_NUMBER
    language = current_language()
    exact = round(100 * fraction, digits) / 100
    return format_percent(exact, _pattern(language, digits, "%"), language)


def size(bytes_: float) -> str:
    """12_400_000 -> "12.4 MB" (powers of 1,000)."""
    value = float(bytes_)
    for unit in _SIZES:
        if value < 999.5 or unit == _SIZES[-1]:
            break
        value /= 1_000
    return f"{number(value, 0 if unit == 'bytes' or value >= 100 else 1)} {unit}"


def duration(seconds: float) -> str:
    """200 -> "3 min 20 s": the two largest units that are not zero. In ms below a second."""
    if not math.isfinite(seconds):
        return NOT_A_NUMBER
    if 0 < seconds < 0.9995:
        return f"{seconds * 1_000:.0f} ms"
    left = round(seconds)
    parts: list[str] = []
    for length, unit in _UNITS:
        whole, left = divmod(left, length)
        if whole:
            parts.append(f"{whole} {unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def moment(then: float) -> str:
    """Unix seconds -> "25 Nov 14:03:07", in this machine's time zone; "–" if out of range."""
    try:
        when = datetime.datetime.fromtimestamp(then)
    except (ValueError, OverflowError, OSError):
        return NOT_A_NUMBER
    return format_datetime(when, "dd MMM HH:mm:ss", locale=current_language())


def day(then: datetime.date) -> str:
    """2024-05-01 -> "May 1, 2024" in English, "1 may 2024" in Spanish."""
    return format_date(then, locale=current_language())


def ago(then: float, now: float) -> str:
    """Two moments in Unix seconds -> "4 minutes ago", "hace 4 minutos", "2 days ago"."""
    passed = now - then
    if passed < _JUST_NOW_SECONDS:
        return translated("just now")
    unit = next(length for length, _ in _UNITS if passed >= length)
    past = datetime.timedelta(seconds=-(passed // unit) * unit)
    return format_timedelta(past, threshold=1, add_direction=True, locale=current_language())


def alternatives(items: Sequence[str]) -> str:
    """["a", "b", "c"] -> "a, b, or c" in English, "a, b o c" in Spanish."""
    return format_list(items, style="or", locale=current_language())


def enumeration(items: Sequence[str]) -> str:
    """["a", "b", "c"] -> "a, b, and c" in English, "a, b y c" in Spanish."""
    return format_list(items, style="standard", locale=current_language())


def formatted(value: object, specification: str) -> str:
    """Format a value for a field of a message: `{n}`, `{share:.1%}`, `{loss:.3f}`, `{total:size}`.

    A list reads "a, b, and c" as `{names}`, and "a, b, or c" as `{names:or}`.
    Whole numbers are grouped as the language does; a number that is a name, such as a port, goes
    into a message as text.
    """
    if isinstance(value, list | tuple):
        items = [formatted(item, "") for item in value]
        return alternatives(items) if specification == "or" else enumeration(items)
    by_name = {"size": size, "duration": duration, "moment": moment}
    if isinstance(value, int | float) and not isinstance(value, bool):
        if specification in by_name:
            return by_name[specification](value)
        match = _SPECIFICATION.fullmatch(specification)
        if match:
            digits = int(match["digits"] or 0)
            return percentage(value, digits) if match["kind"] == "%" else number(value, digits)
    return str(value)


@lru_cache
def _pattern(language: str, digits: int, of: str) -> str:
    locale = Locale.parse(language)
    pattern = (locale.percent_formats if of == "%" else locale.decimal_formats)[None].pattern
    # "#,##0.###" and "#,##0 %" become "#,##0.00" and "#,##0.00 %".
    return re.sub(r"0(\.#+)?", "0" + ("." + "0" * digits if digits else ""), pattern, count=1)
