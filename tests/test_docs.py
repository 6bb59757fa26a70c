"""What the code says of the documentation is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "handlers", "blocks", "storage")
POINTER = re.compile(r"(docs/[a-z-]+\.md)(?:, ([a-z -]+(?:, [a-z -]+)*?)(?=[).;:\n\"]|$))?")


def pointers() -> list[tuple[str, str]]:
    """Return every place of the documentation that the code points to."""
    found = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for file, sections in POINTER.findall(path.read_text()):
                found.add((file, ""))
                found |= {(file, section.strip()) for section in sections.split(",") if section.strip()}
    return sorted(found)


@pytest.mark.parametrize(("file", "section"), pointers())
def test_the_documentation_has_what_the_code_points_to(file: str, section: str) -> None:
    path = ROOT / file
    assert path.exists(), f"{file} is missing"
    headings = [line.lstrip("# ").lower() for line in path.read_text().splitlines() if line.startswith("#")]
    assert any(section.lower() in heading for heading in headings), f"{file} has no section {section!r}"


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
