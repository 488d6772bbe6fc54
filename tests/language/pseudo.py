"""A pseudo-language made of the English messages: accents in every word, about 40 % longer.

Text without accents on a page is not translated. Truncated text has no space for a language that is
longer than English.
"""

import re
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import write_po

from engine.language.update import MessageId, all_messages

# Babel has the formats of this language, and no file translates into it.
PSEUDO = "eo"

_ACCENTS = str.maketrans("aeiouynsAEIOUYNS", "áéíóúýñšÁÉÍÓÚÝÑŠ")
_LETTERS = re.compile(r"[aeiouynsAEIOUYNS]")
# Fields, code, icons, colours, HTML and addresses stay unchanged.
_NOT_WORDS = re.compile(r"(\{[^{}]*\}|`[^`]*`|:[a-z_/-]+:?|<[^<>]*>|\]\([^()]*\)|\S+://\S+)")


def pseudo(text: str) -> str:
    """The message in the pseudo-language: "Stop" is "Šštóóp"."""
    parts = _NOT_WORDS.split(text)
    parts[::2] = [_LETTERS.sub(_twice, part) for part in parts[::2]]
    return "".join(parts)


def _twice(letter: re.Match[str]) -> str:
    return (letter[0] + letter[0].lower()).translate(_ACCENTS)


def write_pseudo(folder: Path) -> None:
    """Write the catalogue of the pseudo-language into a folder of messages."""
    catalogue = Catalog(PSEUDO, charset="utf-8")
    catalogue.mime_headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
    ]
    for found in all_messages():
        catalogue.add(found.message, _translation(found.message))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{PSEUDO}.po").open("wb") as file:
        write_po(file, catalogue)


def _translation(message: MessageId) -> str | tuple[str, str]:
    if isinstance(message, str):
        return pseudo(message)
    return pseudo(message[0]), pseudo(message[1])
