"""Extract the messages of the code and update the language files.

python -m engine.language.update             add new messages to each file, remove unused ones
python -m engine.language.update --check     only report what is missing or wrong
python -m engine.language.update --take FILE copy the translations of another .po file
"""

import argparse
import ast
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from engine.language.current import MESSAGES
from engine.language.message import FIELD

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("engine", "studio", "pages")

# Functions and classes whose first argument is a message.
SINGULAR = {
    "gettext",
    "deferred",
    "message",
    "Message",
    "translated",
    "StudioError",
    "BadInput",
    "WorkFailed",
    "UnreadableImage",
    "ClassMapMismatch",
    "DatabaseDamaged",
    "CatalogueMissing",
    "DiskFull",
    "NotKnown",
    "RefusedAddress",
    "NotJson",
    "OtherHome",
    "BadField",
    "SettingError",
}
# Functions whose first two arguments are the singular and the plural form.
PLURAL = {"ngettext", "plural_message"}
# Calls whose named arguments are messages: the descriptions of settings.
BY_NAME = {
    "setting": ("title", "help", "group", "unit", "reason"),
    "Field": ("title", "description"),
}

_HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"

"""

_MOST_SHOWN = 40

MessageId = str | tuple[str, str]


@dataclass(frozen=True)
class Found:
    """A message in the code: its text or its two forms, and its place as file and line."""

    message: MessageId
    file: str
    line: int


def messages_in(file: Path, root: Path = PROJECT) -> Iterator[Found]:
    """Yield every message of a source file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = _name(node.func)
        forms = [_text(argument) for argument in node.args[:2]]
        place = (file.relative_to(root).as_posix(), node.lineno)
        if name in PLURAL and len(forms) == 2 and all(forms):
            yield Found((forms[0], forms[1]), *place)
        elif name in SINGULAR and forms and forms[0]:
            yield Found(forms[0], *place)
        for word in node.keywords:
            text = _text(word.value)
            if text and word.arg in BY_NAME.get(name, ()):
                yield Found(text, *place)


def all_messages(root: Path = PROJECT) -> Iterator[Found]:
    """Yield every message of the project."""
    for room in ROOMS:
        for file in sorted((root / room).rglob("*.py")):
            yield from messages_in(file, root)
    yield from descriptions(root)


def descriptions(root: Path = PROJECT) -> Iterator[Found]:
    """Yield the descriptions of the supplied configurations, which the page Train shows."""
    for file in sorted((root / "configs").glob("*.yaml")):
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
        description = values.get("description") if isinstance(values, dict) else None
        if isinstance(description, str):
            yield Found(description, file.relative_to(root).as_posix(), 1)


def updated(old: Catalog, found: Sequence[Found]) -> Catalog:
    """Return the messages of the code with their existing translations."""
    new = Catalog(old.locale, charset="utf-8", fuzzy=False)
    # The file's own plural rule; Babel's for Spanish has an extra form for millions.
    new.mime_headers = old.mime_headers
    for item in found:
        known = old.get(item.message)
        places = [(item.file, 0)]
        new.add(item.message, known.string if known and not known.fuzzy else "", places)
    return new


def copy_translations(catalogue: Catalog, other: Catalog) -> None:
    """Copy the translations of another file into a catalogue, replacing existing ones."""
    for entry in other:
        known = catalogue.get(entry.id) if entry.id and not entry.fuzzy else None
        if entry.id and known is None:
            catalogue.add(entry.id, entry.string)
        elif known is not None and entry.string and any(entry.string):
            known.string = entry.string


def problems(catalogue: Catalog) -> list[str]:
    """List the missing translations of a language and those whose fields differ."""
    found: list[str] = []
    for entry in catalogue:
        if not entry.id:
            continue
        ids = [entry.id] if isinstance(entry.id, str) else list(entry.id)
        strings = [entry.string] if isinstance(entry.string, str) else list(entry.string or [""])
        if not all(strings):
            found.append(f"not translated: {ids[0]}")
            continue
        # The singular form may omit the number.
        allowed = set().union(*(field_names(text) for text in ids))
        needed = field_names(ids[-1])
        for string in strings:
            missing, unknown = needed - field_names(string), field_names(string) - allowed
            if unknown or missing - ({"n"} if len(ids) > 1 else set()):
                found.append(f"fields differ: {ids[0]} -> {string}")
    return found


def field_names(text: str) -> set[str]:
    """Return the names of the fields of a message."""
    return {match["name"] for match in FIELD.finditer(text)}


def read(language: str) -> Catalog:
    """Read the message file of a language."""
    with _file(language).open("rb") as file:
        return read_po(file, locale=language)


def write(catalogue: Catalog, language: str) -> None:
    """Write a language's file, sorted by message and without timestamps or line numbers."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, 100, omit_header=True, sort_output=True, include_lineno=False)
    header = _HEADER.format(language=language, plurals=catalogue.plural_forms)
    _file(language).write_text(header + buffer.getvalue().decode(), encoding="utf-8")


def main() -> None:
    """Read the arguments, and update or check each language's file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("--take", type=Path, action="append", default=[], metavar="FILE")
    options = parser.parse_args()
    found = list(all_messages())
    failed = False
    for language in sorted(file.stem for file in MESSAGES.glob("*.po")):
        old = read(language)
        for file in options.take:
            with file.open("rb") as opened:
                copy_translations(old, read_po(opened, locale=language))
        new = updated(old, found)
        said = problems(new)
        if not options.check:
            write(new, language)
        print(f"{language}: {len(new)} messages, {len(said)} to do")
        for line in said[:_MOST_SHOWN]:
            print(f"  {line}")
        failed = failed or bool(said)
    sys.exit(1 if failed else 0)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _file(language: str) -> Path:
    return MESSAGES / f"{language}.po"


if __name__ == "__main__":
    main()
