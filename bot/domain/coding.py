"""Coding: which of Bill.com's entries an item's names stand for, and how we know."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.businesses import TaxTreatment
from bot.domain.items import Details
from bot.domain.lines import ItemLine, Ref
from bot.domain.lists import Entry, project_name
from bot.domain.tax import Booking, TaxRate, book
from bot.domain.terms import Terms

_BLANKS = re.compile(r"\s+")


def normalised(name: str) -> str:
    """Return a name without differences of case, width, accents' encoding and spacing.

    Two entries with one normalised name are never told apart by guessing: the caller sees both.
    """
    if name.isascii():  # most are, and a refresh does this a hundred thousand times
        return " ".join(name.split()).casefold()
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", name)).strip().casefold()


@dataclass(frozen=True)
class Candidates:
    """Be the entries of one list that an item's id or name could stand for, archived ones included."""

    by_id: Entry | None = None
    by_name: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Match:
    """Be the outcome of looking for an entry: found, archived, ambiguous or unknown."""

    entry: Entry | None = None
    archived: Entry | None = None
    several: int = 0
    by_name: bool = False


NO_MATCH = Match()


def match(candidates: Candidates) -> Match:
    """Choose the entry: by id if Dext carries ours, else by a name that only one active entry has."""
    if candidates.by_id is not None:
        if candidates.by_id.archived:
            return Match(archived=candidates.by_id)
        return Match(entry=candidates.by_id)
    active = [entry for entry in candidates.by_name if not entry.archived]
    if len(active) == 1:
        return Match(entry=active[0], by_name=True)
    if active:
        return Match(several=len(active))
    archived = next(iter(candidates.by_name), None)
    return Match(archived=archived)


@dataclass(frozen=True)
class LineCoding:
    """Be a line's own entries matched against the lists; what a line does not name is the item's."""

    category: Match = NO_MATCH
    project_class: Match = NO_MATCH
    location: Match = NO_MATCH
    customer: Match = NO_MATCH


@dataclass(frozen=True)
class Coding:
    """Be an item's details matched against the lists; `tax_rate` is the rate that was chosen, if one was."""

    supplier: Match
    category: Match
    customer: Match
    project_class: Match
    project_location: Match
    payment_account: Match
    tax_account: Match
    approver: Match = NO_MATCH
    tax_rate: TaxRate | None = None
    lines: tuple[LineCoding, ...] = ()

    def treatment(self, business: TaxTreatment) -> TaxTreatment:
        """Return how the tax is booked: as the chosen rate says, else as the business does."""
        return self.tax_rate.treatment if self.tax_rate is not None else business


def booking(details: Details, coding: Coding, treatment: TaxTreatment) -> Booking:
    """Return how an item's tax is booked in a business that books tax so."""
    return book(
        details.total, details.tax, details.currency, details.tax_setting, coding.tax_rate, coding.treatment(treatment)
    )


def supplier_terms(coding: Coding) -> Terms | None:
    """Return the terms of payment that Bill.com has with an item's supplier, if it has any."""
    supplier = coding.supplier.entry
    return Terms(supplier.due_days) if supplier is not None and supplier.due_days is not None else None


def due_date(details: Details, coding: Coding) -> date | None:
    """Return when an item is due: as it says or a rule's terms do, else by the supplier's terms in Bill.com."""
    terms = supplier_terms(coding)
    if details.due_on is not None or details.issued_on is None or terms is None:
        return details.due_on
    return terms.due(details.issued_on)


def named(details: Details) -> Sequence[str]:
    """Return the names an item carries, normalised, for one look-up of them all."""
    names = [
        details.supplier,
        details.category,
        details.customer,
        details.project,
        project_name(details.project)[1],
        details.project_class,
        details.location,
        details.payment_method,
        details.approver,
    ]
    names += [ref.name for row in details.lines.rows for ref in refs_of(row)]
    return sorted({normalised(name) for name in names if name})


def identified(details: Details) -> Sequence[str]:
    """Return the ids of entries an item carries, for one look-up of them all."""
    ids = [
        details.supplier_id,
        details.category_id,
        details.customer_id,
        details.project_class_id,
        details.location_id,
        details.payment_method_id,
        details.approver_id,
    ]
    ids += [ref.id for row in details.lines.rows for ref in refs_of(row)]
    return sorted({id_ for id_ in ids if id_})


def refs_of(row: ItemLine) -> tuple[Ref, Ref, Ref, Ref]:
    """Return the entries a line names: category, class, location, customer."""
    return (row.category, row.project_class, row.location, row.customer)
