"""The preferences of a home, valid for every session: data/preferences.json."""

from engine.files import read_json_or
from engine.home import Home
from engine.language.current import languages


def language_of_home(home: Home) -> str:
    """The language chosen in the menu; empty if none was chosen."""
    kept = read_json_or(home.preferences, {})
    language = kept.get("language") if isinstance(kept, dict) else None
    return language if language in languages() else ""
