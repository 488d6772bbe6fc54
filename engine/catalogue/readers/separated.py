"""Reading text files of separated values, row by row and with bounded memory."""

import csv
import io
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

from engine.errors import BadInput

_LONGEST_LINE = 16 * 1024 * 1024


class Separated(NamedTuple):
    """How a file is written. `quote` is empty if its values are not enclosed."""

    separator: str = "\t"
    quote: str = ""
    encoding: str = "utf-8"
    headers: int = 1


def cells_of(stream: IO[bytes], written: Separated, name: str) -> Iterator[list[str]]:
    """The cells of each row after the headers; undecodable bytes become �, empty lines are left
    out.

    Raises:
        BadInput: the file is damaged, has lines of megabytes, or an unknown encoding.
    """
    try:
        # utf-8-sig leaves out the mark that some programs write at the start.
        encoding = {"utf-8": "utf-8-sig", "utf8": "utf-8-sig"}.get(
            written.encoding.lower(), written.encoding
        )
        text = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")
        rows = _rows(_lines(text, name), written)
        for number, row in enumerate(rows):
            if number >= written.headers and (len(row) > 1 or any(row)):
                yield row
    except (OSError, EOFError, ValueError, LookupError, csv.Error, zlib.error) as error:
        raise BadInput("Could not read {file} ({reason}).", file=name, reason=str(error)) from error


def _rows(lines: Iterator[str], written: Separated) -> Iterator[list[str]]:
    if not written.quote:
        return (line.rstrip("\r\n").split(written.separator) for line in lines)
    return csv.reader(lines, delimiter=written.separator, quotechar=written.quote)


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) >= _LONGEST_LINE:
            raise BadInput(
                "A line of {file} is longer than {most:size}.", file=name, most=_LONGEST_LINE
            )
        yield line
