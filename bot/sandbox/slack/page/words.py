"""What the composer offers after `/`."""

from __future__ import annotations

COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("", "", "Where things stand, and what waits"),
    ("publish", "", "What is ready, and what the rest lacks"),
    ("publish", "acme", "Narrowed to a supplier, or to item numbers"),
    ("items", "", "The inbox, by status; add a status and words"),
    ("item", "1", "One item in full, with its document"),
    ("edit", "1", "Put an item right: coding, dates, amounts, lines"),
    ("rules", "", "What is coded by itself, and why"),
    ("tax", "", "The tax rates to choose from"),
    ("lists", "suppliers", "Look through suppliers, accounts and the other lists"),
    ("status", "", "Health of the connection, age of the lists"),
    ("refresh", "", "Read the lists from Bill.com again (admins)"),
    ("connect", "", "Connect Dext and Bill.com (admins)"),
    ("connect", "new", "Add another business, by its name (admins)"),
    ("reconnect", "", "Sign in again when a connection expired (admins)"),
    ("disconnect", "", "Take a business off Dext and Bill.com (admins)"),
    ("settings", "", "Channels, roles, tax and reminders (admins)"),
    ("clients", "", "Every business you look after (admins)"),
    ("help", "", "What one can type"),
)
"""Word, what may follow it, and what it does. A word that is not here can be typed all the same."""


def suggestions(command: str) -> list[dict[str, str]]:
    """Return each suggestion as the text that is typed and what it does."""
    return [{"text": " ".join(filter(None, (command, word, more))), "does": does} for word, more, does in COMMANDS]
