"""The errors a user sees: one sentence that says what is wrong, where, and what to do."""


class StudioError(Exception):
    """Base of every error that is shown as a sentence instead of a traceback."""

    exit_status = 1


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
