"""The points of the curves as TensorBoard event files, for tools of the user's own.

The format is TensorFlow's: records of length, checksum, message, checksum (TFRecord), each
message a `tensorflow.Event` in protocol buffers. It is written here by hand, for it takes forty
lines and its packages a hundred megabytes.
"""

import math
import os
import platform
import struct
import time
from collections.abc import Mapping
from pathlib import Path

_POLYNOMIAL = 0x82F63B78


class EventFiles:
    """A folder with a part's events in each sub-folder, which tools show as runs."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, int] = {}

    def add(self, part: str, step: int, values: Mapping[str, object]) -> None:
        """Append a point; what is no number is passed over.

        Raises:
            OSError: the file cannot be written.
        """
        numbers = {
            name: float(value)
            for name, value in values.items()
            if isinstance(value, (int, float)) and math.isfinite(value)
        }
        if part not in self._files:
            self._files[part] = self._begin(part)
        os.write(self._files[part], event_record(scalars(step, numbers, time.time())))

    def close(self) -> None:
        for descriptor in self._files.values():
            os.close(descriptor)
        self._files = {}

    def _begin(self, part: str) -> int:
        folder = self._root / part
        folder.mkdir(parents=True, exist_ok=True)
        # Readers take the files of a folder in the order of these names: an attempt a file.
        name = f"events.out.tfevents.{time.time():.0f}.{platform.node()}.{os.getpid()}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(folder / name, flags, 0o660)
        version = _double(1, time.time()) + _bytes(3, b"brain.Event:2")
        os.write(descriptor, event_record(version))
        return descriptor


def scalars(step: int, numbers: Mapping[str, float], t: float) -> bytes:
    """A `tensorflow.Event` with the summary values of a step at `t` Unix seconds."""
    values = b"".join(
        _bytes(1, _bytes(1, name.encode()) + b"\x15" + struct.pack("<f", number))
        for name, number in numbers.items()
    )
    return _double(1, t) + b"\x10" + _varint(step) + _bytes(5, values)


def event_record(message: bytes) -> bytes:
    """A message as a TFRecord."""
    length = struct.pack("<Q", len(message))
    return length + _masked(length) + message + _masked(message)


def crc32c(content: bytes) -> int:
    """The Castagnoli checksum (RFC 3720)."""
    value = 0xFFFFFFFF
    for byte in content:
        value = _TABLE[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ 0xFFFFFFFF


def _masked(content: bytes) -> bytes:
    value = crc32c(content)
    return struct.pack("<I", (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def _table_entry(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
    return value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _bytes(field: int, content: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(content)) + content


def _double(field: int, value: float) -> bytes:
    return bytes([field << 3 | 1]) + struct.pack("<d", value)


_TABLE = [_table_entry(value) for value in range(256)]
