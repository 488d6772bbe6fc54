"""Translate a text of a page, known in English, into another language."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TypeVar

from engine.language.current import language_set
from engine.language.message import FIELD, gettext, ngettext
from engine.language.translations import translated, translated_plural
from engine.language.update import MessageId, all_messages

T = TypeVar("T", str, re.Pattern[str])

_MANY = 1_000


def reader(language: str) -> Callable[[T], T]:
    """A function from an English text to the same text in a language: "48 photographs", "48
    fotografías".

    The message is the one that gives this English text, with any values in its fields. A text that
    is no message stays unchanged. A regular expression becomes one that also matches the
    translations of all messages that it matches.
    """

    def read(text: T) -> T:
        if isinstance(text, str):
            return _read(text, language)
        with language_set(language):
            found = [_anywhere(_form(message)) for form, message in _forms() if text.search(form)]
        return re.compile("|".join([text.pattern, *found]), text.flags)

    return read


def _read(text: str, language: str) -> str:
    for form, message in _forms():
        match = re.fullmatch(_pattern(form), text, re.DOTALL)
        if match:
            fields = {name: _read(value, language) for name, value in match.groupdict().items()}
            with language_set(language):
                return _translation(message, fields)
    return text


def _translation(message: MessageId, fields: dict[str, str]) -> str:
    if isinstance(message, str):
        return gettext(message, **fields)
    n = int(fields.pop("n", "1").replace(",", ""))
    return ngettext(*message, n, **fields)


def _form(message: MessageId) -> str:
    return translated(message) if isinstance(message, str) else translated_plural(*message, _MANY)


@lru_cache
def _forms() -> list[tuple[str, MessageId]]:
    """Each form of each message, in descending order of literal words."""
    messages = {found.message for found in all_messages()}
    forms = [
        (form, message)
        for message in messages
        for form in ([message] if isinstance(message, str) else message)
    ]
    return sorted(forms, key=lambda pair: (-len(FIELD.sub("", pair[0])), pair[0]))


def _anywhere(form: str) -> str:
    """A pattern that matches a message with any values."""
    ends = [0, *(end for field in FIELD.finditer(form) for end in field.span()), len(form)]
    parts = zip(ends[::2], ends[1::2], strict=True)
    return ".+".join(re.escape(form[begin:end]) for begin, end in parts)


@cache
def _pattern(form: str) -> str:
    """Like `_anywhere`, with the values as groups."""
    seen: set[str] = set()
    pattern, end = "", 0
    for field in FIELD.finditer(form):
        name = field["name"]
        values = "[0-9,]+" if name == "n" else ".+"
        pattern += re.escape(form[end : field.start()])
        pattern += f"(?P={name})" if name in seen else f"(?P<{name}>{values})"
        seen.add(name)
        end = field.end()
    return pattern + re.escape(form[end:])
