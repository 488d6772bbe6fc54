"""Reading large JSON files value by value, with bounded memory.

Python's own decoder is used because it accepts NaN, which published data sets contain.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from engine.errors import BadInput
from engine.files import open_regular
from engine.language.message import message

_BLOCK = 1024 * 1024
_LARGEST_VALUE = 64 * _BLOCK
_SPACE = " \t\r\n"
_decode = json.JSONDecoder().raw_decode


def json_members(path: Path, *, within: bool = True) -> Iterator[tuple[str, Any]]:
    """The members of the object in a JSON file: name and value.

    With `within`, an array gives its elements one by one, each with the name of the array.

    Raises:
        BadInput: the file cannot be read, is no JSON object, or has a value of 64 MB.
    """
    try:
        with io.TextIOWrapper(open_regular(path), encoding="utf-8-sig") as stream:
            yield from _Scanner(stream).members(within)
    except (OSError, ValueError, RecursionError) as error:
        is_deep = isinstance(error, RecursionError)
        reason = message("it is nested too deeply") if is_deep else str(error)
        raise BadInput(
            "{file} is not valid JSON: {reason}.", file=path.name, reason=reason
        ) from error


class _Scanner:
    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._text = ""
        self._place = 0
        self._ended = False

    def members(self, within: bool) -> Iterator[tuple[str, Any]]:
        self._expect("{")
        if self._taken("}"):
            return
        while True:
            name = self._value()
            if not isinstance(name, str):
                raise self._fault("Expecting a name")
            self._expect(":")
            if within and self._taken("["):
                for value in self._elements():
                    yield name, value
            else:
                yield name, self._value()
            if not self._taken(","):
                self._expect("}")
                return

    def _elements(self) -> Iterator[Any]:
        if self._taken("]"):
            return
        while True:
            yield self._value()
            if not self._taken(","):
                self._expect("]")
                return

    def _value(self) -> Any:
        """The next value; reads on while it is incomplete."""
        block = _BLOCK
        while True:
            self._next()
            try:
                value, end = _decode(self._text, self._place)
            except json.JSONDecodeError:
                if self._ended or len(self._text) - self._place > _LARGEST_VALUE:
                    raise
            else:
                # A number that ends with the text may go on in the next block.
                if end < len(self._text) or self._ended:
                    self._place = end
                    return value
            self._read(block)
            block *= 2

    def _next(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in _SPACE:
                self._place += 1
            if self._place < len(self._text) or self._ended:
                return self._text[self._place : self._place + 1]
            self._read(_BLOCK)

    def _taken(self, character: str) -> bool:
        found = self._next() == character
        self._place += found
        return found

    def _expect(self, character: str) -> None:
        if not self._taken(character):
            raise self._fault(f"Expecting {character!r}")

    def _fault(self, text: str) -> json.JSONDecodeError:
        # In the words of Python's decoder, which finds the other faults.
        return json.JSONDecodeError(text, self._text, self._place)

    def _read(self, characters: int) -> None:
        block = self._stream.read(characters)
        self._ended = not block
        self._text = self._text[self._place :] + block
        self._place = 0
