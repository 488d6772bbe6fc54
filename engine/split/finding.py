"""What a check found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One check and how it went."""

    check: str
    ok: bool
    detail: str
