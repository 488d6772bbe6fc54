"""Why an address or a host failed, as the download store keeps it: in no language."""

import json

from engine.files import parse_json
from engine.language.message import Message
from engine.records import as_record_or


def written(reason: Message | None) -> str:
    """A reason as the download store holds it; empty where there is none."""
    return json.dumps(reason.record()) if reason else ""


def read_reason(text: str) -> Message | None:
    """A reason of the download store; one of an older studio is plain text."""
    if not text.startswith("{"):
        return Message(text) if text else None
    try:
        return as_record_or(Message, parse_json(text), Message(text))
    except ValueError:
        return Message(text)
