"""Editing items in Slack: what a person types becomes the strongest layer, and nobody overwrites anybody unseen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.approvals import Request
from bot.domain.businesses import Business
from bot.domain.coding import booking
from bot.domain.credits import is_credit
from bot.domain.editing import (
    EDITABLE_IN,
    Raw,
    balance,
    form_values,
    in_words,
    read,
    read_amounts,
    unmatched,
    with_amounts,
)
from bot.domain.fields import DAYS, ItemField, Value, same, shown
from bot.domain.items import OPEN, Details, Item, ItemStatus, due_too_early
from bot.domain.lines import Ref
from bot.domain.lists import ListName
from bot.domain.people import Right, may, roles_with
from bot.domain.readiness import lacks
from bot.domain.receiving import edit
from bot.domain.views.editing import Edited, EditForm
from bot.errors import ConflictError, FormError, NotAllowedError
from bot.services.approvals import rewrite
from bot.services.base import Base, business_in, find_business
from bot.services.coder import code
from bot.services.facts import facts_of
from bot.services.intake import judged
from bot.services.people import require
from bot.services.planning import as_it_is_now
from bot.services.ruling import remember_supplier
from bot.services.writing import WRITTEN, owe
from storage import approvals, changes, inbox, items, lists, people, publishes, rules
from storage.changes import Changed

LISTS = {
    ItemField.SUPPLIER: ListName.SUPPLIERS,
    ItemField.CATEGORY: ListName.ACCOUNTS,
    ItemField.CLASS: ListName.CLASSES,
    ItemField.LOCATION: ListName.LOCATIONS,
    ItemField.CUSTOMER: ListName.CUSTOMERS,
    ItemField.PAYMENT_METHOD: ListName.PAYMENT_METHODS,
    ItemField.APPROVER: ListName.APPROVERS,
}
"""The list that each picker chooses from."""


@dataclass(frozen=True)
class Held:
    """Be an item locked for an edit, with its business and the request that waits for a decision on it."""

    business: Business
    item: Item
    request: Request | None


class Editing:
    """Show the form of an item, and store what comes back."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def form(
        self,
        workspace_id: str,
        user_id: str,
        item_id: str,
        business_id: str,
        typed: Mapping[ItemField, Raw] | None = None,
    ) -> EditForm:
        """Return the form of an item; with what is typed so far, how the amounts would stand.

        Raises `NotAllowedError` without the right, `ConflictError` for an item that cannot be edited now.
        """
        with self._base.database.begin() as session:
            held = self.held(session, workspace_id, user_id, item_id, business_id, lock=False)
            form = self._form(session, held, user_id)
            if typed is None:
                return form
            amounts, errors = read_amounts(held.item.details, typed, self._base.clock().date())
            details = with_amounts(held.item.details, amounts)
            (coding,) = code(session, held.business, [details])
        stands = balance(details, booking(details, coding, held.business.tax_treatment))
        return replace(form, balance=stands, problem=in_words(errors))

    def id_of(
        self, workspace_id: str, user_id: str, number: int, channel_id: str, business_id: str = ""
    ) -> tuple[str, str]:
        """Return id and business of the item that somebody means by its number."""
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.REQUEST)
            return inbox.numbered(session, business.id, number).id, business.id

    def save(
        self,
        workspace_id: str,
        user_id: str,
        item_id: str,
        business_id: str,
        version: int,
        typed: Mapping[ItemField, Raw],
        *,
        remember: bool = False,
        leave_out: Collection[ItemField] = (),
    ) -> Edited:
        """Store what a person typed, if nobody else changed the item since they began; else show them what was.

        With `remember`, the supplier chosen is what the document's name for it stands for from now on. What to
        `leave_out` are names that Bill.com does not know and for which nothing was chosen. Raises `FormError` for
        what cannot be used, and what `form` raises.
        """
        now = self._base.clock()
        with self._base.database.begin() as session:
            held = self.held(session, workspace_id, user_id, item_id, business_id)
            values, errors = read(typed, now.date(), credit=is_credit(held.item.details))
            if errors:
                raise FormError({name.value: message for name, message in errors.items()})
            conflict = self.conflict(session, held, user_id, version, values)
            if conflict is not None:
                return Edited(held.item, form=conflict)
            form = self._form(session, held, user_id)
            wanted = {name: value for name, value in values.items() if not same(value, form.values[name])}
            wanted |= {name: Ref() for name in form.unmatched if name in leave_out and name not in wanted}
            edited = self.keep(session, held, user_id, self.named(session, held.business, wanted), now)
            supplier = wanted.get(ItemField.SUPPLIER)
            if remember and isinstance(supplier, Ref) and supplier:
                vendor = Ref(edited.item.details.supplier_id, edited.item.details.supplier)
                remember_supplier(self._base, session, edited.item, vendor, user_id)
        return edited

    # Parts that the form of the lines has in common with this one.

    def held(
        self, session: Session, workspace_id: str, user_id: str, item_id: str, business_id: str, *, lock: bool = True
    ) -> Held:
        """Return an item that this person may edit now, locked; the request first, as those who decide lock it."""
        business = business_in(session, workspace_id, business_id)
        require(session, business, user_id, Right.REQUEST)
        request = approvals.find_pending(session, item_id, lock=lock)
        item = items.get(session, business.id, item_id, lock=lock)
        if item.status not in EDITABLE_IN:
            raise ConflictError(_why_not(item))
        publish = publishes.find_of(session, item.id)
        if publish is not None and (publish.bill_id or publish.creating_at is not None):
            raise ConflictError(
                f"#{item.number} may be in Bill.com already, so it can't be edited here. Its card says how it stands."
            )
        return Held(business, item, request)

    def changed_by_others(self, session: Session, item: Item, version: int, user_id: str) -> list[Changed]:
        """Return what others than this person changed on an item since a version."""
        if item.version == version:
            return []
        return [one for one in changes.since(session, item.id, version) if one.change.by != user_id]

    def conflict(
        self, session: Session, held: Held, user_id: str, version: int, typed: Mapping[ItemField, Value]
    ) -> EditForm | None:
        """Return the form with what others changed since a version, and what is typed; `None` if nobody did."""
        others = self.changed_by_others(session, held.item, version, user_id)
        return _conflict(self._form(session, held, user_id), others, typed) if others else None

    def named(self, session: Session, business: Business, wanted: Mapping[ItemField, Value]) -> dict[ItemField, Value]:
        """Return values with the entries' present names; raises `FormError` for one that is gone or archived."""
        ids = [value.id for value in wanted.values() if isinstance(value, Ref) and value.id]
        known = lists.by_ids(session, business.id, sorted(set(ids)))
        named, errors = dict(wanted), {}
        for name, value in wanted.items():
            if not isinstance(value, Ref) or not value:
                continue
            entry = known.get((LISTS[name], value.id))
            if entry is None or entry.archived:
                errors[name.value] = "That is no longer in Bill.com's list. Choose another."
            else:
                named[name] = Ref(entry.id, entry.name)
        if errors:
            raise FormError(errors)
        return named

    def keep(
        self, session: Session, held: Held, user_id: str, wanted: Mapping[ItemField, Value], now: datetime
    ) -> Edited:
        """Store an edit: the item judged anew, its history, what Dext is to be told, and the card that asks again."""
        item, made = edit(held.item, wanted, user_id, now)
        if not made:
            return Edited(item)
        _check_days(item.details, {change.field for change in made})
        self._check_somebody_can_approve(session, held, item)
        (coding,) = code(session, held.business, [item.details])
        missing = lacks(item.details, coding, held.business.tax_treatment, now.date())
        if item.status in OPEN:
            # A rejection or a failure was about what now changed: the item is judged anew.
            item = replace(item, status=judged(replace(item, status=ItemStatus.TO_REVIEW), missing), note="")
        item = replace(item, lacks=missing)
        items.keep(session, item, now)
        changes.add(session, [(item, made)], now)
        owe(self._base, session, item, [change.field for change in made if change.field in WRITTEN])
        asked_again = self._ask_again(session, held, item, now)
        may_rule = may(people.roles_of(session, held.business.id, user_id), Right.RULES)
        return Edited(item, made, asked_again, may_rule=may_rule)

    def _ask_again(self, session: Session, held: Held, item: Item, now: datetime) -> bool:
        """Let a card that waits show the item as it is now: an approval is for exactly what was shown."""
        if held.request is None:
            return False
        anew = as_it_is_now(session, held.business, item, held.request, now.date())
        if anew is not None:
            rewrite(self._base, session, anew)
        return anew is not None

    def _check_somebody_can_approve(self, session: Session, held: Held, item: Item) -> None:
        if held.request is None:
            return
        able = people.holders(session, held.business.id, roles_with(Right.APPROVE))
        if not _left(able, item, held.request.requested_by):
            raise NotAllowedError(
                "If you edited this, nobody could approve it: everybody with the role has edited it, sent it in or "
                "asked for it. Ask somebody who can't approve to edit it, or an admin to give somebody the role."
            )

    def _form(self, session: Session, held: Held, user_id: str) -> EditForm:
        item, business = held.item, held.business
        (coding,) = code(session, business, [item.details])
        able = people.holders(session, business.id, roles_with(Right.APPROVE))
        asker = held.request.requested_by if held.request is not None else ""
        mine = may(people.roles_of(session, business.id, user_id), Right.APPROVE)
        return EditForm(
            business=business,
            item=item,
            values=form_values(item.details, coding),
            rates=tuple(rate for rate in rules.rates(session, business.id) if not rate.removed),
            balance=balance(item.details, booking(item.details, coding, business.tax_treatment)),
            gives_up=mine and user_id not in item.prepared_by and user_id != asker,
            approvers=tuple(other for other in _left(able, item, asker) if other != user_id),
            unnamed=facts_of(item).supplier if coding.supplier.entry is None else "",
            unmatched=unmatched(item.details, coding),
        )


def _left(able: list[str], item: Item, asker: str) -> list[str]:
    return [other for other in able if other != asker and other not in item.prepared_by]


def _check_days(details: Details, changed: Collection[ItemField]) -> None:
    """Refuse a due date before the document's own; one that came so from Dext keeps nobody from editing the rest."""
    if details.issued_on is not None and due_too_early(details) and not DAYS.isdisjoint(changed):
        issued = shown(details.issued_on)
        raise FormError({ItemField.DUE_ON.value: f"The due date is before the date of the document, {issued}."})


def _conflict(form: EditForm, others: list[Changed], typed: Mapping[ItemField, Value]) -> EditForm:
    """Return the form as it is now, with what this person typed where nobody else changed anything."""
    touched = {one.change.field for one in others}
    values = {name: typed.get(name, value) if name not in touched else value for name, value in form.values.items()}
    mine = {name: typed[name] for name in form.values if name in touched and name in typed}
    return replace(form, values=values, changed=tuple(one.change for one in others), mine=mine)


def _why_not(item: Item) -> str:
    match item.status:
        case ItemStatus.PROCESSING:
            return f"Dext is still reading #{item.number}. It can be edited when it is done, usually in a few minutes."
        case ItemStatus.PUBLISHING:
            return f"#{item.number} is on its way to Bill.com, so it can't be edited now. Its card says how it stands."
        case _:
            return f"#{item.number} is in Bill.com. Correct it there."
