"""A break, its message, and what it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.breaks import Break, Prompt
from bot.domain.businesses import Business
from bot.domain.items import Item


@dataclass(frozen=True)
class BreakRow:
    """Be one break in its living message; counts are of items it held, `paused` those a person keeps back."""

    business: Business
    broken: Break
    expires_at: datetime | None
    held: int
    published: int
    stopped: int
    under_way: int
    paused: int


@dataclass(frozen=True)
class PromptView:
    """Be the living message of one break, or of many with one cause; `now` tells how far an end is away."""

    prompt: Prompt
    rows: tuple[BreakRow, ...]
    admins: tuple[str, ...]
    now: datetime


@dataclass(frozen=True)
class StoppedItem:
    """Be an item that was held and could not go out afterwards, with the reason."""

    item: Item
    problem: str
    request_id: str


@dataclass(frozen=True)
class StoppedItems:
    """Be the items of a break that need somebody."""

    business: Business
    items: tuple[StoppedItem, ...]
