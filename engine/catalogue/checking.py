"""Validation of a photograph's fields, for every import."""

import re
from typing import Any

import orjson

from engine.catalogue.fields import FIELDS, values_of
from engine.catalogue.names import BadField
from engine.catalogue.record import Photograph
from engine.errors import BadInput
from engine.language.message import Message, message

LONGEST = {name: about.longest for name, about in FIELDS.items() if about.longest}
"""The maximum number of characters of each field."""

_SHORTEST_LIMIT = min(LONGEST.values())
_texts_of = values_of(tuple(LONGEST))
_BREAKS = re.compile(r"\s*[\t\n\r]\s*")
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def checked(photograph: Photograph, together: str = "") -> Photograph:
    """Validate a photograph; line breaks and tabs in its texts become spaces.

    `together` may hold all its texts (or more) joined into one, if the caller has joined them.

    Raises:
        BadField: a field is too long or holds control characters, or the address is not
            http or https; the message says which.
    """
    url = photograph.url
    if url and not url.startswith(("https://", "http://")):
        _require_http(url)
    together = together or "".join(_texts_of(photograph))
    # Fast path: nearly all photographs pass it, and a catalogue may hold 741,533.
    if len(together) <= _SHORTEST_LIMIT and _is_printable(together):
        return photograph
    fields: dict[str, Any] = {name: _field(name, getattr(photograph, name)) for name in LONGEST}
    return photograph._replace(**fields)


def _is_printable(text: str) -> bool:
    """The same as `str.isprintable`, several times as fast for most texts."""
    # orjson escapes all control characters except DEL; non-ASCII text takes several bytes.
    unescaped = text.isascii() and len(orjson.dumps(text)) == len(text) + len('""')
    return (unescaped and "\x7f" not in text) or text.isprintable()


def is_plain(text: str) -> bool:
    """Whether a text holds neither control characters nor undecodable bytes."""
    return text.isprintable() or not _NO_TEXT.search(text)


def require_plain(text: str, where: Message) -> str:
    """Return a typed name or condition unchanged; `where` names the field in the error message.

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
    """The source of imported photographs: `given`, or else the file or folder name `otherwise`.

    Raises:
        BadInput: `given` holds control characters or is too long.
    """
    if given.strip():
        return require_plain(given.strip(), message("Source"))
    # A file name may hold any characters.
    return _NO_TEXT.sub(" ", otherwise).strip()[: LONGEST["source"]]


def quoted(text: str, longest: int = 300) -> str:
    """Foreign text for a report: one line of at most `longest` characters."""
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
