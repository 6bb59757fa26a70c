"""Suppliers: create one in Bill.com that an item names and Bill.com does not know; once, and never silently."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.clients.bill import BillClient, VendorAddress
from bot.domain.coding import normalised
from bot.domain.lists import Entry, ListName
from bot.domain.people import Right
from bot.domain.publishing import retry_in
from bot.domain.suppliers import NewSupplier, Order, OrderReport, OrderState, SupplierForm, checked
from bot.domain.work import Job, Queue
from bot.errors import (
    ConflictError,
    DuplicateError,
    InputError,
    MfaRequiredError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
    UpstreamError,
)
from bot.log import get_logger
from bot.services.approvals import REVIVE
from bot.services.base import Base, business_in
from bot.services.coder import code
from bot.services.health import Health
from bot.services.intake import Intake
from bot.services.outlook import outlook
from bot.services.people import require
from bot.services.publish_extras import LATER, LOST
from bot.services.publish_words import refusal
from storage import inbox, items, lists, people, supplier_orders

_MARGIN = timedelta(minutes=10)
"""How far back before our last copy of the list Bill.com is asked for what changed: clocks differ."""

_KEY = 200


class Suppliers:
    """Take orders for new suppliers, and carry them to Bill.com."""

    def __init__(self, base: Base, health: Health, intake: Intake) -> None:
        self._base = base
        self._health = health
        self._intake = intake
        self._log = get_logger(__name__)

    def form(self, workspace_id: str, user_id: str, item_id: str) -> SupplierForm:
        """Return what the form begins with; raise `ConflictError` when the item's supplier is known by now."""
        with self._base.database.begin() as session:
            item = inbox.anywhere(session, item_id)
            business = business_in(session, workspace_id, item.business_id)
            require(session, business, user_id, Right.REQUEST)
            problem = outlook(session, business).why_not
            if problem:
                raise ConflictError(problem)
            if code(session, business, [item.details])[0].supplier.entry is not None:
                raise ConflictError("Bill.com knows this supplier by now. Open the item again to see how it stands.")
            return SupplierForm(business, item)

    def order(self, workspace_id: str, user_id: str, item_id: str, wanted: NewSupplier) -> Order:
        """Take the order to create a supplier; what came of it is told to the person.

        Raises `InputError` with the field that Bill.com would refuse, or where our copy of the list has such a
        supplier; `ConflictError` while another order for the name is under way.
        """
        supplier, now = checked(wanted), self._base.clock()
        key = normalised(supplier.name)[:_KEY]
        with self._base.database.begin() as session:
            item = inbox.anywhere(session, item_id)
            # Locked: of two orders for one name at the same moment the second sees the first.
            business = people.business(session, business_in(session, workspace_id, item.business_id).id, lock=True)
            require(session, business, user_id, Right.REQUEST)
            self._check_new(session, business.id, supplier.name, key)
            order = Order(
                id=self._base.new_id(),
                business_id=business.id,
                item_id=item.id,
                user_id=user_id,
                name_key=key,
                supplier=supplier,
                state=OrderState.WAITING,
                created_at=now,
                due_at=now + REVIVE,
            )
            supplier_orders.add(session, order)
            self._base.work.enqueue_in(session, self._job(session, order.id, business.id))
        return order

    def run(self, order_id: str) -> None:
        """Do what is left of an order, or note when to go on and why it cannot go on now."""
        order = self._get(order_id)
        if order.state is not OrderState.WAITING:
            return
        self._change(order, due_at=self._base.clock() + REVIVE)
        try:
            if not order.vendor_id and not self._make(order):
                return
        except LOST as error:
            self._again(order, error, "waits until Bill.com is reconnected")
            return
        except (PermissionMissingError, MfaRequiredError, RefusedError) as error:
            self._end(order, OrderState.STOPPED, problem=refusal(error))
            return
        except LATER as error:
            self._again(order, error, "")
            return
        # Every item that waited for this supplier is judged anew before anybody is told.
        self._intake.look_again(order.business_id)
        self._end(order, OrderState.DONE)

    def report(self, order_id: str) -> OrderReport:
        """Return how an order stands, for its message."""
        with self._base.database.begin() as session:
            order = supplier_orders.get(session, order_id)
            business = people.business(session, order.business_id)
            return OrderReport(order, business, items.get(session, business.id, order.item_id))

    def revive_due(self, limit: int = 100) -> int:
        """Ask anew for orders whose time has come and that nothing works on; return how many."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            due = supplier_orders.due(session, now, limit)
            for order_id, business_id in due:
                supplier_orders.change(session, order_id, due_at=now + REVIVE)
                self._base.work.enqueue_in(session, self._job(session, order_id, business_id))
        return len(due)

    def _check_new(self, session: Session, business_id: str, name: str, key: str) -> None:
        same = lists.by_names(session, business_id, [normalised(name)]).get((ListName.SUPPLIERS, normalised(name)), ())
        active = next((entry for entry in same if not entry.archived), None)
        if active is not None:
            raise InputError("Bill.com has a supplier of this name. Choose it with Edit instead.", field="name")
        if supplier_orders.under_way(session, business_id, key) is not None:
            raise ConflictError("This supplier is being created already; whoever asked for it hears when it is there.")

    def _make(self, order: Order) -> bool:
        """Make sure the supplier exists, once; return whether it does.

        Bill.com is asked first: for what changed since our copy of the list, which has what an earlier attempt made.
        """
        with self._health.bill(order.business_id) as bill:
            known = self._known(bill, order)
            if known is None:
                waited = order.creating_at is None or self._base.clock() - order.creating_at >= self._base.pace.settle
                if not waited:
                    self._wait(order, retry_in(order.attempts), order.problem)
                    return False
                if not self._claim(order):
                    return False
                known = self._create(bill, order)
                self._keep(order, known, found=False)
                return True
        if known.archived:
            told = f"{known.name} is in Bill.com, but archived there: restore it in Bill.com, then refresh the lists"
            self._end(order, OrderState.STOPPED, problem=told)
            return False
        # After an attempt of our own, what is found is what it made.
        self._keep(order, known, found=order.creating_at is None)
        return True

    def _create(self, bill: BillClient, order: Order) -> Entry:
        wanted = order.supplier
        address = VendorAddress(
            wanted.line1, wanted.city, wanted.postal_code, wanted.country, wanted.state, wanted.line2
        )
        try:
            return bill.create_vendor(
                name=wanted.name, address=address, email=wanted.email, bill_currency=wanted.currency
            )
        except DuplicateError:
            known = self._known(bill, order)
            if known is None:
                self._change(order, creating_at=None)
                raise
            return known
        except (RefusedError, UnavailableError, PermissionMissingError, MfaRequiredError, RateLimitedError):
            # Refused, or never sent: nothing was made, so nothing has to be looked for.
            self._change(order, creating_at=None)
            raise

    def _known(self, bill: BillClient, order: Order) -> Entry | None:
        """Return Bill.com's supplier of the name: from our copy, and from what changed there since it was made."""
        with self._base.database.begin() as session:
            ages = {age.name: age.synced_at for age in lists.ages(session, order.business_id)}
            copied = lists.by_names(session, order.business_id, [normalised(order.supplier.name)])
        synced_at = ages.get(ListName.SUPPLIERS)
        since = synced_at - _MARGIN if synced_at is not None else None
        found = {entry.id: entry for entry in copied.get((ListName.SUPPLIERS, normalised(order.supplier.name)), ())}
        for page in bill.entries(ListName.SUPPLIERS, updated_since=since):
            # What changed since overrules the copy: it may have been renamed or archived meanwhile.
            found |= {entry.id: entry for entry in page if entry.id in found or _named(entry, order)}
        same = [entry for entry in found.values() if _named(entry, order)]
        return next((entry for entry in same if not entry.archived), next(iter(same), None))

    def _keep(self, order: Order, entry: Entry, *, found: bool) -> None:
        """Note the supplier, and take it into our copy of the list at once."""
        with self._base.database.begin() as session:
            # Above every pass over the list ever begun: one under way must not take it for gone.
            generation = lists.next_generation(session, order.business_id, ListName.SUPPLIERS)
            lists.take_page(session, order.business_id, ListName.SUPPLIERS, generation, [entry])
            supplier_orders.change(session, order.id, vendor_id=entry.id, found=found, problem="")

    def _claim(self, order: Order) -> bool:
        with self._base.database.begin() as session:
            return supplier_orders.claim(session, order.id, order.creating_at, self._base.clock())

    def _again(self, order: Order, error: UpstreamError, problem: str) -> None:
        wait = retry_in(order.attempts)
        if isinstance(error, RateLimitedError):
            wait = max(wait, timedelta(seconds=error.retry_after))
        self._log.info("supplier waits", order=order.id, code=error.code, seconds=wait.total_seconds())
        self._wait(order, wait, problem)

    def _wait(self, order: Order, wait: timedelta, problem: str) -> None:
        with self._base.database.begin() as session:
            due_at = self._base.clock() + wait + REVIVE
            supplier_orders.change(session, order.id, attempts=order.attempts + 1, due_at=due_at, problem=problem)
            job = self._job(session, order.id, order.business_id, wait.total_seconds())
            self._base.work.enqueue_in(session, job)

    def _end(self, order: Order, state: OrderState, problem: str = "") -> None:
        with self._base.database.begin() as session:
            supplier_orders.change(session, order.id, state=state, problem=problem, due_at=None)
            self._base.tell(session, "supplier", order.id, order.user_id)
        self._log.info("supplier order ended", order=order.id, business=order.business_id, state=state.value)

    def _get(self, order_id: str) -> Order:
        with self._base.database.begin() as session:
            return supplier_orders.get(session, order_id)

    def _change(self, order: Order, **values: object) -> None:
        with self._base.database.begin() as session:
            supplier_orders.change(session, order.id, **values)

    def _job(self, session: Session, order_id: str, business_id: str, delay: float = 0.0) -> Job:
        """Return the next job of an order; on the queue of publishes, one at a time a business."""
        number = supplier_orders.count_job(session, order_id)
        return Job("supplier", f"supplier:{order_id}:{number}", (order_id,), Queue.PUBLISH, business_id, delay)


def _named(entry: Entry, order: Order) -> bool:
    return normalised(entry.name) == normalised(order.supplier.name)
