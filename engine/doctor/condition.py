"""What the doctor found: four states, and a sentence for each thing it looked at."""

import dataclasses
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.files import JSON_BYTES, write_json
from engine.home import Home
from engine.records import read_record_or

State = Literal["sound", "doubtful", "fault", "unknown"]
"""`unknown` is what was not checked; it is never called sound."""
_WORST_FIRST: tuple[State, ...] = ("fault", "doubtful", "unknown", "sound")
SHOWN_ITEMS = 1_000


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    `items` names the first thousand of `count` things that are wrong. `repair` says what a repair
    would do; empty where there is none.
    """

    key: str
    title: str
    state: State
    text: str
    count: int = 0
    items: tuple[str, ...] = ()
    repair: str = ""


@dataclass(frozen=True)
class Health:
    """The outcome of one examination, which ended at `t` (unix seconds)."""

    checks: tuple[Check, ...]
    t: float = 0.0
    seconds: float = 0.0

    @property
    def state(self) -> State:
        return worst([check.state for check in self.checks])

    def named(self, key: str) -> Check | None:
        return next((check for check in self.checks if check.key == key), None)


def worst(states: list[State]) -> State:
    """The state of several things together; unknown where there are none."""
    return next((state for state in _WORST_FIRST if state in states), "unknown")


def keep_health(home: Home, health: Health) -> None:
    """Leave the outcome for pages, which read it and examine nothing."""
    write_json(home.data / "doctor.json", as_values(health))


def last_health(home: Home) -> Health | None:
    """The outcome of the last examination; None where there was none that can be read."""
    return read_record_or(Health, home.data / "doctor.json", None, JSON_BYTES)


def as_values(health: Health) -> dict[str, Any]:
    """For JSON."""
    checks = [dataclasses.asdict(check) for check in health.checks]
    return {"state": health.state, "t": health.t, "seconds": health.seconds, "checks": checks}


def health_now(checks: list[Check], began: float) -> Health:
    """The outcome of an examination that began at `began` (unix seconds) and ends now."""
    ended = time.time()
    return Health(tuple(checks), ended, round(ended - began, 3))


def many(count: int, noun: str) -> str:
    """1, "split" -> "1 split"; 2, "split" -> "2 splits"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


@dataclass
class Wrong:
    """Collects what is wrong of one kind: how many, and the first of them by name."""

    count: int = 0
    items: list[str] = field(default_factory=list)

    def add(self, item: str) -> None:
        self.count += 1
        if len(self.items) < SHOWN_ITEMS:
            self.items.append(item)
