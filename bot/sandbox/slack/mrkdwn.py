"""Slack's text markup as a reader sees it: names, links and dates put in place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

_TOKEN = re.compile(r"<([^<>\n]+)>")
_DATE = re.compile(r"!date\^(\d+)\^([^^|]+)(?:\^[^|]*)?")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Reader:
    """Who reads: the names they know by id, their time zone, and the present moment."""

    names: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    now: datetime | None = None

    def read(self, text: str) -> str:
        """Return mrkdwn with its tokens resolved and its entities decoded."""
        return unescape(_TOKEN.sub(lambda match: self._token(match[1]), text))

    def text_object(self, value: Any) -> str:
        """Return a text object as it is shown."""
        if not isinstance(value, dict):
            return ""
        text = str(value.get("text", ""))
        return self.read(text) if value.get("type") == "mrkdwn" else text

    def name(self, some_id: str) -> str:
        """Return the name behind an id, or the id."""
        return self.names.get(some_id, some_id)

    def date(self, epoch: int, form: str) -> str:
        """Return a date in Slack's format string `form`."""
        moment = datetime.fromtimestamp(epoch, UTC).astimezone(ZoneInfo(self.zone))
        now = (self.now or datetime.now(UTC)).astimezone(ZoneInfo(self.zone))
        return _PLACEHOLDER.sub(lambda match: _date_part(match[1], moment, now), form)

    def _token(self, inner: str) -> str:
        target, _, label = inner.partition("|")
        date = _DATE.fullmatch(target)
        if date is not None:
            return self.date(int(date[1]), date[2])
        if target.startswith("@"):
            return f"@{self.names.get(target[1:], label or target[1:])}"
        if target.startswith("#"):
            return f"#{self.names.get(target[1:], label or target[1:])}"
        if target.startswith("!"):
            return label or f"@{target[1:].split('^')[0]}"
        if target.startswith("mailto:"):
            return label or target.removeprefix("mailto:")
        return f"{label} ({target})" if label and label != target else target


def unescape(text: str) -> str:
    """Return `text` with the three entities of Slack decoded."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _date_part(part: str, moment: datetime, now: datetime) -> str:
    days = (moment.date() - now.date()).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    month, year = moment.strftime("%B"), moment.year
    this_year = "" if year == now.year else f", {year}"
    plain = {
        "date_num": moment.strftime("%Y-%m-%d"),
        "date_slash": moment.strftime("%m/%d/%Y"),
        "date": f"{month} {moment.day}{_ordinal(moment.day)}, {year}",
        "date_short": f"{month[:3]} {moment.day}, {year}",
        "date_long": f"{moment.strftime('%A')}, {month} {moment.day}{_ordinal(moment.day)}, {year}",
        "day_divider_pretty": near or f"{moment.strftime('%A')}, {month} {moment.day}{_ordinal(moment.day)}{this_year}",
        "time": moment.strftime("%H:%M"),
        "time_secs": moment.strftime("%H:%M:%S"),
        "ago": _ago((now - moment).total_seconds()),
    }
    base = part.removesuffix("_pretty")
    if part.endswith("_pretty") and near is not None and base in plain:
        return near
    return plain.get(part) or plain.get(base) or "{" + part + "}"


def _ordinal(day: int) -> str:
    if 10 <= day % 100 <= 20:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _ago(seconds: float) -> str:
    size = abs(seconds)
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if size >= length:
            count = int(size // length)
            words = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now"
