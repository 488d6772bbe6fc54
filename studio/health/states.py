"""The four states, always in the same word, colour and sign."""

from engine.doctor.condition import State

_LOOKS: dict[State, tuple[str, str, str]] = {
    "sound": ("green", "check_circle", "Sound"),
    "doubtful": ("orange", "error", "Doubtful"),
    "fault": ("red", "cancel", "Fault"),
    "unknown": ("gray", "help", "Not known"),
}


def state_badge(state: State) -> str:
    """The state as a badge, in Markdown."""
    colour, icon, word = _LOOKS[state]
    return f":{colour}-badge[:material/{icon}: {word}]"


def state_sign(state: State) -> str:
    """The state as a sign alone, in Markdown."""
    colour, icon, _ = _LOOKS[state]
    return f":{colour}[:material/{icon}:]"
