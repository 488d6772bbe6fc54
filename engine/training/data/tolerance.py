"""How many unreadable photographs a part tolerates."""

# 0.1 % as a share, and the number that even a small part may lack.
_SHARE = 0.001
_HANDFUL = 3


def too_many(unreadable: int, photographs: int) -> bool:
    """Whether too many of a part's `photographs` are unreadable to train on it."""
    return unreadable > max(_HANDFUL, _SHARE * photographs) or unreadable == photographs
