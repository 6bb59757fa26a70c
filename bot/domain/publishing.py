"""Publishing: the steps of one item's way into Bill.com, each remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.bills import Bill
from bot.domain.plans import Plan, marker


class PublishState(StrEnum):
    """Name the state of a publish.

    `RUNNING` goes on by itself, whatever happens to the process. `HELD` waits for a
    reconnect. `STOPPED` ended before a bill existed and says why. `DONE` has a bill.
    """

    RUNNING = "running"
    HELD = "held"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True)
class Publish:
    """Be the intent to publish one approved item, and how far it came.

    The `…ing_at` times are written before the effect they name is asked for, the ids after it
    is known: a time without its id is an effect whose outcome has to be looked up. `attempts` counts
    tries since something last went forward, `jobs` all jobs ever asked for. `held_by` is the break of
    the connection that made it wait, if one did; `paused_by` is who keeps it back although it could go out.
    `shortfalls` are what could not be done although the bill exists.
    """

    id: str
    business_id: str
    item_id: str
    request_id: str
    plan: Plan
    state: PublishState
    attempts: int
    jobs: int
    due_at: datetime | None
    started_at: datetime
    creating_at: datetime | None = None
    bill_id: str = ""
    attaching_at: datetime | None = None
    document_id: str = ""
    paying_at: datetime | None = None
    payment_id: str = ""
    approver_set_at: datetime | None = None
    marked_at: datetime | None = None
    done_at: datetime | None = None
    problem: str = ""
    held_by: str = ""
    paused_by: str = ""
    shortfalls: tuple[str, ...] = ()


def web_path(bill_id: str, *, credit: bool) -> str:
    """Return where people look at a bill or a credit, below Bill.com's web address; nothing without an id."""
    return f"/{'vendor-credits' if credit else 'bills'}/{bill_id}" if bill_id else ""


_BACKOFF = (2, 5, 15, 60, 300, 900)


def retry_in(attempts: int) -> timedelta:
    """Return how long to wait before the next attempt: seconds at first, a quarter of an hour at most."""
    return timedelta(seconds=_BACKOFF[min(attempts, len(_BACKOFF) - 1)])


@dataclass(frozen=True)
class Recognised:
    """Be what Bill.com already holds for a plan: the bill we made, or one that merely looks the same."""

    ours: Bill | None = None
    twins: tuple[Bill, ...] = ()


def normalised_number(number: str) -> str:
    """Return an invoice number without what people write differently: spaces, #, -, INV, leading zeros."""
    bare = "".join(char for char in number.upper() if char.isalnum()).removeprefix("INV")
    return bare.lstrip("0")


def recognise(plan: Plan, bills: list[Bill]) -> Recognised:
    """Find the plan's bill among a vendor's bills.

    A bill is ours by its marker alone. One with the same normalised number, or with the same date
    and total, was perhaps keyed by hand: a person decides about it, never this function.
    """
    mark = marker(plan.dext_id)
    number = normalised_number(plan.draft.invoice_number)
    twins = []
    for bill in bills:
        if bill.vendor_id != plan.draft.vendor_id:
            continue
        if bill.description.rstrip().endswith(mark):
            return Recognised(ours=bill)
        if bill.archived:
            continue
        # A number that is nothing but signs is only like itself.
        same_number = (
            normalised_number(bill.invoice_number) == number
            if number
            else (bill.invoice_number == plan.draft.invoice_number)
        )
        generated = not plan.original_number.strip()
        same_facts = bill.invoice_date == plan.draft.invoice_date and bill.amount == plan.draft.total
        if same_number or (generated and same_facts):
            twins.append(bill)
    return Recognised(twins=tuple(twins))
