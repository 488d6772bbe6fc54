"""Human-readable numbers, sizes and times."""

import re

from engine.language.formats import ago, day, duration, moment, number, percentage, size

# Characters that would be read as Markdown, LaTeX, HTML or a GitHub-style link.
_MARKDOWN = re.compile(
    r"[\\`*\[\]|<>~$]"
    r"|(?<!\w)_|_(?!\w)"
    r"|:(?=[\w+/-])"
    r"|&(?=[\w#])|(?<=\S)@(?=\S)|(?<=www)\."
    r"|^[#+=-]|(?:(?<=^\d)|(?<=^\d\d)|(?<=^\d{3}))[.)](?=\s|$)",
    re.IGNORECASE | re.MULTILINE,
)
# Streamlit draws icons, emoji, arrows and links after it has removed the escapes. A colour
# directive without text, which is invisible, breaks up such sequences.
_TOGETHER = re.compile(
    r"\\:(?=//|[\w+-]+(?:\\?:|/))|\\@|www(?=\\\.)|-(?=\\>|-)|\\<(?=-|\\-|=)|\\[>~](?==)",
    re.IGNORECASE,
)
_NOTHING = ":gray[]"
_INDENT = re.compile(r"^[ \t]+", re.M)
_BREAK = re.compile(r" *\r?\n")

__all__ = [
    "ago",
    "day",
    "duration",
    "moment",
    "number",
    "percentage",
    "plain",
    "rounded",
    "size",
]


def plain(words: str) -> str:
    """Text from outside, escaped so that Markdown shows it literally.

    All text from a catalogue, a run, an address or another program passes through this function
    before Streamlit draws it; tests/studio/test_words.py checks every call.
    """
    escaped = _MARKDOWN.sub(r"\\\g<0>", words)
    escaped = _TOGETHER.sub(rf"\g<0>{_NOTHING}", escaped)
    escaped = _INDENT.sub(lambda spaces: "\N{NO-BREAK SPACE}" * len(spaces[0]), escaped)
    return _BREAK.sub("  \n", escaped)


def rounded(seconds: float) -> float:
    """Rounded to steps of 5, 30 and 60 seconds, and never 0: a forecast is not more precise."""
    step = 60 if seconds >= 600 else 30 if seconds >= 120 else 5
    return max(5, round(seconds / step) * step)
