"""Whether this process serves the studio behind its checks.

Kept in the process, not in its environment: nothing outside can claim it.
"""

_guarded = False
_needs_sign_in = False


def declare_guarded(*, needs_sign_in: bool) -> None:
    """To call by whatever runs the studio's pages behind `Guard`.

    Args:
        needs_sign_in: people must sign in until this process ends, whatever becomes of the
            settings of sign-in.
    """
    global _guarded, _needs_sign_in
    _guarded, _needs_sign_in = True, needs_sign_in


def is_guarded() -> bool:
    """Whether requests are checked before they reach a page."""
    return _guarded


def needs_sign_in() -> bool:
    """Whether people had to sign in when this process began."""
    return _needs_sign_in
