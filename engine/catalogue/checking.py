"""What a photograph's fields may hold, whichever import they come from."""

import re
from typing import Any

import orjson

from engine.catalogue.fields import FIELDS, values_of
from engine.catalogue.names import BadField
from engine.catalogue.record import Photograph
from engine.errors import BadInput
from engine.language.message import Message, message

LONGEST = {name: about.longest for name, about in FIELDS.items() if about.longest}
"""The most characters that each field may have."""

_SHORTEST_LIMIT = min(LONGEST.values())
_texts_of = values_of(tuple(LONGEST))
_BREAKS = re.compile(r"\s*[\t\n\r]\s*")
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def checked(photograph: Photograph, together: str = "") -> Photograph:
    """The photograph with line breaks and tabs in its texts written as spaces.

    `together` is all of its texts, and perhaps more, where they were put together before.

    Raises:
        BadField: a field is too long or holds control characters, or the address is of
            another kind than http and https; the sentence says which.
    """
    url = photograph.url
    if url and not url.startswith(("https://", "http://")):
        _require_http(url)
    together = together or "".join(_texts_of(photograph))
    # As nearly all are, and 741,533 of them have many fields.
    if len(together) <= _SHORTEST_LIMIT and _is_printable(together):
        return photograph
    fields: dict[str, Any] = {name: _field(name, getattr(photograph, name)) for name in LONGEST}
    return photograph._replace(**fields)


def _is_printable(text: str) -> bool:
    """As `str.isprintable`, several times as fast for most texts."""
    # orjson escapes control characters but DEL, and what is not ASCII takes several bytes.
    unescaped = text.isascii() and len(orjson.dumps(text)) == len(text) + len('""')
    return (unescaped and "\x7f" not in text) or text.isprintable()


def is_plain(text: str) -> bool:
    """Whether a text holds neither control characters nor bytes that are no text."""
    return text.isprintable() or not _NO_TEXT.search(text)


def require_plain(text: str, where: Message) -> str:
    """A name or condition that was typed, as it is; `where` names its place in the sentence that
    refuses it.

    Raises:
        BadInput: it holds control characters, or is longer than a source's name may be.
    """
    if not is_plain(text):
        raise BadInput("{where}: remove the control characters and type it again.", where=where)
    if len(text) > LONGEST["source"]:
        raise BadInput(
            "{where}: type a text of at most {longest} characters.",
            where=where,
            longest=LONGEST["source"],
        )
    return text


def source_of(given: str, otherwise: str) -> str:
    """What photographs are said to come from: the name given, else that of a file or folder.

    Raises:
        BadInput: the name given holds control characters or is too long.
    """
    if given.strip():
        return require_plain(given.strip(), message("Source"))
    # A file may be called anything.
    return _NO_TEXT.sub(" ", otherwise).strip()[: LONGEST["source"]]


def quoted(text: str, longest: int = 300) -> str:
    """A text of others for a report: in one line, of at most so many characters."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return _NO_TEXT.sub("?", cut)


def _field(name: str, value: str) -> str:
    if not is_plain(value) and not FIELDS[name].is_identifier:
        value = _BREAKS.sub(" ", value).strip()
    if len(value) > LONGEST[name]:
        raise BadField(
            "{field}: the text is longer than {longest} characters.",
            field=Message(FIELDS[name].label),
            longest=LONGEST[name],
        )
    if not is_plain(value):
        raise BadField(
            "{field}: the text contains control characters.", field=Message(FIELDS[name].label)
        )
    return value


def _require_http(url: str) -> None:
    scheme = _SCHEME.match(url)
    if scheme and scheme[0].lower() not in ("http:", "https:"):
        raise BadField("Its address starts with neither http:// nor https://.")
