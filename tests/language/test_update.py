"""The message catalogues, and a check that the code has no text outside of them."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog

from engine.language.current import languages
from engine.language.update import (
    BY_NAME,
    PLURAL,
    PROJECT,
    ROOMS,
    SINGULAR,
    all_messages,
    copy_translations,
    messages_in,
    problems,
    read,
    updated,
)

TRANSLATED = [language for language in languages() if language != "en"]

# Text for translators and programmers.
NOT_FOR_USERS = ("engine/language/update.py", "studio/template.py")
# Names that are data: of drawn species, of the source of drawn photographs, of outcomes.
DATA = ("engine/garden/species.py", "engine/catalogue/garden_import.py")
NAMES = {
    "bad content",
    "copyright infringement",
    "quality scan",
    "World Checklist of Vascular Plants",
}
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}")
# Text for programs: HTML, CSS, SQL, paths, headers, our own Markdown without words.
FOR_PROGRAMS = re.compile(
    r"[<>{}=]|^\s*(SELECT|INSERT|CREATE|DELETE|DROP|PRAGMA|ORDER BY) |^[a-z_]+/| blob:$"
    r"|\b(SELECT|FROM|JOIN|WHERE|UPDATE|TABLE|ROWID|PRAGMA|ORDER BY|SUM|IN|NOT)\b"
)
# Text that is stored, and Python's message for bytes that are not text.
KEYS = {"moving to ", "decode to UTF-8"}
FOR_PROGRAMMERS = {"ValueError", "TypeError", "RuntimeError", "AssertionError", "OSError"}


def called(node: ast.AST) -> str:
    """The name of the function or class in a call; "log.info" as "info"."""
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


def is_for_no_reader(node: ast.AST) -> bool:
    """Whether the texts of this part of a program are messages, or only for programmers."""
    if isinstance(node, ast.Raise):
        return called(node.exc or node) in FOR_PROGRAMMERS
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = getattr(node.func.value, "id", "")
        return (owner, node.func.attr) == ("re", "compile") or owner == "log"
    if isinstance(node, ast.Subscript):
        return getattr(node.value, "id", "") == "Literal"
    if isinstance(node, ast.keyword):
        # Former names of registry entries.
        return node.arg == "former"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@cache
def values_of_literals() -> set[str]:
    """The values of every `Literal` of the code, such as "bad content": internal names."""
    return {
        part.value
        for room in ROOMS
        for file in (PROJECT / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "Literal"
        for part in ast.walk(node.slice)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def sentences_outside(file: Path) -> Iterator[str]:
    """Texts in a file that users would read, and that are not messages: `line: text`."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    keys = KEYS | values_of_literals()
    inside = {id(part) for node in nodes if is_for_no_reader(node) for part in ast.walk(node)}
    for node in nodes:
        if isinstance(node, ast.Call) and called(node) in SINGULAR | PLURAL:
            inside |= {id(argument) for argument in node.args[:2]}
        if isinstance(node, ast.Call):
            named = BY_NAME.get(called(node), ())
            inside |= {id(word.value) for word in node.keywords if word.arg in named}
    for node in nodes:
        text = node.value if isinstance(node, ast.Constant) else None
        if id(node) in inside or not isinstance(text, str) or text in keys:
            continue
        if SENTENCE.search(text) and text not in NAMES and not FOR_PROGRAMS.search(text):
            yield f"{node.lineno}: {text}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_with_the_same_fields(language: str) -> None:
    assert problems(read(language)) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_contains_exactly_the_messages_of_the_code(language: str) -> None:
    there = read(language)
    wanted = {item.message for item in all_messages()}
    assert {entry.id for entry in there if entry.id} == wanted
    assert not [entry for entry in there if entry.fuzzy and entry.id]


def test_no_sentence_is_outside_the_messages() -> None:
    found = {
        str(file.relative_to(PROJECT)): texts
        for room in ROOMS
        for file in sorted((PROJECT / room).rglob("*.py"))
        if not str(file.relative_to(PROJECT)).startswith(NOT_FOR_USERS + DATA)
        for texts in [list(sentences_outside(file))]
        if texts
    }
    assert found == {}


def test_a_sentence_outside_is_detected(tmp_path: Path) -> None:
    file = tmp_path / "page.py"
    file.write_text(
        '"""Words of a docstring."""\n'
        'st.caption("These words are not translated.")\n'
        'st.caption(gettext("These words are translated."))\n'
    )
    assert list(sentences_outside(file)) == ["2: These words are not translated."]


def test_messages_are_extracted_in_both_forms(tmp_path: Path) -> None:
    file = tmp_path / "page.py"
    file.write_text(
        'gettext("One " "text.")\nraise BadInput("Wrong: {x}", x=1)\n'
        'ngettext("{n} file", "{n} files", count)\ngettext(variable)\nprint("Not a message")\n'
    )
    found = [item.message for item in messages_in(file, tmp_path)]
    assert found == ["One text.", "Wrong: {x}", ("{n} file", "{n} files")]


def test_the_descriptions_of_settings_are_extracted(tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text(
        'side: int = setting(1, title="Side", help="The side.", level="more", group="Run")\n'
        'name: str = Field("x", description="The " "name.", pattern="two words")\n'
    )
    found = [item.message for item in messages_in(file, tmp_path)]
    assert found == ["Side", "The side.", "Run", "The name."]
    assert list(sentences_outside(file)) == ["2: two words"]


def catalogue_of(*pairs: tuple[str | tuple[str, str], str | tuple[str, str]]) -> Catalog:
    catalogue = Catalog("es")
    catalogue.mime_headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
    ]
    for message, translation in pairs:
        catalogue.add(message, translation)
    return catalogue


@pytest.mark.parametrize(
    ("message", "translation", "problem"),
    [
        ("Stop", "Detener", ""),
        ("Stop", "", "not translated: Stop"),
        ("{a} of {b}", "{a} de {b}", ""),
        ("{a} of {b}", "{a} de {c}", "fields differ: {a} of {b} -> {a} de {c}"),
        ("{a} of {b}", "de {b}", "fields differ: {a} of {b} -> de {b}"),
        (("{n} file", "{n} files"), ("un archivo", "{n} archivos"), ""),
        (("{n} file", "{n} files"), ("{n} archivo", ""), "not translated: {n} file"),
    ],
)
def test_a_faulty_translation_is_reported(
    message: str | tuple[str, str], translation: str | tuple[str, str], problem: str
) -> None:
    assert problems(catalogue_of((message, translation))) == ([problem] if problem else [])


def test_an_update_keeps_translations_adds_new_messages_and_drops_unused_ones() -> None:
    old = catalogue_of(("Stop", "Detener"), ("Gone", "Ido"))
    found = list(all_messages())
    new = updated(old, [item for item in found if item.message in ("Stop", "Next")])
    assert {entry.id: entry.string for entry in new if entry.id} == {"Stop": "Detener", "Next": ""}


def test_translations_of_another_file_are_merged() -> None:
    mine, other = catalogue_of(("Stop", ""), ("Next", "Luego")), catalogue_of(("Stop", "Detener"))
    copy_translations(mine, other)
    assert {entry.id: entry.string for entry in mine if entry.id} == {
        "Stop": "Detener",
        "Next": "Luego",
    }
