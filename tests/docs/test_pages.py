"""The documentation is consistent: all links and named files exist."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.docs.pages import WRITTEN, code_in, text_of

README = PROJECT / "README.md"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_link_of_a_page_has_a_target(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", text_of(page))
    missing = [
        link
        for link in links
        if "://" not in link
        and not link.startswith(("#", "reference/"))
        and not (page.parent / link.partition("#")[0]).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_source_file_named_on_a_page_exists(page: Path) -> None:
    named = re.compile(r"(engine|studio|pages|tests|benchmarks|configs|examples|docs)/[\w./-]*")
    missing = [
        code
        for code in code_in(text_of(page))
        if named.fullmatch(code) and not (PROJECT / code).exists() and "reference" not in code
    ]
    assert missing == []


def test_the_readme_is_short_and_shows_an_image() -> None:
    text = text_of(README)
    assert len(text.splitlines()) < 150
    assert re.search(r"!\[[^\]]+\]\(docs/screenshots/\w+\.png\)", text)


def test_every_page_is_in_the_menu() -> None:
    menu = text_of(PROJECT / "mkdocs.yml")
    missing = [
        page.name for page in WRITTEN if page.parent.name == "docs" and f": {page.name}" not in menu
    ]
    assert missing == []


def test_the_changelog_starts_with_this_version() -> None:
    version = tomllib.loads(text_of(PROJECT / "pyproject.toml"))["project"]["version"]
    first = re.search(r"^## (\S+)", text_of(PROJECT / "CHANGELOG.md"), re.MULTILINE)
    assert first is not None
    assert first[1] == version
