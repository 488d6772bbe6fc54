"""The start token: it is required to use the studio."""

import hashlib
import hmac
import os
import re
import secrets

from engine.errors import BadInput

TOKEN_VARIABLE = "STUDIO_TOKEN"
_SHORTEST = 32


def start_token() -> str:
    """The value of STUDIO_TOKEN, or else a random token for this start.

    The variable is removed from the environment, because no child process needs it.

    Raises:
        BadInput: the variable is too short or has characters that an address cannot contain.
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
    """Name and value of the cookie that represents the token.

    Browsers share cookies between the ports of a host. The name therefore contains the port that
    the browser sees, so that two studios can be open at the same time. The token cannot be derived
    from the value.
    """
    value = hmac.new(token.encode(), b"cookie", hashlib.sha256).hexdigest()
    return f"studio-{port or 'default'}", value


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal, compared in constant time."""
    return hmac.compare_digest(left.encode(errors="replace"), right.encode(errors="replace"))
