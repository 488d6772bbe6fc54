"""The four states, always with the same word, colour and icon."""

from engine.doctor.condition import State, condition_name

_LOOKS: dict[State, tuple[str, str]] = {
    "sound": ("green", "check_circle"),
    "doubtful": ("orange", "error"),
    "fault": ("red", "cancel"),
    "unknown": ("gray", "help"),
}


def state_badge(state: State) -> str:
    """The state as a badge, in Markdown."""
    colour, icon = _LOOKS[state]
    return f":{colour}-badge[:material/{icon}: {condition_name(state)}]"


def state_sign(state: State) -> str:
    """The state as an icon only, in Markdown."""
    colour, icon = _LOOKS[state]
    return f":{colour}[:material/{icon}:]"
