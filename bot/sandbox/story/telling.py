"""How the story is printed: who types, clicks and reads what."""

from __future__ import annotations

import sys
import textwrap
from typing import Any

_WIDTH = 100
_NAMES = {
    "dana": "Dana (admin)",
    "femi": "Femi (finance)",
    "ama": "Ama (approver)",
    "gil": "Gil (guest)",
}


class Telling:
    """Print the story as it happens."""

    def __init__(self) -> None:
        self.checks = 0

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self._say(f"\n{'═' * _WIDTH}\n{title}\n{'═' * _WIDTH}")

    def does(self, who: str, what: str) -> None:
        """Say what somebody does."""
        self._say(f"\n▸ {_NAMES.get(who, who)} {what}")

    def reads(self, message: dict[str, Any], where: str = "") -> None:
        """Show a message as somebody reads it."""
        lead = f"  ┌ {where}" if where else "  ┌"
        self._say(lead)
        self._say(textwrap.indent(str(message["plain"]), "  │ ", lambda _line: True))

    def page(self, text: str) -> None:
        """Show a web page as somebody reads it."""
        self._say("  ┌ in the browser")
        self._say(textwrap.indent(text, "  │ "))

    def holds(self, what: str, proof: bool, detail: object = "") -> None:
        """State something that the pretend services' records must bear out."""
        if not proof:
            raise AssertionError(f"{what}: {detail}")
        self.checks += 1
        self._say(f"  ✓ {what}")

    def _say(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
