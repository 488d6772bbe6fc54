"""What a check found."""

from dataclasses import dataclass, replace
from typing import Any

from engine.language.message import Message
from engine.records import Text


@dataclass(frozen=True)
class Finding:
    """One check and how it went; plain text is shown as it is."""

    check: Message | Text
    ok: bool
    detail: Message | Text

    def record(self) -> dict[str, Any]:
        """The finding as JSON holds it, in no language: `as_record(Finding, …)` reads it."""
        return {"check": _stored(self.check), "ok": self.ok, "detail": _stored(self.detail)}

    def in_english(self) -> "Finding":
        """The finding as logs and other programs have it."""
        return replace(self, check=_english(self.check), detail=_english(self.detail))


def _stored(text: Message | str) -> dict[str, Any] | str:
    return text.record() if isinstance(text, Message) else text


def _english(text: Message | str) -> str:
    return text.in_english() if isinstance(text, Message) else text
