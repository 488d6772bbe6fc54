"""Text from outside never reaches Streamlit as Markdown: checked in the syntax tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

# Arguments that Streamlit reads as Markdown. Our own views are not here: they show text literally.
MARKDOWN = {
    "badge", "button", "caption", "checkbox", "download_button", "error", "expander",
    "form_submit_button", "header", "info", "markdown", "pills", "popover", "progress", "radio",
    "segmented_control", "spinner", "subheader", "success", "tabs", "title", "toast", "toggle",
    "warning", "metric", "table", "write", "link_button",
}  # fmt: skip
# Fields with text from a catalogue, a run, an address or another program.
OTHERS = {
    "species", "original_name", "genus", "family", "source", "sources", "observation_id",
    "observer", "license", "attribution", "url", "image_id", "path", "sha256", "run_id", "device",
    "host", "reason", "note", "tags", "sentence", "provider", "detail", "parameter", "query_params",
}  # fmt: skip
# Functions that return text, and whether they draw it as Markdown.
SAFE = {
    "plain",
    "get",
    "index",
    "number",
    "size",
    "duration",
    "ago",
    "moment",
    "percentage",
    "rounded",
}


# For these, a separate function draws what follows the label, or nothing does.
_LABEL_ONLY = dict.fromkeys(
    ("button", "checkbox", "download_button", "pills", "radio", "segmented_control"), 1
)
_TEXT_OR_TABLE = (
    ast.Attribute, ast.JoinedStr, ast.IfExp, ast.BoolOp, ast.BinOp, ast.List, ast.Dict, ast.Name
)  # fmt: skip


def sources() -> list[Path]:
    return sorted([*(PROJECT / "studio").rglob("*.py"), *(PROJECT / "pages").glob("*.py")])


def name_of(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_numeric(node: ast.FormattedValue) -> bool:
    """Whether the value has a format specification, as only numbers have."""
    return node.format_spec is not None


def tainted(node: ast.AST, known: set[str]) -> Iterator[str]:
    """The outside fields that an expression draws without `text.plain`."""
    if isinstance(node, ast.Call) and name_of(node) in SAFE | {"len", "bool", "sum"}:
        return
    if isinstance(node, ast.Call) and name_of(node) == "map" and "plain" in ast.unparse(node):
        return
    if isinstance(node, ast.Compare) or (isinstance(node, ast.FormattedValue) and is_numeric(node)):
        return
    if isinstance(node, ast.IfExp):
        # A condition is not drawn.
        yield from (*tainted(node.body, known), *tainted(node.orelse, known))
        return
    if isinstance(node, ast.ListComp | ast.GeneratorExp):
        yield from tainted(node.elt, known)
        return
    if isinstance(node, ast.DictComp):
        yield from (*tainted(node.key, known), *tainted(node.value, known))
        return
    if isinstance(node, ast.Attribute) and node.attr in OTHERS:
        yield node.attr
        return
    if isinstance(node, ast.Name) and node.id in known:
        yield node.id
        return
    for child in ast.iter_child_nodes(node):
        yield from tainted(child, known)


def tainted_names(function: ast.AST) -> set[str]:
    """The local names that hold outside text."""
    known: set[str] = set()
    for _ in range(3):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.value, _TEXT_OR_TABLE):
                targets = [one.id for one in node.targets if isinstance(one, ast.Name)]
                if any(tainted(node.value, known)):
                    known.update(targets)
    return known


def faults(tree: ast.AST) -> Iterator[str]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        known = tainted_names(function)
        for call in ast.walk(function):
            if not (isinstance(call, ast.Call) and name_of(call) in MARKDOWN):
                continue
            if not isinstance(call.func, ast.Attribute):
                continue
            drawn = [
                *call.args[: _LABEL_ONLY.get(name_of(call))],
                *(word.value for word in call.keywords if word.arg in ("help", "text", "captions")),
            ]
            for argument in drawn:
                if isinstance(argument, ast.Lambda):
                    continue
                for field in tainted(argument, known):
                    yield f"line {call.lineno}: {name_of(call)} draws {field}"


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(PROJECT)))
def test_text_from_outside_is_drawn_through_plain(file: Path) -> None:
    assert list(faults(ast.parse(file.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    [
        'st.subheader(f"*{photograph.species}*")',
        "st.table({'Observer': photograph.observer})",
        "st.badge(run.reason)",
        'said = f"{run.run_id} is here"\n    st.info(said)',
        'st.markdown(" · ".join([item.attribution, "x"]))',
    ],
)
def test_text_drawn_as_markdown_is_detected(line: str) -> None:
    assert list(faults(ast.parse(f"def draw(photograph, run, item):\n    {line}\n")))


def test_text_shown_literally_passes() -> None:
    lines = 'st.info(text.plain(run.reason))\n    st.caption(f"{text.number(run.epoch)}")'
    assert not list(faults(ast.parse(f"def draw(run):\n    {lines}\n")))
