"""Numbers, sizes and times as people say them."""

import math
import re
import time

# What would be read as Markdown, LaTeX, HTML or a link of GitHub's kind where it stands.
_MARKDOWN = re.compile(
    r"[\\`*\[\]|<>~$]"
    r"|(?<!\w)_|_(?!\w)"
    r"|:(?=[\w+/-])"
    r"|&(?=[\w#])|(?<=\S)@(?=\S)|(?<=www)\."
    r"|^[#+=-]|(?:(?<=^\d)|(?<=^\d\d)|(?<=^\d{3}))[.)](?=\s|$)",
    re.IGNORECASE | re.MULTILINE,
)
# Streamlit draws icons, emoji, arrows and links after it has taken the escapes away: what is
# together in its eyes is parted by a colour without words, which shows nothing.
_TOGETHER = re.compile(
    r"\\:(?=//|[\w+-]+(?:\\?:|/))|\\@|www(?=\\\.)|-(?=\\>|-)|\\<(?=-|\\-|=)|\\[>~](?==)",
    re.IGNORECASE,
)
_NOTHING = ":gray[]"
_INDENT = re.compile(r"^[ \t]+", re.M)
_BREAK = re.compile(r" *\r?\n")
_SIZES = ("bytes", "kB", "MB", "GB", "TB")
_UNITS = ((86_400, "day", "d"), (3_600, "hour", "h"), (60, "minute", "min"), (1, "second", "s"))


def number(value: float, digits: int = 0) -> str:
    """741533 -> "741,533". Not a number reads "–"."""
    return f"{value:,.{digits}f}" if math.isfinite(value) else "–"


def count(value: int, noun: str, plural: str | None = None) -> str:
    """1, "species", "species" -> "1 species"; 2, "photograph" -> "2 photographs"."""
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def percentage(fraction: float, digits: int = 1) -> str:
    """0.8754 -> "87.5%". Not a number reads "–"."""
    return f"{100 * fraction:.{digits}f}%" if math.isfinite(fraction) else "–"


def size(bytes_: int) -> str:
    """12_400_000 -> "12.4 MB" (powers of 1,000)."""
    value = float(bytes_)
    for unit in _SIZES:
        if value < 999.5 or unit == _SIZES[-1]:
            break
        value /= 1_000
    return f"{value:,.{0 if unit == 'bytes' or value >= 100 else 1}f} {unit}"


def plain(words: str) -> str:
    """Words that are not ours, to stand in Markdown letter for letter.

    Whatever comes from a catalogue, a run, an address or another program goes through here before
    Streamlit draws it; tests/studio/test_words.py holds every call to that.
    """
    escaped = _MARKDOWN.sub(r"\\\g<0>", words)
    escaped = _TOGETHER.sub(rf"\g<0>{_NOTHING}", escaped)
    escaped = _INDENT.sub(lambda spaces: "\N{NO-BREAK SPACE}" * len(spaces[0]), escaped)
    return _BREAK.sub("  \n", escaped)


def duration(seconds: float) -> str:
    """200 -> "3 min 20 s": the two largest units that say something. Below a second: ms."""
    if not math.isfinite(seconds):
        return "–"
    if 0 < seconds < 0.9995:
        return f"{seconds * 1_000:.0f} ms"
    left = round(seconds)
    said: list[str] = []
    for length, _, mark in _UNITS:
        whole, left = divmod(left, length)
        if whole:
            said.append(f"{whole} {mark}")
        elif said:
            break
    return " ".join(said[:2]) or "0 s"


def rounded(seconds: float) -> float:
    """In steps of 5, 30 and 60 seconds, and never 0: a forecast is no more certain than that."""
    step = 60 if seconds >= 600 else 30 if seconds >= 120 else 5
    return max(5, round(seconds / step) * step)


def moment(then: float) -> str:
    """Unix seconds -> "25 Nov 14:03:07", by this machine's clock."""
    return time.strftime("%d %b %H:%M:%S", time.localtime(then))


def ago(then: float, now: float) -> str:
    """Two moments in unix seconds -> "just now", "4 minutes ago", "2 days ago"."""
    passed = now - then
    if passed < 10:
        return "just now"
    for length, word, _ in _UNITS:
        if passed >= length:
            return f"{count(int(passed // length), word)} ago"
    return "just now"
