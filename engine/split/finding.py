"""What a check found."""

from dataclasses import dataclass

from engine.records import Text


@dataclass(frozen=True)
class Finding:
    """One check and how it went."""

    check: Text
    ok: bool
    detail: Text
