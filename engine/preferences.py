"""The preferences of a home, valid for every session: data/preferences.json."""

from typing import Any

from engine.files import read_json_or, write_json
from engine.home import Home
from engine.language.current import languages


def language_of_home(home: Home) -> str:
    """The language chosen in the menu; empty if none was chosen."""
    language = _kept(home).get("language")
    return language if language in languages() else ""


def own_filters(home: Home) -> tuple[str, ...]:
    """The own fields that the page Catalogue offers as filters."""
    names = _kept(home).get("own_filters")
    return tuple(filter(_is_name, names)) if isinstance(names, list) else ()


def remember(home: Home, **values: Any) -> None:
    """Set preferences; the others stay.

    Raises:
        WorkFailed: the home cannot be written to.
    """
    write_json(home.preferences, _kept(home) | values)


def _kept(home: Home) -> dict[str, Any]:
    kept = read_json_or(home.preferences, {})
    return kept if isinstance(kept, dict) else {}


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name)
