"""The result of a check."""

from dataclasses import dataclass

from engine.language.message import Message
from engine.records import Text


@dataclass(frozen=True)
class Finding:
    """One check and its result: `ok` is None where it is not known.

    Older files hold plain text, which is shown unchanged.
    """

    check: Message | Text
    ok: bool | None
    detail: Message | Text
