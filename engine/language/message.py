"""Messages: whole sentences with named fields, translated when they are read.

`gettext` and `ngettext` return text at once. A `Message` stores sentence and fields separately, so
that an error or the result of a background job can be stored and read in any language.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.language.current import ENGLISH, language_set
from engine.language.formats import formatted
from engine.language.translations import translated, translated_plural

FIELD = re.compile(r"\{(?P<name>[a-z_][a-z_0-9]*)(?::(?P<specification>[^{}]*))?\}")


def gettext(message: str, **fields: object) -> str:
    """Return the message in the reader's language, with its fields filled in.

    Args:
        message: English, a literal, so that it can be extracted; `{name}` is a field, which may
            say how it is written: `{share:.1%}`, see `formatted`.
        fields: a value for each field; a `Message` is translated too, and a list is written out.
    """
    return _filled(translated(message), fields)


def ngettext(one: str, many: str, n: int, **fields: object) -> str:
    """As `gettext`, in the form for `n` things; `n` is also a field."""
    return _filled(translated_plural(one, many, n), {**fields, "n": n})


def deferred(message: str) -> str:
    """Mark a message for extraction; the code that displays it translates it by `gettext`."""
    return message


@dataclass(frozen=True)
class Message:
    """A message that `str` translates.

    `plural` is the form for several things; their number is the field `n`.
    """

    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    plural: str = ""

    def __str__(self) -> str:
        n = self.fields.get("n")
        if self.plural and isinstance(n, int):
            return _filled(translated_plural(self.text, self.plural, n), self.fields)
        return _filled(translated(self.text), self.fields)

    def in_english(self) -> str:
        """Return the message in English, for logs and other programs."""
        with language_set(ENGLISH):
            return str(self)

    def record(self) -> dict[str, Any]:
        """Return the message as JSON values; `Message(**record)` restores it."""
        values = {name: _stored(value) for name, value in self.fields.items()}
        return {"text": self.text, "fields": values, "plural": self.plural}


def message(text: str, **fields: object) -> Message:
    """Return a message with its fields, to be translated when it is read."""
    return Message(text, fields)


def plural_message(one: str, many: str, n: int, **fields: object) -> Message:
    """As `message`, with two forms; the number `n` selects one."""
    return Message(one, {**fields, "n": n}, many)


def _filled(text: str, fields: Mapping[str, object]) -> str:
    # Not str.format: a stored message may be untrusted and must not access attributes.
    def value_of(match: re.Match[str]) -> str:
        name, specification = match["name"], match["specification"] or ""
        return formatted(_read(fields[name]), specification) if name in fields else match[0]

    return FIELD.sub(value_of, text) if fields else text


def _read(value: object) -> object:
    """Restore a message that was stored as the field of a message."""
    if isinstance(value, list | tuple):
        return [_read(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    text, fields, plural = value.get("text"), value.get("fields"), value.get("plural")
    if not (isinstance(text, str) and isinstance(fields, Mapping) and isinstance(plural, str)):
        return ""
    return Message(text, fields, plural)


def _stored(value: object) -> object:
    if isinstance(value, Message):
        return value.record()
    if isinstance(value, list | tuple):
        return [_stored(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
