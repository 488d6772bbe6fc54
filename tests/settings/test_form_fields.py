"""The form metadata of every setting of a run."""

import re
from collections import Counter
from typing import get_args

import pytest

from engine.settings.fields import Group, fields_of, form_field, is_used, when_is, when_not
from engine.settings.run import RunSettings

FIELDS = dict(fields_of(RunSettings))
# Settings that no form shows, each with the reason; currently none.
HIDDEN: dict[str, str] = {}


def test_no_setting_of_a_run_is_missing_from_the_form() -> None:
    assert len(FIELDS) == 77
    levels = Counter(form_field(info).level for info in FIELDS.values())
    assert levels["common"] <= 15
    assert levels["common"] + levels["more"] + levels["expert"] == 77 - len(HIDDEN)


def test_hidden_settings_are_few_and_have_reasons() -> None:
    hidden = {
        key: form_field(info).reason
        for key, info in FIELDS.items()
        if form_field(info).level == "hidden"
    }
    assert hidden == HIDDEN
    assert all(hidden.values())


@pytest.mark.parametrize("key", FIELDS)
def test_a_setting_has_a_title_a_group_and_a_help_of_short_sentences(key: str) -> None:
    info = FIELDS[key]
    assert info.title
    assert form_field(info).group in get_args(Group)
    sentences = re.split(r"(?<=[.;])\s", info.description or "")
    assert {sentence: len(sentence.split()) for sentence in sentences if sentence} == {
        sentence: length for sentence in sentences if (length := len(sentence.split())) <= 20
    }


def test_no_two_settings_have_the_same_title() -> None:
    titles = Counter(info.title for info in FIELDS.values())
    assert [title for title, count in titles.items() if count > 1] == []


def test_conditions_name_existing_settings_and_values() -> None:
    for key, info in FIELDS.items():
        for condition in form_field(info).used_when:
            assert condition.key in FIELDS, key
            options = get_args(FIELDS[condition.key].annotation)
            if options and isinstance(options[0], str):
                assert set(condition.values) <= set(options), key


def test_a_setting_is_used_if_one_of_its_conditions_holds_in_one_stage() -> None:
    rank = form_field(FIELDS["model.adapter_rank"])
    assert not is_used(rank, {"model.adapter": ["none"]})
    assert is_used(rank, {"model.adapter": ["lora"]})
    tau = form_field(FIELDS["training.logit_tau"])
    assert is_used(tau, {"training.loss": ["focal", "logit_adjusted"]})
    assert not is_used(tau, {"training.loss": ["focal"]})
    assert when_is("a", 1).holds([1]) and not when_not("a", 1).holds([1])
