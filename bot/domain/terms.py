"""Terms of payment: when a bill without a due date of its own is due."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_DAYS = 365


@dataclass(frozen=True)
class Terms:
    """Be a due date as days after the document's, or the end of the month in which that lies."""

    days: int
    end_of_month: bool = False

    def due(self, issued_on: date) -> date | None:
        """Return the due date, or `None` where the calendar ends."""
        try:
            day = issued_on + timedelta(days=self.days)
        except OverflowError:
            return None
        if not self.end_of_month:
            return day
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])

    def __str__(self) -> str:
        days = f"{self.days} {'day' if self.days == 1 else 'days'} after the date"
        if not self.end_of_month:
            return days if self.days else "on the date of the document"
        return f"end of the month, {days}" if self.days else "end of the month"
