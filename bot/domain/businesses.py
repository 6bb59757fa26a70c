"""A business: one Dext account joined to one Bill.com organisation, inside one Slack workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TaxTreatment(StrEnum):
    """Say how an item's tax is booked in Bill.com, which has no tax codes on bills.

    Also a choice a person makes: there is no value for "not chosen", a business starts
    with `INSIDE` and every card shows it.
    """

    INSIDE = "inside"
    OWN_LINE = "own_line"


@dataclass(frozen=True)
class Business:
    """Be a business as it is stored; `channel_id` is where cards and notices go.

    What concerns admins goes to `admin_channel_id`, and to `fallback_channel_id` when nobody there acts. `zone` is
    an IANA time zone, `closing_on` the day the books close, `outage_hours` how long an outage lasts
    before people hear of it.
    """

    id: str
    workspace_id: str
    name: str
    channel_id: str = ""
    tax_treatment: TaxTreatment = TaxTreatment.INSIDE
    tax_account_id: str = ""
    taken_in_at: datetime | None = None
    admin_channel_id: str = ""
    fallback_channel_id: str = ""
    zone: str = ""
    closing_on: date | None = None
    outage_hours: int = 4

    @property
    def admins_channel_id(self) -> str:
        """Return the channel for what concerns admins: their own, else the one of the business."""
        return self.admin_channel_id or self.channel_id
