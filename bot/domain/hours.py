"""Working hours, in a business's own time zone: Monday to Friday, nine to five."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

OPENS = time(9)
CLOSES = time(17)
_SATURDAY = 5


def is_zone(name: str) -> bool:
    """Say whether a name is a time zone of the IANA database."""
    return name in _names()


def zones_like(words: str, limit: int = 100) -> list[str]:
    """Return time zones whose names hold all the words, in order."""
    wanted = words.lower().replace("_", " ").split()
    found = (name for name in sorted(_names()) if "/" in name or name == "UTC")
    return [name for name in found if all(word in name.lower().replace("_", " ") for word in wanted)][:limit]


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; UTC where none is known."""
    return ZoneInfo(name if name and is_zone(name) else "UTC")


def working(at: datetime, zone_name: str) -> datetime:
    """Return `at` itself within working hours, else the next time that somebody is at work."""
    local = at.astimezone(zone(zone_name))
    if local.weekday() < _SATURDAY and local.time() < CLOSES:
        return at if local.time() >= OPENS else _opening(local.date(), zone_name)
    day = local.date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return _opening(day, zone_name)


def a_working_day_after(at: datetime, zone_name: str) -> datetime:
    """Return the same time on the next working day, counted from when somebody is at work."""
    begins = working(at, zone_name).astimezone(zone(zone_name))
    day = begins.date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, begins.time(), begins.tzinfo).astimezone(UTC)


def next_morning(at: datetime, zone_name: str) -> datetime:
    """Return when work begins next after `at`, weekends passed over."""
    day = today(at, zone_name)
    while True:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            return _opening(day, zone_name)


def morning(day: date, zone_name: str) -> datetime:
    """Return when a day's work begins."""
    return _opening(day, zone_name)


def end_of(day: date, zone_name: str) -> datetime:
    """Return the last moment of a day, the second before midnight."""
    return datetime.combine(day, time(23, 59, 59), zone(zone_name)).astimezone(UTC)


def today(now: datetime, zone_name: str) -> date:
    """Return the date it is there."""
    return now.astimezone(zone(zone_name)).date()


@cache
def _names() -> frozenset[str]:
    """Return every name; the database is a tree of files, too slow to be read for each prompt."""
    return frozenset(available_timezones())


def _opening(day: date, zone_name: str) -> datetime:
    return datetime.combine(day, OPENS, zone(zone_name)).astimezone(UTC)
