"""What a check found."""

from dataclasses import dataclass

from engine.language.message import Message
from engine.records import Text


@dataclass(frozen=True)
class Finding:
    """One check and how it went; plain text, as older files have it, is shown as it is."""

    check: Message | Text
    ok: bool
    detail: Message | Text
