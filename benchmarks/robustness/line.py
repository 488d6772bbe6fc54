"""The output of a part: what was tried, how often, and what went wrong."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.errors import StudioError

Example = TypeVar("Example")
Attempt = Callable[[], object]
"""Returns the sentence of a refusal, raises it as StudioError, or returns anything else."""


@dataclass(frozen=True)
class Line:
    """What was tried, how often, and what went wrong."""

    what: str
    tried: int
    wrong: list[str] = field(default_factory=list)


def judged(what: str, attempts: Iterable[tuple[str, Attempt]]) -> Line:
    """Try each: a value and a refusal in one sentence are right, anything else is wrong."""
    values = refusals = 0
    wrong = []
    for name, attempt in attempts:
        try:
            refusal = attempt()
        except StudioError as error:
            refusal = str(error)
        except Exception as error:
            wrong.append(f"{name[:80]}: {type(error).__name__}: {str(error)[:200]}")
            continue
        if not isinstance(refusal, str) or not refusal:
            values += 1
        elif "\n" in refusal:
            wrong.append(f"{name[:80]}: more than one line: {refusal[:200]!r}")
        else:
            refusals += 1
    tried = values + refusals + len(wrong)
    return Line(f"{what}: {refusals} refused in a sentence, {values} harmless", tried, wrong)


def drawn(strategy: st.SearchStrategy[Example], count: int) -> list[Example]:
    """This many examples of a strategy, the same ones each time."""
    found: list[Example] = []

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: Example) -> None:
        found.append(example)

    collect()
    return found
