"""Query parameters of a page's address: a link opens the page with the same values.

Streamlit's `bind="query-params"` is enough if the parameter has the name of the widget's key and
a constant default. It writes the displayed text, and only after the widget is drawn. Use
`Parameter` otherwise: for options in the reader's language, defaults that depend on the data,
values that are needed before the widget is drawn, and names that two pages share.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine.language.message import gettext

OPENING: Final = object()
"""As `default`: the value that the page chooses when it opens, such as the newest run."""

_PAGE, _VISITS = "address.page", "address.visits"


@dataclass(frozen=True)
class Parameter:
    """The value under `key` in the session, which is the parameter `name` of the address.

    Args:
        read: converts the parameter's text to the value. A text for which it raises KeyError or
            ValueError is ignored.
        default: the value of an address without the parameter; it is not written.
        remember: whether the value remains when the user leaves the page and returns by the menu.
        many: whether the value is a list; the parameter is then repeated.
    """

    name: str
    key: str
    read: Callable[[str], Any] = str
    default: Any = None
    remember: bool = False
    many: bool = False

    def read_address(self) -> bool:
        """Set the value from the address if that has changed. Call this before using the value.

        Returns whether the address has changed. Opening another page counts as a change.
        """
        given, visit = st.query_params.get_all(self.name), _visit()
        before = st.session_state.get(self._given)
        changed = before != (visit, given)
        if changed and before and before[0] == visit and self._is_outdated(given):
            return False
        st.session_state.pop(self._replaced, None)
        if changed:
            st.session_state[self._given] = visit, given
            st.session_state.pop(self._written, None)
            if given:
                self._set(given)
            elif not self.remember or (before and before[0] == visit):
                st.session_state.pop(self.key, None)
        if self.default not in (None, OPENING):
            st.session_state.setdefault(self.key, self.default)
        return changed

    def write_address(self, value: Any) -> None:
        """Write the chosen value to the address, unless it is the default."""
        if self.many:
            texts = [_text(one) for one in value]
        else:
            texts = [] if value in (None, "", self.default) else [_text(value)]
        change = _CHANGE.get() or _Change()
        change.written[self._written] = texts
        is_opening = self.default is OPENING and st.session_state.get(self._written, texts) == texts
        if is_opening and not st.query_params.get_all(self.name):
            texts = []
        change.parameters[self.name] = texts
        visit, before = _visit(), st.session_state.get(self._given)
        if before and before[0] == visit and before[1] != texts:
            replaced = st.session_state.get(self._replaced, ())
            change.replaced[self._replaced] = (*replaced, before[1])
        change.given[self._given] = visit, texts
        if _CHANGE.get() is None:
            change.write()

    def _is_outdated(self, given: list[str]) -> bool:
        """Whether the browser had not received the latest address when it started this run.

        Only its history leads back to an address that was replaced.
        """
        return given in st.session_state.get(self._replaced, ()) and not _is_history_navigation()

    def _set(self, given: list[str]) -> None:
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
    def _replaced(self) -> str:
        """The key of the addresses that the browser may show until it receives the latest one."""
        return f"{self.key}.replaced"

    @property
    def _written(self) -> str:
        return f"{self.key}.written"


@dataclass
class _Change:
    """What a run writes when it ends: parameters of the address and values of the session."""

    parameters: dict[str, list[str]] = field(default_factory=dict)
    given: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=dict)
    replaced: dict[str, tuple[list[str], ...]] = field(default_factory=dict)

    def write(self) -> None:
        for key, value in {**self.given, **self.written, **self.replaced}.items():
            st.session_state[key] = value
        # An empty list removes a parameter from the address.
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
    """Write all parameters changed in the block at once, so that Back undoes them together.

    Use it for a run of the `page`, and for a fragment that writes several parameters. If an
    exception ends the block, such as a switch to another page, nothing is written.
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
    """Return a function that reads a number of the type of `low`, limited to the bounds."""
    kind = type(low)

    def read(text: str) -> Any:
        value = kind(text)
        # NaN, the only value unequal to itself, cannot be limited.
        if value != value:
            raise ValueError(text)
        return min(max(value, low), high)

    return read


def one_of(options: Iterable[Any]) -> Callable[[str], Any]:
    """Return a function that reads an option by its text."""
    return {str(option): option for option in options}.__getitem__


def titled(titles: Mapping[Any, str]) -> Callable[[str], Any]:
    """Return a function that reads a name, or its title, which older links contain."""
    known = {word: name for name, title in titles.items() for word in (gettext(title), title)}
    return (known | {name: name for name in titles}).__getitem__


def _visit() -> int:
    """The number of pages opened in this session, this one included."""
    visits: int = st.session_state.get(_VISITS, 0)
    return visits


def _is_history_navigation() -> bool:
    context = get_script_run_ctx()
    return context is None or context.is_history_navigation


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
