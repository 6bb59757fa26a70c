"""A business: one Dext account joined to one Bill.com organisation, inside one Slack workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
    """Be a business as it is stored; `channel_id` is where cards and notices go."""

    id: str
    workspace_id: str
    name: str
    channel_id: str = ""
    tax_treatment: TaxTreatment = TaxTreatment.INSIDE
    tax_account_id: str = ""
    taken_in_at: datetime | None = None
