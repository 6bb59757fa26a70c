"""What the composer offers after `/`."""

from __future__ import annotations

COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("", "", "Where things stand, and what waits"),
    ("publish", "", "What is ready, and what the rest lacks"),
    ("publish", "acme", "Narrowed to a supplier, or to item numbers"),
    ("items", "", "The inbox, by status; add a status and words"),
    ("item", "1", "One item in full"),
    ("status", "", "Health of the connection, age of the lists"),
    ("refresh", "", "Read the lists from Bill.com again (admins)"),
    ("connect", "", "Connect or reconnect Dext and Bill.com (admins)"),
    ("settings", "", "Channel, roles and tax (admins)"),
    ("help", "", "What one can type"),
)
"""Word, what may follow it, and what it does. A word that is not here can be typed all the same."""


def suggestions(command: str) -> list[dict[str, str]]:
    """Return each suggestion as the text that is typed and what it does."""
    return [{"text": " ".join(filter(None, (command, word, more))), "does": does} for word, more, does in COMMANDS]
