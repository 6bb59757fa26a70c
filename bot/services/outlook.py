"""Whether what is approved for a business goes out now, later, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.connections import CHECKED, Connection, LegState
from storage import legs, lists
from storage.lists import ListAge


@dataclass(frozen=True)
class Outlook:
    """Be what publishing depends on, and what follows from it in words.

    `why_not` says why nothing can be published, or nothing; an expired connection is no reason, since what is
    approved meanwhile is held: `notice` says so.
    """

    connection: Connection
    ages: tuple[ListAge, ...]

    @property
    def why_not(self) -> str:
        """Say why nothing can be published for the business, or nothing."""
        states = {self.connection.bill.state, self.connection.dext.state}
        if not self.connection.started or LegState.NOT_CONNECTED in states:
            return "Publishing is not available yet: Bill.com is not connected. An admin types `/dext connect`."
        if not states <= CHECKED:
            return "Publishing is not available: this business is disconnected. An admin types `/dext connect`."
        if not any(age.synced_at for age in self.ages):
            return "Publishing is not available yet: the lists are being synchronised. It takes a couple of minutes."
        return ""

    @property
    def notice(self) -> str:
        """Say what happens to what is approved while a leg is down, or nothing when all goes out at once."""
        both = (self.connection.bill, self.connection.dext)
        down = [leg.provider.label for leg in both if leg.state is LegState.EXPIRED]
        if not down:
            return ""
        return (
            f"{' and '.join(down)} no longer lets us in. Ask and approve as usual: what is approved is held and goes "
            "out when an admin has reconnected."
        )


def outlook(session: Session, business: Business) -> Outlook:
    """Return what publishing depends on for a business."""
    return Outlook(legs.connection(session, business.id), tuple(lists.ages(session, business.id)))
