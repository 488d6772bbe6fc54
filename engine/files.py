"""Writing so that a file under its final name is whole."""

import contextlib
import errno
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from engine.errors import BadInput, WorkFailed


@contextlib.contextmanager
def atomic_writer(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path`; on a clean exit fsync it and rename it to `path`.

    Raises:
        WorkFailed: the disk is full or refuses the write; what was at `path` is untouched.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorkFailed(f"{path} could not be written ({reason}); nothing was changed.") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write `content` to `path` all or nothing. Errors as `atomic_writer`."""
    with atomic_writer(path) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, all or nothing."""
    write_atomic(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        BadInput: the file is missing, cannot be read or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"{path} does not exist.") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise BadInput(f"{path} is not valid JSON: {error}.") from error


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-lines file; a torn or damaged line is passed over."""
    with path.open("rb") as stream:
        for line in stream:
            with contextlib.suppress(ValueError):
                value = json.loads(line)
                if isinstance(value, dict):
                    yield value


def typed_path(text: str | Path, what: str = "path") -> Path:
    """A path as a person typed it, made absolute; ~ and ~name are home folders.

    Raises:
        BadInput: nothing was typed, or it cannot be the name of anything here.
    """
    typed = text.strip() if isinstance(text, str) else str(text)
    if not typed:
        raise BadInput(f"Say where the {what} is: type its path.")
    if "\0" in typed:
        raise BadInput(f"The path of the {what} holds a NUL character; type it again.")
    try:
        path = Path(typed).expanduser().absolute()
        # Whether the system takes such a name at all.
        path.exists()
    except RuntimeError as error:
        raise BadInput(
            f"{typed[:100]} names a user that this machine does not have; type the whole path."
        ) from error
    except OSError as error:
        raise BadInput(
            f"The path of the {what} cannot be used ({error.strerror}); type it again."
        ) from error
    return path


class NotRegular(OSError):
    """It is a folder, a pipe or a device."""


def is_regular(path: Path) -> bool:
    """Whether there is a file whose bytes end: no folder, pipe or device."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a regular file, or the first `most` + 1 of them where it has more.

    A pipe, a device or a file without end is not waited for: what says it is empty is.

    Raises:
        NotRegular: it is a folder, a pipe or a device.
        OSError: it is not there, or cannot be read.
    """
    # To open a device may do something by itself.
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotRegular(errno.EINVAL, "it is no regular file")
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise NotRegular(errno.EINVAL, "it is no regular file")
        # The system's own files, such as /proc/kmsg, have no size, and some no end.
        return stream.read(most + 1) if found.st_size else b""


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
