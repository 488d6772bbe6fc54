"""Messages in two languages, and their stored form."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.language import translations
from engine.language.current import language_set
from engine.language.message import Message, gettext, message, ngettext, plural_message

SPANISH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "{done} of {total}"
msgstr "{done} de {total}"

msgid "{n} photograph"
msgid_plural "{n} photographs"
msgstr[0] "{n} fotografía"
msgstr[1] "{n} fotografías"
"""


@pytest.fixture(autouse=True)
def _translations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "es.po").write_text(SPANISH, encoding="utf-8")
    monkeypatch.setattr(translations, "MESSAGES", tmp_path)
    translations.for_language.cache_clear()
    yield
    translations.for_language.cache_clear()


def test_fields_are_filled_in_and_numbers_formatted_for_the_language() -> None:
    with language_set("es"):
        assert gettext("{done} of {total}", done=1_000, total=2_500) == "1.000 de 2.500"
        assert ngettext("{n} photograph", "{n} photographs", 1) == "1 fotografía"
        assert ngettext("{n} photograph", "{n} photographs", 3_000) == "3.000 fotografías"


def test_a_message_without_a_translation_is_shown_in_english() -> None:
    with language_set("es"):
        assert gettext("No such message: {n}", n=1_000) == "No such message: 1.000"


def test_a_message_is_translated_when_it_is_read() -> None:
    written = plural_message("{n} photograph", "{n} photographs", 2)
    with language_set("es"):
        assert str(written) == "2 fotografías"
    with language_set("en"):
        assert str(written) == "2 photographs"


def test_a_message_within_another_is_translated_too() -> None:
    inner = plural_message("{n} photograph", "{n} photographs", 1)
    with language_set("es"):
        assert str(message("{done} of {total}", done=inner, total=5)) == "1 fotografía de 5"


def test_a_stored_message_is_equal_in_every_language() -> None:
    inner = plural_message("{n} photograph", "{n} photographs", 4)
    written = message("{done} of {total}", done=inner, total=5)
    read = Message(**json.loads(json.dumps(written.record())))
    for language in ("en", "es"):
        with language_set(language):
            assert str(read) == str(written)


def test_an_untrusted_stored_message_can_only_access_its_fields() -> None:
    hostile = Message("{a.__class__} {a!r} {b} {a:>99999999} {a}", {"a": "x"})
    assert str(hostile) == "{a.__class__} {a!r} {b} x x"
    assert str(Message("{a}", {"a": {"text": 5}}, "{n}")) == ""


def test_logs_and_other_programs_get_english() -> None:
    with language_set("es"):
        assert (
            plural_message("{n} photograph", "{n} photographs", 2).in_english() == "2 photographs"
        )


def test_a_list_is_written_out_as_the_language_does_also_where_it_was_stored() -> None:
    parts = [plural_message("{n} photograph", "{n} photographs", n) for n in (1, 2, 3)]
    written = message("{parts}; {names:or}", parts=parts, names=["a", "b"])
    read = Message(**json.loads(json.dumps(written.record())))
    for told in (written, read):
        assert str(told) == "1 photograph, 2 photographs, and 3 photographs; a or b"
        with language_set("es"):
            assert str(told) == "1 fotografía, 2 fotografías y 3 fotografías; a o b"
