"""Reaching a MongoDB: patience of a few seconds, and every fault as a sentence.

An address may hold a password. It is never part of a sentence, and never written.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadInput, StudioError, WorkFailed

if TYPE_CHECKING:
    from pymongo import MongoClient

_PATIENCE_MS = 4_000
_WRONG_LOGIN, _NOT_ALLOWED = 18, 13


def address_of(given: str) -> str:
    """The address itself: as given, or from `env:NAME` (a variable) or `file:PATH` (a file).

    Raises:
        BadInput: there is no such variable or file, or it is no address of a MongoDB.
    """
    kind, _, name = given.strip().partition(":")
    address = given.strip()
    if kind == "env":
        address = os.environ.get(name, "").strip()
        if not address:
            raise BadInput(f"The environment variable {name} is not set; it should be the address.")
    elif kind == "file":
        try:
            address = Path(name).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            raise BadInput(f"The address cannot be read from the file {name}.") from None
    if not address.startswith(("mongodb://", "mongodb+srv://")):
        raise BadInput(
            "The address of a MongoDB database begins with mongodb:// or mongodb+srv://, "
            "as in mongodb://127.0.0.1:27017."
        )
    return address


@contextlib.contextmanager
def connected(given: str, **options: Any) -> Iterator["MongoClient[dict[str, Any]]"]:
    """A client for the length of a `with` block; `given` as in `address_of`.

    What MongoDB objects to in the block is raised as a sentence within five seconds.

    Raises:
        BadInput: it is no address, or the user or password is refused.
        WorkFailed: no MongoDB answers, or the connection is lost.
    """
    client = client_of(given, **options)
    try:
        with faults_told(address_of(given)):
            yield client
    finally:
        client.close()


def client_of(given: str, **options: Any) -> "MongoClient[dict[str, Any]]":
    """A client, not yet connected; `given` as in `address_of`.

    Raises:
        BadInput: it is no address.
    """
    # pymongo takes a quarter of a second to import, and most work needs none of it.
    from pymongo import MongoClient

    address = address_of(given)
    with faults_told(address):
        return MongoClient(
            address,
            serverSelectionTimeoutMS=_PATIENCE_MS,
            connectTimeoutMS=_PATIENCE_MS,
            appname="plant-studio",
            **options,
        )


@contextlib.contextmanager
def faults_told(address: str) -> Iterator[None]:
    """Raise what pymongo raises in the block as a sentence without user or password."""
    from pymongo.errors import PyMongoError

    try:
        yield
    except PyMongoError as error:
        raise _told(error, _places(address)) from None


def _told(error: Exception, places: str) -> StudioError:
    from pymongo import errors

    if isinstance(error, errors.ConfigurationError):
        return BadInput(f"The address of {places} cannot be used: see that it is written right.")
    if isinstance(error, errors.OperationFailure):
        if error.code == _WRONG_LOGIN:
            return BadInput(f"The MongoDB at {places} refuses the user or the password.")
        if error.code == _NOT_ALLOWED:
            return BadInput(f"The user may not do this in the MongoDB at {places}.")
        return WorkFailed(f"The MongoDB at {places} could not do it (code {error.code}).")
    if isinstance(error, errors.ServerSelectionTimeoutError):
        return WorkFailed(
            f"No MongoDB answers at {places}; see that it runs and that host and port are right."
        )
    if isinstance(error, errors.ConnectionFailure):
        return WorkFailed(
            f"The connection to the MongoDB at {places} was lost; start again, "
            "what is in already stays."
        )
    return WorkFailed(f"The MongoDB at {places} failed ({type(error).__name__}).")


def _places(address: str) -> str:
    """The hosts of an address, and nothing else of it."""
    hosts = address.partition("://")[2].partition("/")[0].partition("?")[0]
    return hosts.rpartition("@")[2] or "this address"
