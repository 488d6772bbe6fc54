"""Selection of the language."""

import threading

import pytest

from engine.language import current
from engine.language.current import (
    best_language,
    current_language,
    language_of_environment,
    language_set,
    languages,
    name_of,
)


def test_english_and_spanish_are_available_under_their_own_names() -> None:
    assert languages()[0] == "en" and {"en", "es"} <= set(languages())
    assert [name_of(language) for language in ("en", "es")] == ["English", "Español"]


@pytest.mark.parametrize(
    ("wanted", "best"),
    [
        (["es-MX", "en"], "es"),
        (["es"], "es"),
        (["ca", "es-ES"], "es"),
        (["tlh", "la"], "en"),
        (["en-GB", "es"], "en"),
        (["C", "POSIX"], "en"),
        (["no such thing"], "en"),
        ([], "en"),
    ],
)
def test_the_first_available_language_of_the_preferences_is_used(
    wanted: list[str], best: str
) -> None:
    assert best_language(wanted) == best


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LC_ALL": "es_AR", "LANG": "en_US.UTF-8"}, "es"),
        ({"LANGUAGE": "de:es:en", "LC_ALL": "en_US.UTF-8"}, "es"),
        ({"LC_MESSAGES": "", "LANG": "es"}, "es"),
    ],
)
def test_the_command_line_reads_the_standard_variables(
    environment: dict[str, str], language: str
) -> None:
    assert language_of_environment(environment) == language


def test_a_language_applies_to_its_block_and_its_thread_only() -> None:
    elsewhere: list[str] = []
    with language_set("es"):
        thread = threading.Thread(target=lambda: elsewhere.append(current_language()))
        thread.start()
        thread.join()
        assert current_language() == "es"
    assert elsewhere == ["en"]
    assert current_language() == "en"


def test_a_server_provides_the_language_of_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "_source", lambda: "es")
    assert current_language() == "es"
    with language_set("en"):
        assert current_language() == "en"
