"""The commands, paths and links in the documentation."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.conftest import PROJECT

WRITTEN = sorted(
    [*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md"), *(PROJECT / "examples").glob("*.md")]
)
_PROGRAMS = ("./run_studio.sh", "plant-studio", "torchrun", "python", ".venv/bin/python")


class Shown(NamedTuple):
    """A command as a list of words, and the page that shows it."""

    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {' '.join(self.words)}"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def commands_of(page: Path) -> Iterator[Shown]:
    """The commands of a page, from its code blocks and from inline code."""
    text = text_of(page)
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        yield from _commands(page, block.replace("\\\n", " ").splitlines())
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from _commands(page, (" ".join(code.split()) for code in code_in(prose)))


def code_in(prose: str) -> list[str]:
    """The text between single backticks."""
    return re.findall(r"`([^`]+)`", prose)


def _commands(page: Path, lines: Iterator[str] | list[str]) -> Iterator[Shown]:
    for line in lines:
        # A command in a sentence, or with a comment after it.
        words = shlex.split(line, comments=True) if line.startswith(_PROGRAMS) else []
        # The bare name of a program is not a command, except for run_studio.sh itself.
        if words and words[0] in _PROGRAMS and (words[1:] or words[0] == _PROGRAMS[0]):
            yield Shown(str(page.relative_to(PROJECT)), tuple(words))
