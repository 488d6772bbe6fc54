"""The pseudo-language, which reveals untranslated and truncated texts."""

from pathlib import Path

from babel.messages.pofile import read_po

from engine.language.update import all_messages, problems
from tests.language.pseudo import PSEUDO, pseudo, write_pseudo


def test_words_get_accents_and_grow_and_fields_stay_unchanged() -> None:
    assert pseudo("Stop {n} of {total:size}") == "Šštóóp {n} óóf {total:size}"
    assert pseudo("Open `data/` :material/check:") == "Óópééññ `data/` :material/check:"


def test_every_message_is_in_the_language_about_40_percent_longer(tmp_path: Path) -> None:
    write_pseudo(tmp_path)
    with (tmp_path / f"{PSEUDO}.po").open("rb") as file:
        catalogue = read_po(file, locale=PSEUDO)
    assert problems(catalogue) == []
    texts = [item.message for item in all_messages() if isinstance(item.message, str)]
    grown = sum(len(pseudo(text)) for text in texts) / sum(len(text) for text in texts)
    assert 1.35 < grown < 1.5
