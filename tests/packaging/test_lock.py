"""What is installed is what was locked, what is imported is what is asked for, and what is written can be typed."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "blocks", "storage")
LOCKS = ("requirements.lock", "requirements-dev.lock")

NOT_IMPORTED = {
    "python-multipart": "Starlette reads forms with it",
}
"""Requirements no module of ours imports, and what needs them all the same."""

BY_WAY_OF = {"anyio": "starlette"}
"""Libraries that another requirement cannot be had without, and whose interface it hands on."""


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def _asked_for() -> dict[str, Requirement]:
    found = [Requirement(line) for line in _project()["project"]["dependencies"]]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def _extras_of(requirement: Requirement) -> set[str]:
    """Return the libraries that come with a requirement's extras."""
    come: set[str] = set()
    for line in requires(requirement.name) or []:
        needed = Requirement(line)
        if needed.marker is not None and any(needed.marker.evaluate({"extra": e}) for e in requirement.extras):
            come.add(canonicalize_name(needed.name))
    return come


def _imports() -> dict[str, set[str]]:
    """Return the top-level modules of others that the product imports, each with the files that do."""
    found: dict[str, set[str]] = {}
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in ROOMS:
                    found.setdefault(top, set()).add(str(path.relative_to(ROOT)))
    return found


def _entries(lock: str) -> list[str]:
    """Return a lock file's entries, each with its continuation lines."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_library_is_pinned_and_hashed(lock: str) -> None:
    entries = _entries(lock)
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"^[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==\S+ ", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:80]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_file_names_a_host_or_a_place(lock: str) -> None:
    text = (ROOT / lock).read_text()
    for trace in ("://", "file:", "@ ", "--index-url", "--extra-index-url", "--find-links", "--trusted-host"):
        assert trace not in text


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_locked_at_a_version_it_allows(lock: str) -> None:
    locked: dict[str, str] = {}
    for entry in _entries(lock):
        requirement = Requirement(entry.partition(" --hash")[0].strip())
        locked[canonicalize_name(requirement.name)] = next(iter(requirement.specifier)).version
    for name, requirement in _asked_for().items():
        assert requirement.specifier.contains(locked[name], prereleases=True), f"{name} {locked[name]}"


def test_both_lock_files_agree() -> None:
    shared = [{entry.split()[0] for entry in _entries(lock)} for lock in LOCKS]
    names = [{canonicalize_name(re.split(r"[\[=]", pin)[0]) for pin in pins} for pins in shared]
    assert names[0] <= names[1]
    assert shared[0] <= shared[1]


def test_every_import_is_a_requirement() -> None:
    known = packages_distributions()
    asked = _asked_for()
    covered = set(asked).union(*(_extras_of(requirement) for requirement in asked.values()))
    covered |= {name for name, owner in BY_WAY_OF.items() if owner in asked}
    for module, files in sorted(_imports().items()):
        if module.startswith("opentelemetry"):
            continue  # an extra: bot without it works all the same
        owners = {canonicalize_name(name) for name in known.get(module, [])}
        assert owners & covered, f"{module} is imported by {sorted(files)} and not asked for"


def test_every_requirement_is_imported() -> None:
    known = packages_distributions()
    imported = {canonicalize_name(name) for module in _imports() for name in known.get(module, [])}
    idle = {name for name in _asked_for() if name not in imported and name not in NOT_IMPORTED}
    assert idle == set()
    assert not set(NOT_IMPORTED) & imported, "imported after all"


def test_the_wheel_holds_every_room() -> None:
    targets = _project()["tool"]["hatch"]["build"]["targets"]
    assert set(targets["wheel"]["packages"]) == set(ROOMS)
    assert {f"/{room}" for room in ROOMS} <= set(targets["sdist"]["include"])
    for room in ROOMS:
        assert (ROOT / room / "__init__.py").is_file()


def test_every_folder_of_code_is_a_package() -> None:
    """A folder without `__init__.py` is easily left out by tools, and its tests with it."""
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            assert (path.parent / "__init__.py").is_file(), path


def test_what_the_archive_is_to_hold_is_there() -> None:
    for name in _project()["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]:
        assert (ROOT / name.removeprefix("/")).exists(), name


def test_the_command_line_is_where_the_wheel_says() -> None:
    (script,) = _project()["project"]["scripts"].values()
    module, _, function = script.partition(":")
    assert f"def {function}(" in (ROOT / f"{module.replace('.', '/')}.py").read_text()


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    blocks = re.findall(r"```(?:\w+)?\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    named = {name for block in blocks for name in re.findall(r"\bmake ([a-z-]+)", block)}
    assert named, "the README says how to begin"
    assert named <= targets


def test_every_command_in_the_readme_exists() -> None:
    from bot.__main__ import main

    text = (ROOT / "README.md").read_text()
    assert set(re.findall(r"python -m bot ([a-z-]+)", text)) <= set(main.commands)


def test_every_page_that_a_docstring_names_exists() -> None:
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for page in re.findall(r"\bdocs/[a-z0-9-]+\.md", path.read_text()):
            assert (ROOT / page).is_file(), f"{path.relative_to(ROOT)} names {page}"


def test_the_page_on_slack_has_the_headings_docstrings_name() -> None:
    text = (ROOT / "docs" / "slack.md").read_text().lower()
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    assert {"limits", "time limits"} <= set(headings)
