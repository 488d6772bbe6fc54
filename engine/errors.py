"""The errors for users: each message says what is wrong, where, and what to do."""

from engine.language.message import Message


class StudioError(Exception):
    """Base of every error that is shown as a message instead of a traceback.

    `str` returns the message in the reader's language.

    Args:
        text: the message in English, a literal with named fields; or a `Message`.
        fields: the values of the fields.
    """

    exit_status = 1

    def __init__(self, text: str | Message = "", **fields: object) -> None:
        super().__init__(text)
        self.message = text if isinstance(text, Message) else Message(text, fields)

    def __str__(self) -> str:
        return str(self.message)


class BadInput(StudioError):
    """The input cannot be used; nothing was changed."""

    exit_status = 2


class WorkFailed(StudioError):
    """The input is valid, but the work failed."""


class UnreadableImage(BadInput):
    """The file cannot be decoded as a photograph."""


class ClassMapMismatch(BadInput):
    """Two class maps that must be equal differ."""


class DatabaseDamaged(WorkFailed):
    """A database file is damaged; the message names `doctor` and how to restore it."""


class CatalogueMissing(WorkFailed):
    """The catalogue file is missing, but data that it described exists."""
