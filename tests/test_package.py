"""The package: its dependencies are pinned, and its command works from any folder."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import PROJECT

PACKAGE = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FILES = {"": "requirements.txt", "dev": "requirements-dev.txt", "docs": "requirements-docs.txt"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(extra: str) -> dict[str, Requirement]:
    """The requirements of the package, including those of an extra and of nested extras."""
    lines = [*PACKAGE["dependencies"], *PACKAGE["optional-dependencies"].get(extra, ())]
    found = {}
    for requirement in map(Requirement, lines):
        if canonical(requirement.name) == PACKAGE["name"]:
            for inner in requirement.extras:
                found |= wanted(inner)
        else:
            found[canonical(requirement.name)] = requirement
    return found


def pinned(file: str) -> dict[str, str]:
    lines = (PROJECT / file).read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonical(name): version for name, version in pins}


@pytest.mark.parametrize("extra", FILES)
def test_the_pinned_requirements_are_those_of_the_package(extra: str) -> None:
    pins, asked = pinned(FILES[extra]), wanted(extra)
    again = "put it into pyproject.toml and run ./run_studio.sh pin"
    assert pins.keys() == asked.keys(), again
    for name, version in pins.items():
        assert asked[name].specifier.contains(version), f"{name} {version}: {again}"


def test_all_files_pin_the_same_versions() -> None:
    usual = pinned(FILES[""])
    for file in FILES.values():
        assert {name: pinned(file)[name] for name in usual} == usual


def run(*words: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """`plant-studio WORDS`, as its script calls it."""
    script = "import sys; from studio.__main__ import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_is_the_one_that_the_package_declares() -> None:
    assert PACKAGE["scripts"] == {"plant-studio": "studio.__main__:main"}


def test_the_command_runs_a_command_of_the_engine(tmp_path: Path) -> None:
    ended = run("counts", "--home", "home", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "0 photographs of 0 species"
    assert (tmp_path / "home" / "data").is_dir()


def test_the_help_of_the_command_names_both_ways_to_use_it(tmp_path: Path) -> None:
    said = run("--help", cwd=tmp_path).stdout
    assert "open the studio in the browser" in said
    assert "Usage: " in said


@pytest.mark.parametrize("words", [("--port", "0"), ("--port", "x"), ("--home",), ("--open",)])
def test_wrong_usage_ends_with_2(words: tuple[str, ...], tmp_path: Path) -> None:
    assert run(*words, cwd=tmp_path).returncode == 2


def test_both_packages_export_their_types() -> None:
    for package in ("engine", "studio"):
        assert (PROJECT / package / "py.typed").is_file()
