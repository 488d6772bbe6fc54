"""The reasons why an address or host failed, in the download store's language-neutral format."""

import json

from engine.files import parse_json
from engine.language.message import Message
from engine.records import as_record_or


def written(reason: Message | None) -> str:
    """A reason in the download store's format; empty for None."""
    return json.dumps(reason.record()) if reason else ""


def read_reason(text: str) -> Message | None:
    """Read a reason from the download store; older versions wrote plain text."""
    if not text.startswith("{"):
        return Message(text) if text else None
    try:
        return as_record_or(Message, parse_json(text), Message(text))
    except ValueError:
        return Message(text)
