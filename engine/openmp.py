"""How the threads of OpenMP, with which torch computes on a CPU, wait for each other."""

import os

WAIT_POLICY = "OMP_WAIT_POLICY"


def wait_passively() -> None:
    """Let threads that wait for others sleep instead of spinning; the user's own choice stays.

    Spinning takes the cores that other processes need, and the thread that is waited for among
    them. OpenMP reads its environment once, when torch loads it, so this must come before that.
    """
    os.environ.setdefault(WAIT_POLICY, "PASSIVE")
