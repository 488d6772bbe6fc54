"""How many photographs a part can do without."""

# A tenth of a per cent, as a share; and the few that even a small part may lack.
_SHARE = 0.001
_HANDFUL = 3


def too_many(unreadable: int, photographs: int) -> bool:
    """Whether a part of so many `photographs` is not worth training on without these."""
    return unreadable > max(_HANDFUL, _SHARE * photographs) or unreadable == photographs
