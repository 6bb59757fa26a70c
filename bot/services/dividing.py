"""The line items of an item: dividing it, a page of lines at a time, so that they add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.coding import booking
from bot.domain.editing import (
    LineDraft,
    LinesDraft,
    Raw,
    balance,
    draft_of,
    in_words,
    off_by,
    read,
    read_amounts,
    read_lines,
    with_amounts,
)
from bot.domain.fields import ItemField, Value
from bot.domain.items import Item
from bot.domain.lines import MOST_LINES, ItemLine, Lines, Ref, split
from bot.domain.lists import ListName
from bot.domain.tax import Booking
from bot.domain.views.editing import Edited, EditForm, LinesForm
from bot.errors import ConflictError, FormError, InputError
from bot.services.base import Base
from bot.services.coder import code
from bot.services.editing import Editing, Held
from storage import lists
from storage.changes import Changed

PAGE = 10
"""Lines in one form: Slack takes a hundred blocks, and a line needs several."""

_LISTS = {
    "category": ListName.ACCOUNTS,
    "project_class": ListName.CLASSES,
    "location": ListName.LOCATIONS,
    "customer": ListName.CUSTOMERS,
}


class Dividing:
    """Show the lines of an item, and store what comes back."""

    def __init__(self, base: Base, editing: Editing) -> None:
        self._base = base
        self._editing = editing

    def form(
        self,
        workspace_id: str,
        user_id: str,
        item_id: str,
        business_id: str,
        draft: LinesDraft | None = None,
        first: int = 0,
        typed: Mapping[ItemField, Raw] | None = None,
    ) -> LinesForm:
        """Return the form of an item's lines, as stored from the line `first`, or as they stand in a form.

        `typed` are the amounts of the item's own form, which are divided instead of those that it holds.
        """
        with self._base.database.begin() as session:
            held = self._editing.held(session, workspace_id, user_id, item_id, business_id, lock=False)
            return self._form(session, held, typed or {}, draft, first)

    def begin(
        self,
        workspace_id: str,
        user_id: str,
        item_id: str,
        business_id: str,
        version: int,
        typed: Mapping[ItemField, Raw],
    ) -> LinesForm | EditForm:
        """Return the form of an item's lines with the amounts that are typed in its own form, still unsaved.

        Where these cannot be used, or others changed the item since its form was opened, that form comes back to say
        so: what is divided is what its person sees.
        """
        today = self._base.clock().date()
        with self._base.database.begin() as session:
            held = self._editing.held(session, workspace_id, user_id, item_id, business_id, lock=False)
            amounts, errors = read_amounts(held.item.details, typed, today)
            if amounts and not errors:
                values, _ = read(typed, today)
                conflict = self._editing.conflict(session, held, user_id, version, values)
                if conflict is not None:
                    return conflict
            if not errors:
                return self._form(session, held, typed)
        shown = self._editing.form(workspace_id, user_id, item_id, business_id, typed)
        return replace(shown, item=replace(shown.item, version=version))

    def add(self, form: LinesForm) -> LinesForm:
        """Return the form with one more line, with what the others leave as its amount."""
        if form.many >= MOST_LINES or len(form.draft.rows) >= PAGE:
            return replace(form, problem=f"{PAGE} lines fit on a page. Save, and add more on the next page.")
        rest = _rest(form)
        row = LineDraft(form.draft.next_key, f"{rest:f}" if rest and rest > 0 else "")
        return replace(form, draft=replace(form.draft, rows=(*form.draft.rows, row)), problem="")

    def remove(self, form: LinesForm, key: int) -> LinesForm:
        """Return the form without a line."""
        rows = tuple(row for row in form.draft.rows if row.key != key)
        return replace(form, draft=replace(form.draft, rows=rows), problem="")

    def split(self, form: LinesForm, wanted: str) -> LinesForm:
        """Return the form with the whole amount divided as somebody typed; lines that are there keep their coding."""
        details = form.item.details
        whole = _whole(form)
        if whole is None:
            return replace(form, problem="Enter the total and choose a tax setting first.")
        try:
            parts = split(whole, wanted, details.currency)
        except ValueError as error:
            return replace(form, problem=str(error))
        if len(parts) > PAGE:
            return replace(form, problem=f"{PAGE} lines fit on a page. Split into fewer, and divide those further.")
        key, before = form.draft.next_key, form.draft.rows
        rows = tuple(
            replace(before[place], key=key + place, amount=f"{part:f}")
            if place < len(before)
            else LineDraft(key + place, f"{part:f}")
            for place, part in enumerate(parts)
        )
        return replace(form, draft=replace(form.draft, rows=rows), problem="")

    def save(
        self,
        workspace_id: str,
        user_id: str,
        item_id: str,
        business_id: str,
        version: int,
        draft: LinesDraft,
        typed: Mapping[ItemField, Raw] | None = None,
    ) -> Edited:
        """Store a page of lines, and the amounts they divide, if nobody else changed the item since it was shown.

        Lines that are all on the page have to add up; over several pages what is off is a reason for review. Raises
        `FormError` with the lines that cannot be used, `ConflictError` when somebody else was faster.
        """
        now = self._base.clock()
        with self._base.database.begin() as session:
            held = self._editing.held(session, workspace_id, user_id, item_id, business_id)
            others = self._editing.changed_by_others(session, held.item, version, user_id)
            if others:
                raise ConflictError(
                    f"Nothing was saved: somebody else changed this item meanwhile ({'; '.join(map(_told, others))}). "
                    "Open it again to see it as it is now."
                )
            amounts, wrong = read_amounts(held.item.details, typed or {}, now.date())
            if wrong:
                raise InputError(f"Nothing was saved. {in_words(wrong)}")
            over = _over(held, amounts)
            rows_typed, errors = read_lines(draft, over.item.details.currency)
            if errors:
                raise FormError({f"line_amount.{key}": message for key, message in errors.items()})
            named = self._named(session, held, draft, rows_typed)
            kept = held.item.details.lines.rows
            rows = (*kept[: draft.first], *named, *kept[draft.first + draft.count :])
            lines = Lines(rows, draft.net) if rows else Lines()
            self._check_sum(session, over, draft, lines)
            return self._editing.keep(session, held, user_id, {**amounts, ItemField.LINES: lines}, now)

    def _check_sum(self, session: Session, held: Held, draft: LinesDraft, lines: Lines) -> None:
        whole = _sum_of(held.item, lines.net, self._booked(session, held))
        told = off_by(lines.rows, whole) if len(lines.rows) == len(draft.rows) else ""
        if told:
            raise InputError(told, field=f"line_amount.{draft.rows[-1].key}")

    def _named(
        self, session: Session, held: Held, draft: LinesDraft, typed: tuple[ItemLine, ...]
    ) -> tuple[ItemLine, ...]:
        """Return lines with the entries' present names; raises `FormError` for one that is gone or archived."""
        refs = {(name, getattr(row, name).id) for row in typed for name in _LISTS if getattr(row, name)}
        known = lists.by_ids(session, held.business.id, sorted({id_ for _, id_ in refs if id_}))
        errors, named = {}, []
        for place, row in enumerate(typed):
            found: dict[str, Any] = {}
            for name, list_name in _LISTS.items():
                ref: Ref = getattr(row, name)
                entry = known.get((list_name, ref.id))
                if ref and (entry is None or entry.archived):
                    what = "class" if name == "project_class" else name
                    errors[f"line_{what}.{draft.rows[place].key}"] = "That is no longer in Bill.com's list."
                elif entry is not None:
                    found[name] = Ref(entry.id, entry.name)
            named.append(replace(row, **found))
        if errors:
            raise FormError(errors)
        return tuple(named)

    def _form(
        self,
        session: Session,
        held: Held,
        typed: Mapping[ItemField, Raw],
        draft: LinesDraft | None = None,
        first: int = 0,
    ) -> LinesForm:
        amounts, _ = read_amounts(held.item.details, typed, self._base.clock().date())
        over = _over(held, amounts)
        made = _form(over, self._booked(session, over), draft or draft_of(held.item.details.lines, first, PAGE))
        return replace(made, amounts=amounts)

    def _booked(self, session: Session, held: Held) -> Booking:
        (coding,) = code(session, held.business, [held.item.details])
        return booking(held.item.details, coding, held.business.tax_treatment)


def _over(held: Held, amounts: Mapping[ItemField, Value]) -> Held:
    """Return an item as it will be with the amounts that are typed in its form."""
    return replace(held, item=replace(held.item, details=with_amounts(held.item.details, amounts)))


def _told(one: Changed) -> str:
    return f"{one.change.field.label}: {one.change.old or 'nothing'} → {one.change.new or 'nothing'}"


def _form(held: Held, booked: Booking, draft: LinesDraft) -> LinesForm:
    details = held.item.details
    typed, errors = read_lines(draft, details.currency)
    kept = details.lines.rows
    rows = (*kept[: draft.first], *typed, *kept[draft.first + draft.count :])
    shown = replace(details, lines=Lines(rows, draft.net) if rows else Lines())
    text = balance(shown, booked) if not errors else "Some amounts can't be read yet."
    many = len(kept) - draft.count + len(draft.rows)
    item = replace(held.item, details=replace(details, tax=booked.amount))
    return LinesForm(held.business, item, draft, many, text)


def _sum_of(item: Item, net: bool, booked: Booking) -> Decimal | None:
    total = item.details.total
    if total is None or booked.amount is None:
        return total if not net else None
    return total - booked.amount if net else total


def _whole(form: LinesForm) -> Decimal | None:
    """Return what the lines of a form have to add up to; the form's item carries the tax as it is booked."""
    details = form.item.details
    if details.total is None or not form.draft.net:
        return details.total
    return details.total - details.tax if details.tax is not None else None


def _rest(form: LinesForm) -> Decimal | None:
    whole = _whole(form)
    typed, errors = read_lines(form.draft, form.item.details.currency)
    if whole is None or errors or form.many != len(form.draft.rows):
        return None
    return whole - sum((row.amount for row in typed), Decimal(0))
