"""The reader's language: English by default."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from babel import Locale, UnknownLocaleError, negotiate_locale

ENGLISH = "en"
# Another folder with .po files, for translators and tests.
_MESSAGES_VARIABLE = "STUDIO_MESSAGES"
MESSAGES = Path(os.environ.get(_MESSAGES_VARIABLE) or Path(__file__).parent / "messages")

_chosen: ContextVar[str] = ContextVar("language", default="")
# In the order of the gettext library.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_source: Callable[[], str] = str


def languages() -> list[str]:
    """Return the codes of all available languages: English and one per file in messages/."""
    return [ENGLISH, *sorted(file.stem for file in MESSAGES.glob("*.po"))]


def name_of(language: str) -> str:
    """Return a language's own name, such as "English" or "Español"."""
    name = Locale.parse(language).get_display_name() or language
    return name[:1].upper() + name[1:]


def best_language(wanted: Sequence[str]) -> str:
    """Return the first wanted language available, such as "es" for "es-MX"; else English."""
    known = [code.replace("-", "_") for code in wanted if _is_locale(code)]
    return negotiate_locale(known, languages()) or ENGLISH


def language_of_environment(environment: Mapping[str, str] = os.environ) -> str:
    """Return the language in LANGUAGE, LC_ALL, LC_MESSAGES or LANG; English if none is set."""
    for variable in _VARIABLES:
        value = environment.get(variable, "")
        if value:
            return best_language([part.partition(".")[0] for part in value.split(":")])
    return ENGLISH


def current_language() -> str:
    """Return the language of this thread, or that of `ask_for_language` if none is set."""
    return _chosen.get() or _source() or ENGLISH


def set_language(language: str) -> None:
    """Set the language of this thread."""
    _chosen.set(language)


@contextmanager
def language_set(language: str) -> Iterator[None]:
    """Set the language of this thread within a `with` block."""
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


def ask_for_language(source: Callable[[], str]) -> None:
    """Use the language from `source()` in threads that have not set one; "" means English.

    A server with readers of several languages returns the language of the current request.
    """
    global _source
    _source = source


def _is_locale(code: str) -> bool:
    try:
        Locale.parse(code.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return False
    return True
