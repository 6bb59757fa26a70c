"""How Bill.com writes dates and times."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PRECISIONS = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d{1,6})?)?)?(Z|[+-]\d{2}:?\d{2})?)?")


def stamp(moment: datetime) -> str:
    """Return a moment as ISO text with milliseconds and offset, always in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def parse_day(text: str) -> date | None:
    """Return the day written as yyyy-MM-dd, or None when it is anything else."""
    if _DAY.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_moment(text: str) -> datetime | None:
    """Return an ISO moment (a day, or with hours, minutes, seconds or fractions), or None.

    Without an offset it is UTC.
    """
    if _PRECISIONS.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
