"""Why the system or SQLite refuses something, as messages that errors quote in a field."""

import errno
import os

from engine.language.message import Message, deferred

# In the words of the system, by which users and search engines find help.
_SYSTEM = {
    errno.EPERM: deferred("Operation not permitted"),
    errno.ENOENT: deferred("No such file or directory"),
    errno.EIO: deferred("Input/output error"),
    errno.ENXIO: deferred("No such device or address"),
    errno.EBADF: deferred("Bad file descriptor"),
    errno.EAGAIN: deferred("Resource temporarily unavailable"),
    errno.ENOMEM: deferred("Cannot allocate memory"),
    errno.EACCES: deferred("Permission denied"),
    errno.EBUSY: deferred("Device or resource busy"),
    errno.EEXIST: deferred("File exists"),
    errno.EXDEV: deferred("Invalid cross-device link"),
    errno.ENODEV: deferred("No such device"),
    errno.ENOTDIR: deferred("Not a directory"),
    errno.EISDIR: deferred("Is a directory"),
    errno.EINVAL: deferred("Invalid argument"),
    errno.ENFILE: deferred("Too many open files in system"),
    errno.EMFILE: deferred("Too many open files"),
    errno.ETXTBSY: deferred("Text file busy"),
    errno.EFBIG: deferred("File too large"),
    errno.ENOSPC: deferred("No space left on device"),
    errno.EROFS: deferred("Read-only file system"),
    errno.EMLINK: deferred("Too many links"),
    errno.EPIPE: deferred("Broken pipe"),
    errno.ENAMETOOLONG: deferred("File name too long"),
    errno.ENOLCK: deferred("No locks available"),
    errno.ENOTEMPTY: deferred("Directory not empty"),
    errno.ELOOP: deferred("Too many levels of symbolic links"),
    errno.EOPNOTSUPP: deferred("Operation not supported"),
    errno.EADDRINUSE: deferred("Address already in use"),
    errno.EADDRNOTAVAIL: deferred("Cannot assign requested address"),
    errno.ENETUNREACH: deferred("Network is unreachable"),
    errno.ECONNRESET: deferred("Connection reset by peer"),
    errno.ETIMEDOUT: deferred("Connection timed out"),
    errno.ECONNREFUSED: deferred("Connection refused"),
    errno.EHOSTDOWN: deferred("Host is down"),
    errno.EHOSTUNREACH: deferred("No route to host"),
    errno.ESTALE: deferred("Stale file handle"),
    errno.EDQUOT: deferred("Disk quota exceeded"),
}
# SQLite's own words for what happens most, listed so that they are translated.
_DATABASE = (
    deferred("database is locked"),
    deferred("database table is locked"),
    deferred("out of memory"),
    deferred("attempt to write a readonly database"),
    deferred("disk I/O error"),
    deferred("database disk image is malformed"),
    deferred("database or disk is full"),
    deferred("unable to open database file"),
    deferred("file is not a database"),
)


def reason_of(error: Exception) -> Message:
    """Why something was refused, which is read in any language where the reason is a common one.

    A reason that is no message of the studio, nor of the tables above, stays as it was told.
    """
    if not isinstance(error, OSError):
        return Message(str(error))
    told = error.strerror or str(error)
    number = error.errno or 0
    is_usual = number in _SYSTEM and told == os.strerror(number)
    return Message(_SYSTEM[number] if is_usual else told)
