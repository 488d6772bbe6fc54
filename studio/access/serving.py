"""Whether this process serves the studio behind its checks.

Kept in the process, not in its environment: nothing outside can claim it.
"""

_guarded = False


def declare_guarded() -> None:
    """To call by whatever runs the studio's pages behind `Guard`, or without any server."""
    global _guarded
    _guarded = True


def is_guarded() -> bool:
    """Whether requests are checked before they reach a page."""
    return _guarded
