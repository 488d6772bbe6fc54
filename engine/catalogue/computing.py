"""Computing own fields of all photographs by a rule, as changes that can be undone."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.catalogue.changes import Change
from engine.catalogue.checking import require_plain
from engine.catalogue.conditions import DECLARED, condition_of, require_known_fields
from engine.catalogue.fields import FIELDS
from engine.catalogue.licences import tier_of
from engine.catalogue.own_fields import PREFIX, json_text, own_fields, own_label
from engine.catalogue.store import Catalogue, Filter
from engine.errors import BadInput
from engine.files import printable
from engine.language.message import message
from engine.settings.base import SettingError
from engine.settings.computed import FieldRule, FieldRules
from engine.settings.files import explain, parse_yaml, read_yaml

_ALL = Filter(excluded=None)


def read_rules(file: Path) -> dict[str, FieldRule]:
    """The rules of a YAML file, by the name of the field that each computes.

    Raises:
        BadInput: the file cannot be read, or holds no rules.
    """
    return _rules(read_yaml(file), printable(file))


def rules_in(text: str) -> dict[str, FieldRule]:
    """The rules of a YAML text, as `read_rules`."""
    where = "YAML"
    try:
        return _rules(parse_yaml(text, where), where)
    except SettingError as error:
        raise BadInput(error.message) from error


def compute_fields(catalogue: Catalogue, rules: Mapping[str, FieldRule]) -> list[Change]:
    """Set the own fields of all photographs by their rules; one change each.

    Photographs that have the value already are left out of the change. A change without
    photographs is not recorded.

    Raises:
        BadInput: the field that a rule starts from does not exist.
    """
    for rule in rules.values():
        require_known_fields(catalogue, Filter(conditions=(_starting_from(rule),)))
    return [_compute(catalogue, name, rule) for name, rule in rules.items()]


def _compute(catalogue: Catalogue, name: str, rule: FieldRule) -> Change:
    return catalogue.set_own(name, _values(catalogue, name, rule), rule.from_)


def _values(catalogue: Catalogue, name: str, rule: FieldRule) -> dict[str, str | None]:
    """The JSON text of the new value by image_id, where it differs from the current one."""
    by_match = rule.value_by_match
    field = _starting_from(rule).field
    found: dict[str, str | None] = {}
    for image_id, stated, own in _read(catalogue, field):
        value = by_match.get(stated.casefold(), rule.otherwise)
        text = json_text(value) if value else None
        if text != (json_text(own[name]) if name in own else None):
            found[image_id] = text
    return found


def _read(catalogue: Catalogue, field: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The id of every photograph, the value of the field, and its own fields."""
    column = {"tier": "license", "flag": "flags"}.get(field, field)
    names = ["image_id", "extra"] + ([column] if column in FIELDS else [])
    table = catalogue.columns(list(dict.fromkeys(names)), _ALL)
    for batch in table.to_batches(50_000):
        columns = [batch.column(name).to_pylist() for name in names]
        for image_id, extra, *stated in zip(*columns, strict=True):
            own = own_fields(extra)
            if stated:
                text = tier_of(stated[0]) if field == "tier" else str(stated[0] or "")
            else:
                key = field.removeprefix(PREFIX)
                text = own_label(json_text(own[key])) if key in own else ""
            yield image_id, text, own


def _starting_from(rule: FieldRule) -> Any:
    return condition_of(f"{rule.from_}~.")


def _rules(values: Any, where: str) -> dict[str, FieldRule]:
    if not values or not isinstance(values, dict):
        raise BadInput("{where} holds no rule for a field.", where=where)
    try:
        rules = FieldRules.model_validate(values).root
    except ValidationError as error:
        raise BadInput(
            "{where}: {problem}", where=where, problem=explain(FieldRules, error)
        ) from error
    for name, rule in rules.items():
        if not rule.from_ or not rule.values:
            raise BadInput(
                "The rule of {name} needs `from`, a field, and `values`, with at least one value.",
                name=name,
            )
        require_plain(name, message("Field"))
        if name in DECLARED or not name.strip():
            raise BadInput(
                "{name} is a field of the catalogue. Choose another name for the computed field.",
                name=name,
            )
    return rules
