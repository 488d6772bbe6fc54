"""Atomic writing, and reading with size limits."""

import contextlib
import errno
import hashlib
import json
import math
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from engine.errors import BadInput, WorkFailed
from engine.language.message import Message, deferred, message
from engine.reasons import reason_of

JSON_BYTES = 64_000_000
JSON_LINE_BYTES = 1_000_000
JSON_DEPTH = 32
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Create a temporary file beside `path`; on a clean exit it is renamed to `path`.

    The file is synced to disk before the rename, so that `path` is never incomplete.

    Raises:
        OSError: the disk is full or refuses the write; an existing `path` is unchanged.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        sync_to_disk(temporary)
        temporary.chmod(private_mode(path.parent))
        temporary.replace(path)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_writer(path: Path) -> Iterator[IO[bytes]]:
    """The same as `atomic_file`, opened for writing.

    Raises:
        WorkFailed: the disk is full or refuses the write; an existing `path` is unchanged.
    """
    try:
        with atomic_file(path) as temporary, temporary.open("wb") as stream:
            yield stream
    except OSError as error:
        raise WorkFailed(
            "{file} could not be written ({reason}). Nothing was changed.",
            file=path,
            reason=reason_of(error),
        ) from error


def sync_to_disk(path: Path) -> None:
    """Wait until the content of a file, or the entries of a folder, are on the disk.

    Raises:
        OSError: the disk is full or refuses the write.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def free_disk_bytes(path: Path) -> int:
    """The free bytes on the disk of a path that may not exist yet.

    Raises:
        OSError: the disk does not answer.
    """
    return shutil.disk_usage(next(p for p in (path, *path.absolute().parents) if p.exists())).free


def private_mode(folder: Path) -> int:
    """The permissions of a new file in a folder: for its user only.

    If the folder has the setgid bit, its group shares it, and the file is open to the group too.

    Raises:
        OSError: the folder does not exist.
    """
    return 0o660 if folder.stat().st_mode & stat.S_ISGID else 0o600


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write `content` to `path` atomically. Errors as in `atomic_writer`."""
    with atomic_writer(path) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, atomically."""
    write_atomic(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def printable(name: Path | str) -> str:
    """A name for display, with control characters and undecodable bytes escaped."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), str(name))


class NotRegular(OSError):
    """The path is a folder, a pipe or a device."""


def open_regular(path: Path) -> IO[bytes]:
    """Open a regular file for reading; refuses pipes and devices, which may never end.

    Raises:
        NotRegular: the path is a folder, a pipe or a device.
        OSError: the file is missing or cannot be opened.
    """
    try:
        # Opening a device may have side effects.
        _require_regular(path.stat())
        # Without O_NONBLOCK, opening a pipe waits for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except ValueError as error:
        raise OSError(
            errno.EINVAL, deferred("its name contains a character that no file name can have")
        ) from error
    stream = os.fdopen(descriptor, "rb")
    try:
        _require_regular(os.fstat(descriptor))
    except NotRegular:
        stream.close()
        raise
    return stream


def _require_regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotRegular(errno.EINVAL, deferred("it is not a regular file"))


def read_bounded(path: Path, most: int) -> bytes:
    """The content of a regular file of at most `most` bytes.

    Raises:
        BadInput: the file is missing, larger, or cannot be read.
    """
    try:
        with open_regular(path) as stream:
            content = stream.read(most + 1)
    except FileNotFoundError as error:
        raise BadInput("{file} does not exist.", file=printable(path)) from error
    except OSError as error:
        raise BadInput(
            "{file} cannot be read ({reason}).", file=printable(path), reason=reason_of(error)
        ) from error
    if len(content) > most:
        raise BadInput(
            "{file} is larger than the {most} MB allowed.",
            file=printable(path),
            most=round(most / 1e6),
        )
    return content


class NotJson(ValueError):
    """JSON that the studio refuses; the message says why."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.message = Message(text)

    def __str__(self) -> str:
        return str(self.message)


def parse_json(content: bytes | str) -> Any:
    """The value of a JSON text; NaN and infinity, which are not valid JSON, become None.

    Raises:
        ValueError: it is not JSON, or holds integers of thousands of digits.
        NotJson: it has deep nesting or a lone surrogate, which could break later code.
    """
    text = content.decode("utf-8") if isinstance(content, bytes) else content
    try:
        value = json.loads(text, parse_constant=_not_a_number, parse_float=_finite)
        if text.count("[") + text.count("{") > JSON_DEPTH:
            _require_shallow(value)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise NotJson("it is nested too deeply") from error
    except UnicodeEncodeError as error:
        raise NotJson("it contains half a surrogate pair") from error
    return value


def read_json(path: Path, most: int = JSON_BYTES) -> Any:
    """Read a JSON file of at most `most` bytes; see `parse_json`.

    Raises:
        BadInput: the file is missing, too large, cannot be read or is not JSON.
    """
    try:
        return parse_json(read_bounded(path, most))
    except ValueError as error:
        raise BadInput(
            "{file} is not valid JSON: {reason}.", file=printable(path), reason=json_fault(error)
        ) from error


def json_fault(error: ValueError) -> Message:
    """What is wrong with a text that `parse_json` refuses, or that is no JSON."""
    if isinstance(error, NotJson):
        return error.message
    if isinstance(error, json.JSONDecodeError):
        return message(
            "“{problem}” in line {line}, column {column}",
            problem=error.msg,
            line=str(error.lineno),
            column=str(error.colno),
        )
    if isinstance(error, UnicodeDecodeError):
        return message("it is not UTF-8 text")
    return reason_of(error)


def read_json_or(path: Path, default: Any) -> Any:
    """The value of a JSON file; `default` if it is missing or damaged."""
    try:
        return read_json(path)
    except BadInput:
        return default


def json_objects(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The objects of JSON lines; skips damaged lines and lines over a megabyte."""
    for line in lines:
        if len(line) <= JSON_LINE_BYTES:
            with contextlib.suppress(ValueError):
                value = parse_json(line)
                if isinstance(value, dict):
                    yield value


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-lines file; skips incomplete or damaged lines.

    Raises:
        OSError: the file cannot be opened.
    """
    with open_regular(path) as stream:
        yield from json_objects(_bounded_lines(stream))


def typed_path(text: str | Path) -> Path:
    """The absolute path for a typed path; ~ and ~name are home folders.

    Raises:
        BadInput: the text is empty, or the system does not accept it as a path.
    """
    typed = text.strip() if isinstance(text, str) else str(text)
    if not typed:
        raise BadInput("Enter a path.")
    if "\0" in typed:
        raise BadInput("The path contains a NUL character. Enter it again.")
    try:
        path = Path(typed).expanduser().absolute()
        # Raises if the system does not accept such a name.
        path.exists()
    except RuntimeError as error:
        raise BadInput(
            "{path} names a user that this computer does not have. Enter the whole path.",
            path=typed[:100],
        ) from error
    except OSError as error:
        raise BadInput(
            "The path cannot be used ({reason}). Enter another.", reason=reason_of(error)
        ) from error
    return path


def is_regular(path: Path) -> bool:
    """Whether the path is a regular file: no folder, pipe or device."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a regular file, or its first `most` + 1 bytes if it is larger.

    A file of size 0 counts as empty and is not read, because a system file may never end.

    Raises:
        NotRegular: the path is a folder, a pipe or a device.
        OSError: the file is missing or cannot be read.
    """
    with open_regular(path) as stream:
        # System files such as /proc/kmsg have size 0, and some never end.
        return stream.read(most + 1) if os.fstat(stream.fileno()).st_size else b""


def version_of(file: Path) -> tuple[int, ...]:
    """What changes when a file is written or replaced; empty if it cannot be read."""
    try:
        about = file.stat()
    except (OSError, ValueError):
        return ()
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _bounded_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file; a line that is too long is divided into pieces."""
    while line := stream.readline(JSON_LINE_BYTES + 1):
        yield line


def _not_a_number(name: str) -> None:
    return None


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _require_shallow(value: Any) -> None:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(JSON_DEPTH):
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise NotJson("it is nested too deeply")
