"""What the user of a home chose once for every session: data/preferences.json."""

from engine.files import read_json_or
from engine.home import Home
from engine.language.current import languages


def language_of_home(home: Home) -> str:
    """The language that was chosen in the menu; empty where none was."""
    kept = read_json_or(home.preferences, {})
    language = kept.get("language") if isinstance(kept, dict) else None
    return language if language in languages() else ""
