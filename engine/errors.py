"""The errors a user sees: one sentence that says what is wrong, where, and what to do."""

from engine.language.message import Message


class StudioError(Exception):
    """Base of every error that is shown as a sentence instead of a traceback.

    `str` gives the sentence in the reader's language.

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
    """What was given cannot be used; nothing was changed."""

    exit_status = 2


class WorkFailed(StudioError):
    """The input was fine, the work could not be done."""


class UnreadableImage(BadInput):
    """The bytes are no photograph that can be decoded."""


class ClassMapMismatch(BadInput):
    """Two things speak of classes, and not of the same ones."""


class DatabaseDamaged(WorkFailed):
    """A database's file is damaged; its sentence names `doctor` and the way back."""


class CatalogueMissing(WorkFailed):
    """The catalogue's file is gone while what it described is still there."""
