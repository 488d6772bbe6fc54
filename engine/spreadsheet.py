"""Text in CSV that a spreadsheet would otherwise run as a formula."""

import re

_FORMULA = r"[=+\-@\t\r]"
_QUOTED = re.compile(rf"'+{_FORMULA}")
_TO_QUOTE = {True: rf"^('*{_FORMULA})", False: rf"^('+{_FORMULA})"}
_TO_QUOTE_HERE = {safe: re.compile(pattern) for safe, pattern in _TO_QUOTE.items()}


def to_quote(safe: bool) -> str:
    """The pattern, as RE2 and Python read it, of cells that get a leading apostrophe: of a `safe`
    table all that begin like a formula; of another those that `from_cell` would shorten."""
    return _TO_QUOTE[safe]


def to_cell(text: str, safe: bool) -> str:
    """A text as a cell of CSV: "=1+1" -> "'=1+1" where the table is to be `safe`."""
    return _TO_QUOTE_HERE[safe].sub(r"'\1", text)


def from_cell(cell: str) -> str:
    """The text that `to_cell` was given: "'=1+1" -> "=1+1"."""
    return cell[1:] if cell[:1] == "'" and _QUOTED.match(cell) else cell
