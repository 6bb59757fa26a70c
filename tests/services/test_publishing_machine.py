"""Whatever happens in whatever order: one bill an item at most, and none that nobody approved.

Real services over a real database; Bill.com and Dext are fakes in memory that fail, die and lag on demand.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from bot.clients.bill import BillGateway
from bot.clients.dext import DextGateway, DextImage, DextReceipt
from bot.domain.approvals import Request, RequestState
from bot.domain.bills import Bill, BillDraft, Document
from bot.domain.connections import Leg, LegState, Provider
from bot.domain.items import Item, ItemStatus
from bot.domain.lists import Entry, ListName
from bot.domain.people import Role
from bot.domain.plans import marker
from bot.errors import BotError, CredentialsError, OutcomeUnknownError, TokenRevokedError, UnavailableError
from bot.services.approvals import Approvals
from bot.services.base import Base, Pace
from bot.services.breaks import Breaks
from bot.services.health import Health
from bot.services.holding import Holding
from bot.services.intake import Intake
from bot.services.people import People
from bot.services.publishing import Publishing
from bot.services.transitions import Transitions
from storage import approvals, items, legs, lists, people
from storage.database import Database, open_engine
from storage.tables_work import requests
from storage.vault import Vault
from tests.conftest import FakeClock
from tests.support.bench import ADMIN, APPROVER, CHANNEL, FINANCE, WORKSPACE, FakeWork

ITEMS = [0, 1]
LAG = timedelta(seconds=100)
"""How long a new bill may stay out of Bill.com's own list; below the time the bot gives it."""


class Killed(BaseException):
    """Be the end of the process: nothing of ours catches it."""


class FakeBill:
    """Keep bills in memory; `next_create` is what befalls the next one."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.bills: list[tuple[Bill, BillDraft, datetime]] = []
        self.attached: list[Document] = []
        self.next_create, self.lag, self.refuses, self.away = "", timedelta(), False, False

    def client(self, _access: object) -> FakeBill:
        return self

    def _open(self) -> None:
        if self.refuses:
            raise CredentialsError(service="Bill.com")
        if self.away:
            raise UnavailableError(service="Bill.com")

    def ping(self) -> None:
        self._open()

    def bills_shown(self) -> list[Bill]:
        return [bill for bill, _, shown_at in self.bills if shown_at <= self.clock()]

    def create_bill(self, draft: BillDraft) -> Bill:
        self._open()
        fate, self.next_create = self.next_create, ""
        match fate:
            case "killed before":
                raise Killed
            case "lost before":
                raise OutcomeUnknownError(service="Bill.com")
            case "not sent":
                raise UnavailableError(service="Bill.com")
            case _:
                pass
        bill = Bill(
            id=f"bill{len(self.bills) + 1}",
            vendor_id=draft.vendor_id,
            invoice_number=draft.invoice_number,
            invoice_date=draft.invoice_date,
            amount=draft.total,
            description=draft.description,
            payment_status="UNPAID",
            paid_amount=Decimal(0),
            archived=False,
            created_at=self.clock(),
        )
        self.bills.append((bill, draft, self.clock() + self.lag))
        if fate == "killed after":
            raise Killed
        if fate == "lost after":
            raise OutcomeUnknownError(service="Bill.com")
        return bill

    def documents(self, _bill_id: str) -> list[Document]:
        self._open()
        return self.attached

    def attach_document(self, _bill_id: str, name: str, _content: bytes, _content_type: str) -> Document:
        self._open()
        self.attached.append(Document(f"document{len(self.attached)}", name, True))
        return self.attached[-1]


class BillClientOf:
    """Look like the client: `bills` is a call there and a list in the fake."""

    def __init__(self, bill: FakeBill) -> None:
        self._bill = bill

    def client(self, _access: object) -> BillClientOf:
        return self

    def bills(self, *, vendor_id: str, created_since: datetime) -> list[Bill]:
        self._bill.ping()
        shown = self._bill.bills_shown()
        return [
            bill
            for bill in shown
            if bill.vendor_id == vendor_id and (bill.created_at or created_since) >= created_since
        ]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bill, name)


class FakeDext:
    """Keep documents in memory."""

    def __init__(self) -> None:
        self.revoked = False
        self.receipts = {str(number + 1): self._new(number) for number in ITEMS}

    def client(self, _access: object, **_settings: object) -> FakeDext:
        return self

    def _open(self) -> None:
        if self.revoked:
            raise TokenRevokedError(service="Dext")

    def account(self) -> None:
        self._open()

    def inbox(self) -> list[DextReceipt]:
        self._open()
        return list(self.receipts.values())

    def receipt(self, receipt_id: str) -> DextReceipt:
        self._open()
        return self.receipts[receipt_id]

    def image(self, _receipt_id: str) -> DextImage:
        self._open()
        return DextImage(b"%PDF", "application/pdf", "a.pdf")

    def update_receipt(self, receipt_id: str, changes: dict[str, str]) -> None:
        self._open()
        self.receipts[receipt_id] = replace(self.receipts[receipt_id], description=changes["description"])

    def _new(self, number: int) -> DextReceipt:
        return DextReceipt(
            id=str(number + 1), type="invoice", date=date(2026, 11, 17), invoice_number=f"N-{number + 1}",
            due_date=date(2026, 12, 17), paid=False, supplier="Acme", supplier_id="", customer="", project="",
            category="Software", category_id="", category_code="", currency="USD", total=Decimal("10.00"),
            tax=Decimal("0.00"), payment_method="", payment_method_ref="", description="", status="",
            integration_state="", integration_message="", processed=True,
        )  # fmt: skip


class Machine(RuleBasedStateMachine):
    """Let people, the clock, both services and the power supply do what they may, in any order."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(shutil.copy(self.template, Path(self.folder.name) / "bot.db"))
        self.clock, self.work, self.dext = FakeClock(), FakeWork(), FakeDext()
        self.database = Database(open_engine(f"sqlite:///{path}"))
        self.bill, ids = FakeBill(self.clock), itertools.count(1)
        base = Base(
            self.database, Vault({"k": b"1" * 32}), self.work, cast("BillGateway", BillClientOf(self.bill)),
            cast("DextGateway", self.dext), self.clock, lambda: f"id{next(ids):06}", Pace(),
        )  # fmt: skip
        breaks = Breaks(base)
        People(base, breaks).install(WORKSPACE, "W", "UBOT", "B", ADMIN)
        self.health, self.holding = Health(base, Transitions(base, breaks)), Holding(base, breaks)
        self.approvals, self.intake = Approvals(base, ""), Intake(base, self.health)
        self.publishing = Publishing(base, self.health)
        with self.database.begin() as session:
            self.business_id = people.businesses_in(session, WORKSPACE)[0].id
            for user, role in ((FINANCE, Role.FINANCE), (APPROVER, Role.APPROVER)):
                people.give_role(session, self.business_id, user, role, ADMIN, self.clock())
            for provider in Provider:
                legs.keep(session, Leg(self.business_id, provider, LegState.ACTIVE))
            entries = (
                (ListName.SUPPLIERS, Entry("v1", "Acme", kind="USD")),
                (ListName.ACCOUNTS, Entry("a1", "Software")),
            )
            for name, entry in entries:
                lists.take_page(session, self.business_id, name, 1, [entry])
                lists.keep_age(session, self.business_id, name, 1, 1, self.clock(), "")
        self.intake.run(self.business_id)

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    def item(self, number: int) -> Item:
        with self.database.begin() as session:
            return items.page(session, self.business_id, list(ItemStatus))[number]

    def latest(self, number: int) -> Request | None:
        item = self.item(number)
        with self.database.begin() as session:
            newest = select(requests.c.id).where(requests.c.item_id == item.id).order_by(requests.c.requested_at.desc())
            found = session.scalar(newest.limit(1))
            return approvals.get(session, found) if found else None

    @property
    def _items(self) -> list[Item]:
        with self.database.begin() as session:
            return items.page(session, self.business_id, list(ItemStatus))

    def attempt(self, call: Any, *args: Any) -> None:
        with suppress(BotError, Killed):
            call(*args)

    @initialize(fate=st.sampled_from(["", "killed after", "lost after"]), lag=st.booleans())
    def one_item_is_on_its_way(self, fate: str, lag: bool) -> None:
        """Begin where it becomes interesting: most orders of events would never approve anything."""
        self.the_next_create_goes_wrong(fate, lag)
        self.request(0)
        self.approve(0, APPROVER)

    # People.

    @rule(number=st.sampled_from(ITEMS))
    def request(self, number: int) -> None:
        self.attempt(self.approvals.request, WORKSPACE, FINANCE, [self.item(number).id], CHANNEL)

    @rule(number=st.sampled_from(ITEMS), by=st.sampled_from([APPROVER, ADMIN, FINANCE]))
    def approve(self, number: int, by: str) -> None:
        request = self.latest(number)
        if request is not None:
            self.attempt(self.approvals.approve, WORKSPACE, by, request.id)

    @rule(number=st.sampled_from(ITEMS))
    def approve_twice(self, number: int) -> None:
        self.approve(number, APPROVER)
        self.approve(number, ADMIN)

    @rule(number=st.sampled_from(ITEMS))
    def reject(self, number: int) -> None:
        request = self.latest(number)
        if request is not None:
            self.attempt(self.approvals.reject, WORKSPACE, APPROVER, request.id, "no")

    @rule(number=st.sampled_from(ITEMS))
    def try_again(self, number: int) -> None:
        request = self.latest(number)
        if request is not None:
            self.attempt(self.approvals.retry, WORKSPACE, FINANCE, request.id)

    @rule(number=st.sampled_from(ITEMS), cents=st.integers(1, 3))
    def somebody_changes_it_in_dext(self, number: int, cents: int) -> None:
        receipt = self.dext.receipts[str(number + 1)]
        self.dext.receipts[receipt.id] = replace(receipt, total=Decimal(cents))

    # The world.

    @rule(
        fate=st.sampled_from(["killed before", "killed after", "lost before", "lost after", "not sent"]),
        lag=st.booleans(),
    )
    def the_next_create_goes_wrong(self, fate: str, lag: bool) -> None:
        self.bill.next_create, self.bill.lag = fate, LAG if lag else timedelta()

    @rule(away=st.booleans())
    def bill_com_goes_or_comes(self, away: bool) -> None:
        self.bill.away = away

    @rule(refuses=st.booleans())
    def bill_com_refuses_or_lets_in(self, refuses: bool) -> None:
        self.bill.refuses = refuses

    @rule(revoked=st.booleans())
    def dext_revokes_or_restores(self, revoked: bool) -> None:
        self.dext.revoked = revoked

    @rule(seconds=st.sampled_from([1, 30, 121, 3600, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.clock.pass_by(seconds=seconds)

    # The bot.

    @rule()
    def run_what_waits(self) -> None:
        waiting, self.work.waiting = self.work.waiting, []
        for job in waiting:
            if job.name == "publish":
                self.clock.pass_by(seconds=job.delay)
                self.attempt(self.publishing.run, job.args[0])

    @rule()
    def run_what_ran_before(self) -> None:
        for job in [job for job in self.work.asked if job.name == "publish"][-3:]:
            self.attempt(self.publishing.run, job.args[0])

    @rule()
    def the_clock_ticks(self) -> None:
        for provider in Provider:
            self.health.recheck(self.business_id, provider)
        self.holding.release_healed()
        self.publishing.revive_due()
        self.intake.run(self.business_id)

    # What must hold at every moment.

    @invariant()
    def no_item_has_two_bills(self) -> None:
        for item in self._items:
            mark = marker(item.details.dext_id)
            assert sum(mark in bill.description for bill, _, _ in self.bill.bills) <= 1

    @invariant()
    def no_bill_was_sent_that_nobody_approved(self) -> None:
        with self.database.begin() as session:
            asked = [
                approvals.get(session, job.args[1])
                for job in self.work.asked
                if job.name == "tell" and job.args[0] == "card"
            ]
        approved = [request for request in asked if request.state is RequestState.APPROVED]
        assert all(request.decided_by not in ("", request.requested_by) for request in approved)
        for _, draft, _ in self.bill.bills:
            assert any(
                request.plan.draft == draft and request.plan.fingerprint == request.fingerprint for request in approved
            )

    @invariant()
    def no_rejected_item_has_a_bill(self) -> None:
        for item in self._items:
            if item.status in (ItemStatus.REJECTED, ItemStatus.WAITING, ItemStatus.READY):
                mark = marker(item.details.dext_id)
                assert not any(mark in bill.description for bill, _, _ in self.bill.bills)

    @invariant()
    def published_means_that_there_is_a_bill(self) -> None:
        made = {bill.id for bill, _, _ in self.bill.bills}
        assert all(item.bill_id in made for item in self._items if item.status is ItemStatus.PUBLISHED)


def test_no_order_of_events_publishes_twice_or_without_approval(migrated: Path) -> None:
    Machine.template = migrated
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
