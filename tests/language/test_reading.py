"""Page labels in the language of the reader, for browser tests."""

import re

from tests.language.reading import reader


def test_a_text_with_values_is_translated_into_another_language() -> None:
    read = reader("es")
    assert read("Stop") == "Detener"
    assert read("48 photographs") == "48 fotografías"
    assert read("1 photograph") == "1 fotografía"
    assert read("The photograph a.jpg is missing. Choose another.") == (
        "Falta la fotografía a.jpg. Elige otra."
    )
    # A value may be a message itself.
    assert read("one: Running.") == "one: En marcha."
    assert read("Unheard of") == "Unheard of"


def test_in_english_the_text_is_unchanged() -> None:
    read = reader("en")
    assert read("Stop") == "Stop"
    assert read("1–60 of 1,300 photographs") == "1–60 of 1,300 photographs"


def test_a_regular_expression_matches_the_translations_too() -> None:
    form = reader("es")(re.compile("from the .* part"))
    assert form.search("Bellis perennis, from the train part")
    assert form.search("Bellis perennis, de la parte de entrenamiento")
    assert not form.search("Bellis perennis")
