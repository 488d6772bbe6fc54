"""Loads the translations of messages from the files in messages/."""

import gettext as library
import io
from functools import lru_cache

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from engine.language.current import ENGLISH, MESSAGES, current_language


def translated(message: str) -> str:
    """Return the message in the reader's language; in English if it has no translation."""
    return for_language(current_language()).gettext(message)


def translated_plural(one: str, many: str, count: int) -> str:
    """As `translated`, in the plural form of the language for `count`."""
    return for_language(current_language()).ngettext(one, many, count)


@lru_cache
def for_language(language: str) -> library.NullTranslations:
    """Return all translations of a language.

    Raises:
        OSError: it has no file.
    """
    # Compiled at run time, so that a translator's changes show without a build step.
    if language == ENGLISH:
        return library.NullTranslations()
    with (MESSAGES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return library.GNUTranslations(compiled)
