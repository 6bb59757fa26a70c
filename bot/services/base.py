"""What every service stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.clients.bill import BillGateway
from bot.clients.dext import DextGateway
from bot.domain.businesses import Business
from bot.domain.work import Job, Queue, Work
from bot.errors import AmbiguousError, NotFoundError
from bot.services.courtesy import Courtesy
from storage import people
from storage.database import Database
from storage.vault import Vault


@dataclass(frozen=True)
class Pace:
    """Be how often things are done and how long others may take, as the operator set it."""

    check: timedelta = timedelta(minutes=30)
    intake: timedelta = timedelta(minutes=5)
    refresh: timedelta = timedelta(hours=48)
    settle: timedelta = timedelta(seconds=120)


@dataclass(frozen=True)
class Base:
    """Be what a service is made with: database, secrets, durable work, the outside, time and chance."""

    database: Database
    vault: Vault
    work: Work
    bill: BillGateway
    dext: DextGateway
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    pace: Pace
    courtesy: Courtesy = field(default_factory=Courtesy)

    def tell(self, session: Session, kind: str, subject: str, partition: str) -> None:
        """Ask for a message to be written, or rewritten, from what the database says by then.

        `partition` keeps the messages of one business in order and never two writers on one.
        """
        job = Job(
            "tell", f"tell:{kind}:{subject}:{self.new_id()}", (kind, subject, partition), Queue.MESSAGES, partition
        )
        self.work.enqueue_in(session, job)


def business_in(session: Session, workspace_id: str, business_id: str, *, lock: bool = False) -> Business:
    """Return a business, as not found when it belongs to another workspace: tenants never meet."""
    business = people.business(session, business_id, lock=lock)
    if business.workspace_id != workspace_id:
        raise NotFoundError(detail=f"business {business_id} is not of workspace {workspace_id}")
    return business


def find_business(
    session: Session, workspace_id: str, channel_id: str = "", business_id: str = "", *, lock: bool = False
) -> Business:
    """Return the business that is meant: the one named by a button, else the channel's, else the only one.

    Raises `AmbiguousError` when a workspace has several and the channel belongs to none.
    """
    if not business_id:
        known = people.businesses_in(session, workspace_id)
        bound = [business for business in known if business.channel_id and business.channel_id == channel_id]
        meant = bound if len(bound) == 1 else known
        if not meant:
            raise NotFoundError(detail=f"workspace {workspace_id} has no business")
        if len(meant) > 1:
            raise AmbiguousError
        business_id = meant[0].id
    return business_in(session, workspace_id, business_id, lock=lock)
