"""The results of the doctor: a state and a message for each check."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.files import JSON_BYTES, write_json
from engine.home import Home
from engine.language.message import Message, deferred, gettext
from engine.records import Text, read_record_or

State = Literal["sound", "doubtful", "fault", "unknown"]
"""`unknown` means not checked; it never counts as sound."""
_WORST_FIRST: tuple[State, ...] = ("fault", "doubtful", "unknown", "sound")
_STATE_NAMES: dict[State, str] = {
    "sound": deferred("OK"),
    "doubtful": deferred("Warning"),
    "fault": deferred("Problem"),
    "unknown": deferred("Not checked"),
}
SHOWN_ITEMS = 1_000

Item = str | Message
"""The name of an item at fault: its path, or a message."""


def condition_name(state: State) -> str:
    """The label of the state in the reader's language, such as "OK"."""
    return gettext(_STATE_NAMES[state])


@dataclass(frozen=True)
class Check:
    """The result of one check.

    `found` is the result in one or more sentences. `items` names the first thousand of `count`
    items at fault. `repair` describes the repair; None if there is none.
    """

    key: str
    title: Message
    state: State
    found: tuple[Message, ...]
    count: int = 0
    items: tuple[Item, ...] = ()
    repair: Message | None = None

    @property
    def text(self) -> str:
        """The result in the reader's language."""
        return " ".join(map(str, self.found))


@dataclass(frozen=True)
class Health:
    """The result of an examination that ended at `t` (unix seconds)."""

    checks: tuple[Check, ...]
    t: float = 0.0
    seconds: float = 0.0

    @property
    def state(self) -> State:
        return worst([check.state for check in self.checks])

    def named(self, key: str) -> Check | None:
        return next((check for check in self.checks if check.key == key), None)


def worst(states: list[State]) -> State:
    """The worst of several states; unknown if there are none."""
    return next((state for state in _WORST_FIRST if state in states), "unknown")


def keep_health(home: Home, health: Health) -> None:
    """Save the result for the pages, which run no checks themselves."""
    write_json(home.data / "doctor.json", as_values(health))


def last_health(home: Home) -> Health | None:
    """The result of the last examination; None if there is no readable one."""
    written = read_record_or(_WrittenHealth, home.data / "doctor.json", None, JSON_BYTES)
    if written is None:
        return None
    return Health(tuple(map(_read_check, written.checks)), written.t, written.seconds)


def as_values(health: Health) -> dict[str, Any]:
    """The result for JSON: English texts and, under `messages`, the messages to translate."""
    checks = [_check_values(check) for check in health.checks]
    return {"state": health.state, "t": health.t, "seconds": health.seconds, "checks": checks}


@dataclass(frozen=True)
class _WrittenMessages:
    title: Message
    found: tuple[Message, ...]
    items: tuple[Text | Message, ...]
    repair: Message | None


@dataclass(frozen=True)
class _WrittenCheck:
    """A check in doctor.json; older versions wrote texts without messages."""

    key: Text
    title: Text
    state: State
    text: Text
    count: int = 0
    items: tuple[Text, ...] = ()
    repair: Text = ""
    messages: _WrittenMessages | None = None


@dataclass(frozen=True)
class _WrittenHealth:
    checks: tuple[_WrittenCheck, ...]
    t: float = 0.0
    seconds: float = 0.0


def _check_values(check: Check) -> dict[str, Any]:
    messages = {
        "title": check.title.record(),
        "found": [sentence.record() for sentence in check.found],
        "items": [item if isinstance(item, str) else item.record() for item in check.items],
        "repair": check.repair.record() if check.repair else None,
    }
    return {
        "key": check.key,
        "title": check.title.in_english(),
        "state": check.state,
        "text": " ".join(sentence.in_english() for sentence in check.found),
        "count": check.count,
        "items": [item if isinstance(item, str) else item.in_english() for item in check.items],
        "repair": check.repair.in_english() if check.repair else "",
        "messages": messages,
    }


def _read_check(written: _WrittenCheck) -> Check:
    parts = written.messages
    if parts is None:
        repair = Message(written.repair) if written.repair else None
        title, found = Message(written.title), (Message(written.text),)
        return Check(written.key, title, written.state, found, written.count, written.items, repair)
    return Check(
        written.key,
        parts.title,
        written.state,
        parts.found,
        written.count,
        parts.items,
        parts.repair,
    )


def health_now(checks: list[Check], began: float) -> Health:
    """The result of an examination that started at `began` (unix seconds) and ends now."""
    ended = time.time()
    return Health(tuple(checks), ended, round(ended - began, 3))


@dataclass
class Wrong:
    """Collects the items at fault of one kind: their number, and the names of the first ones."""

    count: int = 0
    items: list[Item] = field(default_factory=list)

    def add(self, item: Item) -> None:
        self.count += 1
        if len(self.items) < SHOWN_ITEMS:
            self.items.append(item)
