"""What somebody without a right asks of an admin."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.asks import Ask
from bot.domain.businesses import Business
from bot.domain.people import Right


@dataclass(frozen=True)
class AskForm:
    """Be what somebody without a right is to say to the admins."""

    business: Business
    right: Right
    admins: tuple[str, ...]


@dataclass(frozen=True)
class AskView:
    """Be a request to the admins as its message shows it."""

    business: Business
    ask: Ask
    admins: tuple[str, ...]
