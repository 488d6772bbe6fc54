"""How OpenMP's threads, which torch uses on a CPU, wait for each other."""

import os

WAIT_POLICY = "OMP_WAIT_POLICY"
SPIN_COUNT = "GOMP_SPINCOUNT"
# A few microseconds: on an idle machine, most waits in a training step are that short, and waking
# a thread takes longer. GNU's own count is 0 with this policy, and 300,000 without a policy.
_SHORT_SPIN = "3000"


def wait_passively() -> None:
    """Make waiting threads sleep after a short spin, unless the user has set a policy.

    Long spinning takes cores that other processes need, or even the thread being waited for.
    OpenMP reads its environment once, when torch loads it, so call this before. Only GNU's
    OpenMP, which torch includes on Linux, supports a spin count.
    """
    if WAIT_POLICY not in os.environ:
        os.environ[WAIT_POLICY] = "PASSIVE"
        os.environ.setdefault(SPIN_COUNT, _SHORT_SPIN)
