"""Terminal messages at start-up, in the language of the terminal."""

import sys
from contextlib import AbstractContextManager

from engine.language.current import language_of_environment, language_set
from engine.language.message import Message


def terminal_language() -> AbstractContextManager[None]:
    """Use the language of the environment for the length of a `with` block."""
    return language_set(language_of_environment())


def say(words: Message) -> None:
    """Write a line to standard error."""
    with terminal_language():
        print(words, file=sys.stderr, flush=True)
