"""A second writer, as it is told."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.businesses import Business
from bot.domain.items import Item
from bot.domain.sightings import Sighting


@dataclass(frozen=True)
class AlarmRow:
    """Be one sign of a second writer; `url` leads to the bill, where there is one."""

    sighting: Sighting
    item: Item
    url: str


@dataclass(frozen=True)
class AlarmView:
    """Be the alarm about a second writer."""

    business: Business
    rows: tuple[AlarmRow, ...]
    admins: tuple[str, ...]
