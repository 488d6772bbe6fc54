"""Escaping CSV cells that a spreadsheet would evaluate as formulas."""

import re

FIRST_LETTERS = frozenset("'=+-@\t\r")
"""Only cells that begin with one of these may get an apostrophe."""
_FORMULA = r"[=+\-@\t\r]"
_QUOTED = re.compile(rf"'+{_FORMULA}")
_TO_QUOTE = {True: rf"^('*{_FORMULA})", False: rf"^('+{_FORMULA})"}
_TO_QUOTE_HERE = {safe: re.compile(pattern) for safe, pattern in _TO_QUOTE.items()}


def to_quote(safe: bool) -> str:
    """A regular expression (RE2 and Python) for cells that get a leading apostrophe.

    In a `safe` table, these are all cells that begin like a formula; otherwise only those from
    which `from_cell` would remove an apostrophe.
    """
    return _TO_QUOTE[safe]


def to_cell(text: str, safe: bool) -> str:
    """Convert a text to a CSV cell: "=1+1" -> "'=1+1" in a `safe` table."""
    return _TO_QUOTE_HERE[safe].sub(r"'\1", text)


def from_cell(cell: str) -> str:
    """The inverse of `to_cell`: "'=1+1" -> "=1+1"."""
    return cell[1:] if cell[:1] == "'" and _QUOTED.match(cell) else cell
