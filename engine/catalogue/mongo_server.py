"""Connecting to MongoDB, with timeouts of a few seconds and readable error messages.

An address may hold a password. It never appears in a message or a file.
"""

import contextlib
import os
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.catalogue.checking import is_plain
from engine.errors import BadInput, StudioError, WorkFailed
from engine.files import read_regular, typed_path
from engine.language.message import message

if TYPE_CHECKING:
    from pymongo import MongoClient

_PATIENCE_MS = 4_000
_LONGEST_ADDRESS = 10_000
_HOST = r"(?:\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::\d{1,5})?"
_HOSTS = re.compile(rf"{_HOST}(?:,{_HOST})*")
# The text of pymongo's error if a server that requires TLS is addressed without it.
_CLOSED = re.compile("connection closed")
_WRONG_LOGIN, _NOT_ALLOWED = 18, 13


def address_of(given: str) -> str:
    """Resolve an address: as given, or from `env:NAME` (a variable) or `file:PATH` (a file).

    Raises:
        BadInput: the variable or file does not exist, or the text is no MongoDB address.
    """
    kind, _, name = given.strip().partition(":")
    address = given.strip()
    if kind == "env":
        address = os.environ.get(name, "").strip()
        if not address:
            raise BadInput(
                "The environment variable {name} is not set. Set it to the address.", name=name
            )
    elif kind == "file":
        file = typed_path(name)
        try:
            address = read_regular(file, _LONGEST_ADDRESS).decode().strip()
        except (OSError, ValueError):
            raise BadInput("Could not read the address from {file}.", file=str(file)) from None
    if len(address) > _LONGEST_ADDRESS or not is_plain(address):
        raise BadInput("The address is too long or contains control characters. Type it again.")
    if not address.startswith(("mongodb://", "mongodb+srv://")):
        raise BadInput(
            "The address of a MongoDB must start with mongodb:// or mongodb+srv://, such as "
            "mongodb://127.0.0.1:27017."
        )
    return address


@contextlib.contextmanager
def connected(given: str, **options: Any) -> Iterator["MongoClient[dict[str, Any]]"]:
    """A connected client in a `with` block; `given` as in `address_of`.

    MongoDB's errors in the block are raised as readable messages within five seconds.

    Raises:
        BadInput: the address is invalid, or the user or password is refused.
        WorkFailed: no MongoDB server answers, or the connection is lost.
    """
    client = client_of(given, **options)
    try:
        with store_errors(address_of(given)):
            yield client
    finally:
        client.close()


def client_of(given: str, **options: Any) -> "MongoClient[dict[str, Any]]":
    """A client that is not connected yet; `given` as in `address_of`.

    Raises:
        BadInput: the address is invalid.
    """
    # Importing pymongo takes a quarter of a second, and most work does not need it.
    from pymongo import MongoClient

    address = address_of(given)
    with store_errors(address):
        try:
            # A warning would quote what follows an unescaped character of a password.
            with warnings.catch_warnings(action="ignore"):
                return MongoClient(
                    address,
                    serverSelectionTimeoutMS=_PATIENCE_MS,
                    connectTimeoutMS=_PATIENCE_MS,
                    appname="plant-studio",
                    **options,
                )
        except (OSError, ValueError, TypeError, OverflowError) as error:
            # The text of the errors may quote the address and its password.
            raise _unusable(error) from None


@contextlib.contextmanager
def store_errors(address: str) -> Iterator[None]:
    """Convert pymongo's errors in the block to messages without user or password."""
    from bson.errors import BSONError
    from pymongo.errors import PyMongoError

    try:
        yield
    except (PyMongoError, BSONError) as error:
        raise _connection_error(error, _server_list(address)) from None
    except ValueError as error:
        # pymongo checks the characters of a password only when it logs in.
        if not str(error).startswith("SASLprep"):
            raise
        raise _unusable(error) from None


def _connection_error(error: Exception, server_list: str) -> StudioError:
    from bson.errors import BSONError
    from pymongo import errors

    server = server_list or message("this address")

    if isinstance(error, errors.ConfigurationError):
        return BadInput("The address of {server} is not valid. Check it.", server=server)
    if isinstance(error, errors.InvalidName):
        return BadInput("The name of the database or collection is not valid. Type another.")
    if isinstance(error, BSONError):
        return BadInput("Could not read a document of the MongoDB at {server}.", server=server)
    if isinstance(error, errors.OperationFailure):
        if error.code == _WRONG_LOGIN:
            return BadInput(
                "The MongoDB at {server} refused the user or the password.", server=server
            )
        if error.code == _NOT_ALLOWED:
            return BadInput(
                "The user has no permission for this in the MongoDB at {server}.", server=server
            )
        return WorkFailed(
            "The MongoDB at {server} reported an error (code {code}).",
            server=server,
            code=str(error.code),
        )
    if isinstance(error, errors.ServerSelectionTimeoutError):
        if tls := _tls_error(str(error), server):
            return tls
        return WorkFailed(
            "No MongoDB answers at {server}. Check that it runs, and its host and port.",
            server=server,
        )
    if isinstance(error, errors.ConnectionFailure):
        return WorkFailed(
            "The connection to the MongoDB at {server} was lost. Start again: what was imported "
            "is kept.",
            server=server,
        )
    return WorkFailed(
        "The MongoDB at {server} failed ({error}).", server=server, error=type(error).__name__
    )


def _tls_error(text: str, server: Any) -> StudioError | None:
    """The error of a server that answers, but with which no encrypted connection is made."""
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return BadInput(
            "The certificate of the MongoDB at {server} is not trusted. Add tlsCAFile=FILE with "
            "its authority to the address.",
            server=server,
        )
    if "[SSL" in text or "handshake" in text:
        return BadInput(
            "The MongoDB at {server} answers, but not with TLS as asked. Check the TLS options of "
            "the address.",
            server=server,
        )
    if _CLOSED.search(text):
        return WorkFailed(
            "The MongoDB at {server} closed the connection. If it requires TLS, add tls=true to "
            "the address.",
            server=server,
        )
    return None


def _unusable(error: Exception) -> BadInput:
    # A TLS error is an OSError, and so is a missing file.
    if isinstance(error, OSError):
        return BadInput(
            "Could not use a certificate file of the address. Check tlsCAFile and "
            "tlsCertificateKeyFile."
        )
    return BadInput(
        "The address of the MongoDB is not valid. Check host, port and options, and write special "
        "characters of the password as %XX."
    )


def _server_list(address: str) -> str:
    """The hosts of an address, and no other part of it; empty if the address is malformed."""
    rest = address.partition("://")[2]
    login, at, hosts = re.split("[/?]", rest, maxsplit=1)[0].rpartition("@")
    # In a malformed address, the host part may be half of a password.
    sure = rest.count("@") <= 1 and bool(at) == ("@" in rest) and "@" not in login
    return hosts if sure and len(hosts) < 200 and _HOSTS.fullmatch(hosts) else ""
