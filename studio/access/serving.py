"""Whether this process serves the studio behind its checks.

The state is kept in the process and not in its environment, so that nothing outside can set it.
"""

_guarded = False
_needs_sign_in = False


def declare_guarded(*, needs_sign_in: bool) -> None:
    """Called by the server that runs the studio's pages behind `Guard`.

    Args:
        needs_sign_in: people must sign in until this process ends, even if the sign-in settings
            change.
    """
    global _guarded, _needs_sign_in
    _guarded, _needs_sign_in = True, needs_sign_in


def is_guarded() -> bool:
    """Whether requests are checked before they reach a page."""
    return _guarded


def needs_sign_in() -> bool:
    """Whether sign-in was required when this process started."""
    return _needs_sign_in
