"""The labels of settings on a form, and error messages that use these labels."""

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from engine.language.message import Message, gettext
from engine.settings.fields import fields_of
from engine.settings.problems import SETTING, allowed_values, explain_problem, settings_in


def label(key: str, info: FieldInfo) -> str:
    """The label of a field: "training.batch_size" -> "Batch size", unless it has a title."""
    if info.title:
        return gettext(info.title)
    return key.rpartition(".")[2].replace("_", " ").capitalize()


def help_text(info: FieldInfo) -> str:
    """The description of a field and, for a number, its range."""
    allowed = allowed_values(info)
    said = [gettext(info.description) if info.description else "", str(allowed or "")]
    return " ".join(part for part in said if part)


def describe_group(group: str) -> str:
    """ "augmentation.train" -> "Augmentation · train"."""
    return group.replace(".", " · ").replace("_", " ").capitalize()


def field_labels(kind: type[BaseModel]) -> dict[str, str]:
    """The label of each setting by dotted key; with its group if two labels are equal."""
    fields = dict(fields_of(kind))
    names = {key: label(key, info) for key, info in fields.items()}
    called = list(names.values())
    return {
        key: f"{name} ({describe_group(group)})" if group and called.count(name) > 1 else name
        for key, name in names.items()
        for group in [key.rpartition(".")[0]]
    }


def refusal_text(kind: type[BaseModel], error: ValidationError) -> str:
    """The first validation error of a form's input, in one sentence."""
    return _in_labels(explain_problem(kind, error.errors()[0]), field_labels(kind))


def refusals(kind: type[BaseModel], error: ValidationError) -> dict[str, str]:
    """The validation errors, one sentence per field by dotted key.

    An invalid combination is reported at each of its fields; "" is for errors that belong to no
    field.
    """
    found: dict[str, str] = {}
    labels = field_labels(kind)
    for problem in error.errors():
        explained = explain_problem(kind, problem)
        sentence = _in_labels(explained, labels)
        concerned = [_field_of(key, labels) for key in settings_in(explained)]
        for key in [key for key in concerned if key] or [""]:
            found.setdefault(key, sentence)
    return found


def _in_labels(problem: Message, labels: Mapping[str, str]) -> str:
    """A message in which each setting has its label on the form."""
    fields = {
        name: _name_of(str(value), labels) if name.startswith(SETTING) else value
        for name, value in problem.fields.items()
    }
    return str(Message(problem.text, fields, problem.plural))


def _name_of(key: str, labels: Mapping[str, str]) -> str:
    """The label of a setting; with the rest of the key if the location is inside its value."""
    field = _field_of(key, labels)
    if not field:
        return key
    rest = key.removeprefix(field).strip(".")
    return f"{labels[field]} ({rest})" if rest and not rest.isdigit() else labels[field]


def _field_of(key: str, labels: Mapping[str, str]) -> str:
    """The field that a key names or is inside of; empty if there is none."""
    parts = key.split(".")
    paths = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((path for path in paths if path in labels), "")
