"""The language of the reader: English unless another is chosen."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from babel import Locale, UnknownLocaleError, negotiate_locale

ENGLISH = "en"
# Another folder of .po files, for trying translations and for tests.
_MESSAGES_VARIABLE = "STUDIO_MESSAGES"
MESSAGES = Path(os.environ.get(_MESSAGES_VARIABLE) or Path(__file__).parent / "messages")

_chosen: ContextVar[str] = ContextVar("language", default="")
# In the order in which the gettext library reads them.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_source: Callable[[], str] = str


def languages() -> list[str]:
    """The codes of all languages there are: English, and one for each file in messages/."""
    return [ENGLISH, *sorted(file.stem for file in MESSAGES.glob("*.po"))]


def name_of(language: str) -> str:
    """A language's own name for itself, such as "English" or "Español"."""
    name = Locale.parse(language).get_display_name() or language
    return name[:1].upper() + name[1:]


def best_language(wanted: Sequence[str]) -> str:
    """The first of the wanted languages that there is, such as "es" for "es-MX"; else English."""
    known = [code.replace("-", "_") for code in wanted if _is_locale(code)]
    return negotiate_locale(known, languages()) or ENGLISH


def language_of_environment(environment: Mapping[str, str] = os.environ) -> str:
    """The language that LANGUAGE, LC_ALL, LC_MESSAGES or LANG names; English where none does."""
    for variable in _VARIABLES:
        value = environment.get(variable, "")
        if value:
            return best_language([part.partition(".")[0] for part in value.split(":")])
    return ENGLISH


def current_language() -> str:
    """The language of this thread or, where none is set, what `ask_for_language` was given."""
    return _chosen.get() or _source() or ENGLISH


def set_language(language: str) -> None:
    """Use a language from now on, in this thread."""
    _chosen.set(language)


@contextmanager
def language_set(language: str) -> Iterator[None]:
    """Use a language for the length of a `with` block, in this thread."""
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


def ask_for_language(source: Callable[[], str]) -> None:
    """Take the language from `source()` wherever none is set; an empty text is English.

    A server with readers of several languages gives the language of the one it answers.
    """
    global _source
    _source = source


def _is_locale(code: str) -> bool:
    try:
        Locale.parse(code.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return False
    return True
