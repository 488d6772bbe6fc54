"""What a page shows, told in its address: a link shows the same again.

Streamlit's `bind="query-params"` serves where the parameter may be called as the widget's key
and its default is always the same. It writes the words that a reader sees, and only once the
widget is drawn. `Parameter` is for the rest: options in the reader's language, defaults that
depend on the data, values that are needed above their widget, and names that two pages share.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from engine.language.message import gettext

OPENING: Final = object()
"""As a usual value: what the page opens with, such as the newest run."""

_PAGE, _VISITS = "address.page", "address.visits"


@dataclass(frozen=True)
class Parameter:
    """A value of the session under `key`, and its parameter `name` in the address.

    `read` turns the parameter's text into the value; a KeyError or ValueError passes it
    over. The `usual` value stands in no address, and an address without the parameter means
    that value. With `keep`, who comes back to the page by the menu finds the value that was
    left. With `many`, the value is a list, and the parameter is repeated.
    """

    name: str
    key: str
    read: Callable[[str], Any] = str
    usual: Any = None
    keep: bool = False
    many: bool = False

    def take(self) -> bool:
        """To call before the value is used: an address that changed since sets it.

        Returns whether it changed; that of another page is another one.
        """
        given, visit = st.query_params.get_all(self.name), _visit()
        before = st.session_state.get(self._given)
        changed = before != (visit, given)
        if changed:
            st.session_state[self._given] = visit, given
            st.session_state.pop(self._told, None)
            if given:
                self._adopt(given)
            elif not self.keep or (before and before[0] == visit):
                st.session_state.pop(self.key, None)
        if self.usual not in (None, OPENING):
            st.session_state.setdefault(self.key, self.usual)
        return changed

    def tell(self, value: Any) -> None:
        """To call after the value was chosen: the address holds it, where it is not the usual."""
        if self.many:
            said = [_text(one) for one in value]
        else:
            said = [] if value in (None, "", self.usual) else [_text(value)]
        change = _CHANGE.get() or _Change()
        change.told[self._told] = said
        is_opening = self.usual is OPENING and st.session_state.get(self._told, said) == said
        if is_opening and not st.query_params.get_all(self.name):
            said = []
        change.parameters[self.name] = said
        change.given[self._given] = _visit(), said
        if _CHANGE.get() is None:
            change.write()

    def _adopt(self, given: list[str]) -> None:
        values = []
        for text in given if self.many else given[-1:]:
            try:
                values.append(self.read(text))
            except (KeyError, ValueError):
                continue
        if values:
            st.session_state[self.key] = values if self.many else values[0]

    @property
    def _given(self) -> str:
        return f"{self.key}.given"

    @property
    def _told(self) -> str:
        return f"{self.key}.told"


@dataclass
class _Change:
    """What a run writes when it ends: into the address by name, into the session by key."""

    parameters: dict[str, list[str]] = field(default_factory=dict)
    given: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)

    def write(self) -> None:
        for key, value in {**self.given, **self.told}.items():
            st.session_state[key] = value
        # An empty list takes a parameter out of the address.
        changed = {
            name: texts
            for name, texts in self.parameters.items()
            if st.query_params.get_all(name) != texts
        }
        if changed:
            st.query_params.update(changed)


_CHANGE: ContextVar[_Change | None] = ContextVar("_CHANGE", default=None)


@contextmanager
def one_change(page: str | None = None) -> Iterator[None]:
    """Write all parameters changed in the block into the address at once, so that one press of
    Back undoes them.

    Use it for a run of the `page`, and for a fragment that writes several parameters. If an
    exception ends the block, such as a change to another page, nothing is written.
    """
    if _CHANGE.get() is not None:
        yield
        return
    if page is not None and st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE] = page
        st.session_state[_VISITS] = _visit() + 1
    change = _Change()
    token = _CHANGE.set(change)
    try:
        yield
    finally:
        _CHANGE.reset(token)
    change.write()


def bounded(low: float, high: float) -> Callable[[str], Any]:
    """Reads a number between two bounds: a whole one where they are whole.

    What lies outside becomes the nearer bound.
    """
    kind = type(low)

    def read(text: str) -> Any:
        value = kind(text)
        # Of "nan", which is not itself, no bound is the nearer one.
        if value != value:
            raise ValueError(text)
        return min(max(value, low), high)

    return read


def one_of(options: Iterable[Any]) -> Callable[[str], Any]:
    """Reads one of the options, by how it is written."""
    return {str(option): option for option in options}.__getitem__


def titled(titles: Mapping[Any, str]) -> Callable[[str], Any]:
    """Reads one of the names; in older links, its title stands for it."""
    known = {word: name for name, title in titles.items() for word in (gettext(title), title)}
    return (known | {name: name for name in titles}).__getitem__


def _visit() -> int:
    """How often a page was turned to, this one included."""
    visits: int = st.session_state.get(_VISITS, 0)
    return visits


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
