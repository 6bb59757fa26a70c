"""How the story is printed: who types, clicks and reads what."""

from __future__ import annotations

import re
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

_SIGNS = {
    "white_check_mark": "✔",
    "hourglass_flowing_sand": "⧗",
    "warning": "⚠",
    "red_circle": "●",
    "large_green_circle": "●",
    "white_circle": "○",
    "small_orange_diamond": "◆",
    "rotating_light": "⚠",
    "electric_plug": "⏻",
    "calendar": "▦",
}
"""A sign of one column for each emoji that the bot's messages use."""

_EMOJI = re.compile(rf":({'|'.join(_SIGNS)}):")
_BOLD = re.compile(r"(?<!\w)\*(\S(?:[^*]*\S)?)\*(?!\w)")


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
        self._say(textwrap.indent(as_read(str(message["plain"])), "  │ ", lambda _line: True))

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


def as_read(plain: str) -> str:
    """Return a message's plain text without markup: signs for emoji, no asterisks, columns as they were."""
    before = plain.split("\n")
    after = _BOLD.sub(r"\1", _EMOJI.sub(lambda found: _SIGNS[found[1]], plain)).split("\n")
    return "\n".join(map(_aligned, before, after))


def _aligned(before: str, after: str) -> str:
    """Widen each gap of a line by what was taken out before it, so that columns stay where they were."""
    was, now = re.split("(  +)", before), re.split("(  +)", after)
    gaps = range(1, len(now), 2)
    return "".join(
        part + " " * (len(was[place - 1]) - len(now[place - 1])) if place in gaps else part
        for place, part in enumerate(now)
    )
