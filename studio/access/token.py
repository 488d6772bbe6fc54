"""The start token: who has it may use the studio, and everyone else gets nothing."""

import hashlib
import hmac
import os
import re
import secrets

from engine.errors import BadInput

TOKEN_VARIABLE = "STUDIO_TOKEN"
_SHORTEST = 32


def start_token() -> str:
    """The value of STUDIO_TOKEN, else a random token for this start.

    The variable is removed from the environment: no process started from here needs it.

    Raises:
        BadInput: the variable is too short or holds characters that an address cannot carry.
    """
    chosen = os.environ.pop(TOKEN_VARIABLE, None)
    if chosen is None:
        return secrets.token_urlsafe(_SHORTEST)
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{{_SHORTEST},}}", chosen):
        raise BadInput(
            "{variable} needs at least {n} letters, digits, '-' or '_'. "
            "Unset it to get a random token.",
            variable=TOKEN_VARIABLE,
            n=_SHORTEST,
        )
    return chosen


def cookie(token: str, port: int | None) -> tuple[str, str]:
    """Name and value of the cookie that stands for the token.

    Browsers share cookies between the ports of a host, so the port that the browser sees is part
    of the name: two studios stay open side by side. The token cannot be found from the value.
    """
    value = hmac.new(token.encode(), b"cookie", hashlib.sha256).hexdigest()
    return f"studio-{port or 'default'}", value


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal; the time it takes tells nothing about where they differ."""
    return hmac.compare_digest(left.encode(errors="replace"), right.encode(errors="replace"))
