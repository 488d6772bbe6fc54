"""How the threads of OpenMP, with which torch computes on a CPU, wait for each other."""

import os

WAIT_POLICY = "OMP_WAIT_POLICY"
SPIN_COUNT = "GOMP_SPINCOUNT"
# A few microseconds: most waits inside a training step are that short on an idle machine, and
# waking a thread takes longer. GNU's own number for this policy is 0, for the other 300,000.
_SHORT_SPIN = "3000"


def wait_passively() -> None:
    """Let threads that wait for others sleep after a short spin; the user's own choice stays.

    Spinning for long takes the cores that other processes need, and the thread that is waited for
    among them. OpenMP reads its environment once, when torch loads it, so this must come before
    that. Only GNU's OpenMP, which torch brings on Linux, knows the length of a spin.
    """
    if WAIT_POLICY not in os.environ:
        os.environ[WAIT_POLICY] = "PASSIVE"
        os.environ.setdefault(SPIN_COUNT, _SHORT_SPIN)
