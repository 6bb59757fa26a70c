"""The invented workspace everything starts from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody to invent. The id is made from `name`."""

    name: str
    real_name: str
    tz: str
    title: str
    is_admin: bool = False
    is_restricted: bool = False

    @property
    def id(self) -> str:
        """Return the user id."""
        return made_id("U", self.name)


@dataclass(frozen=True)
class Room:
    """A channel to invent, with the names of its members."""

    name: str
    members: tuple[str, ...]
    with_bot: bool = True
    is_private: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A shortcut on messages, as the app's manifest names it."""

    name: str
    callback_id: str


PEOPLE = (
    Person("dana", "Dana Whitfield", "Europe/London", "Head of finance", is_admin=True),
    Person("femi", "Femi Okafor", "Africa/Lagos", "Accounts payable"),
    Person("ama", "Ama Lindqvist", "Europe/Stockholm", "Approver"),
    Person("rui", "Rui Tavares", "Europe/Lisbon", "Auditor"),
    Person("gil", "Gil Novak", "America/New_York", "Guest", is_restricted=True),
)

ROOMS = (
    Room("finance", ("dana", "femi", "ama", "rui", "gil")),
    Room("random", ("dana", "femi", "ama", "rui"), with_bot=False),
    Room("finance-admins", ("dana", "femi"), is_private=True),
)

SCOPES = (
    "commands",
    "chat:write",
    "im:write",
    "im:read",
    "users:read",
    "channels:read",
    "groups:read",
    "team:read",
)


SHORTCUTS = (Shortcut("Send to Dext", "receipt.send"),)


def made_id(letter: str, word: str) -> str:
    """Return an id in Slack's form that is the same in each run."""
    return letter + "0" + hashlib.sha256(f"sandbox {word}".encode()).hexdigest()[:9].upper()


def made_secret(word: str) -> str:
    """Return a pretend secret of 32 characters that is the same in each run."""
    return hashlib.sha256(f"sandbox secret {word}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Seed:
    """One workspace and one app installed in it."""

    team_name: str = "Alderway Accounting"
    team_domain: str = "alderway-accounting"
    app_name: str = "dext"
    command: str = "/dext"
    people: tuple[Person, ...] = PEOPLE
    rooms: tuple[Room, ...] = ROOMS
    scopes: tuple[str, ...] = SCOPES
    shortcuts: tuple[Shortcut, ...] = SHORTCUTS

    @property
    def team_id(self) -> str:
        """Return the team id."""
        return made_id("T", self.team_domain)

    @property
    def app_id(self) -> str:
        """Return the app id."""
        return made_id("A", self.app_name)

    @property
    def bot_id(self) -> str:
        """Return the id of the bot, as messages carry it."""
        return made_id("B", self.app_name)

    @property
    def bot_user_id(self) -> str:
        """Return the user id of the bot."""
        return made_id("U", self.app_name)

    @property
    def bot_token(self) -> str:
        """Return the token the bot starts with."""
        return f"xoxb-sandbox-{made_secret(self.team_domain)}"

    @property
    def signing_secret(self) -> str:
        """Return the secret that requests to the bot are signed with."""
        return made_secret(f"signing {self.app_name}")

    @property
    def client_id(self) -> str:
        """Return the OAuth client id."""
        return "10001.20002"

    @property
    def client_secret(self) -> str:
        """Return the OAuth client secret."""
        return made_secret(f"client {self.app_name}")
