"""The own fields of photographs: what their source states besides the fields of the record.

`Photograph.extra` holds them as a JSON object. Outside of it, a field is named `extra.NAME`.
"""

import json
import re
from datetime import date
from typing import Any

import orjson

PREFIX = "extra."
"""Begins the name of an own field where it stands beside the fields of the record."""

NOT_IN_A_NAME = r'(?!(?:[^"\\]|\\.)*":)'
"""A regular expression that is true in the JSON of an object, except within a name."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?")


def own_fields(extra: str) -> dict[str, Any]:
    """The own fields of a photograph by name; none where the text is no JSON object."""
    if not extra:
        return {}
    try:
        found = orjson.loads(extra)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def extra_with(extra: str, name: str, text: str | None) -> str:
    """`extra` with the field set to a value, given as JSON text; without the field for None."""
    fields = own_fields(extra)
    fields.pop(name, None)
    if text is not None:
        fields[name] = orjson.loads(text)
    return orjson.dumps(fields).decode() if fields else ""


def own_text(extra: str, name: str) -> str | None:
    """The JSON text of an own field; None if there is no such field."""
    fields = own_fields(extra)
    return json_text(fields[name]) if name in fields else None


def date_of(value: Any) -> date | None:
    """The day of a value such as "2024-05-01"; None if it is no date."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def own_label(text: str | None) -> str:
    """A value as conditions compare it, from its JSON text: a string as it is, else the JSON."""
    if not text:
        return ""
    return str(orjson.loads(text)) if text[0] == '"' else text


def texts_of(label: str) -> list[str]:
    """The JSON texts whose `own_label` is this label."""
    texts = [json_text(label)]
    if _is_json(label):
        texts.append(label)
    return texts


def json_text(value: Any) -> str:
    """A value as JSON text, as `Photograph.extra` has it."""
    return orjson.dumps(value).decode()


def _is_json(text: str) -> bool:
    """Whether a text is the JSON of a value."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
