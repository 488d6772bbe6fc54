"""What a form calls its settings, and what is wrong with them in the same words."""

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from engine.language.message import Message, gettext
from engine.settings.fields import fields_of
from engine.settings.problems import SETTING, allowed_values, explain_problem, settings_in


def label(key: str, info: FieldInfo) -> str:
    """What a field is called: "training.batch_size" -> "Batch size", unless it has a title."""
    if info.title:
        return gettext(info.title)
    return key.rpartition(".")[2].replace("_", " ").capitalize()


def help_text(info: FieldInfo) -> str:
    """What a field is and, of a number, what it may be."""
    allowed = allowed_values(info)
    said = [gettext(info.description) if info.description else "", str(allowed or "")]
    return " ".join(part for part in said if part)


def describe_group(group: str) -> str:
    """ "augmentation.train" -> "Augmentation · train"."""
    return group.replace(".", " · ").replace("_", " ").capitalize()


def field_labels(kind: type[BaseModel]) -> dict[str, str]:
    """What each setting is called, by its dotted key; with its group where two are called alike."""
    fields = dict(fields_of(kind))
    names = {key: label(key, info) for key, info in fields.items()}
    called = list(names.values())
    return {
        key: f"{name} ({describe_group(group)})" if group and called.count(name) > 1 else name
        for key, name in names.items()
        for group in [key.rpartition(".")[0]]
    }


def refusal_text(kind: type[BaseModel], error: ValidationError) -> str:
    """The first thing that is wrong with what a form was given, in one sentence."""
    return _in_labels(explain_problem(kind, error.errors()[0]), field_labels(kind))


def refusals(kind: type[BaseModel], error: ValidationError) -> dict[str, str]:
    """What is wrong, a sentence for each field by dotted key.

    A combination of fields is refused at each of them; "" holds what concerns no field.
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
    """A message with each setting that it names under the name that the form has for it."""
    fields = {
        name: _name_of(str(value), labels) if name.startswith(SETTING) else value
        for name, value in problem.fields.items()
    }
    return str(Message(problem.text, fields, problem.plural))


def _name_of(key: str, labels: Mapping[str, str]) -> str:
    """The label of a setting; with the rest of the key where the place lies inside its value."""
    field = _field_of(key, labels)
    if not field:
        return key
    rest = key.removeprefix(field).strip(".")
    return f"{labels[field]} ({rest})" if rest and not rest.isdigit() else labels[field]


def _field_of(key: str, labels: Mapping[str, str]) -> str:
    """The field that a key names or lies in; empty where there is none."""
    parts = key.split(".")
    paths = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((path for path in paths if path in labels), "")
