"""Match items' names and ids against our copies of the lists, many items in three statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from bot.domain.businesses import Business, TaxTreatment
from bot.domain.coding import Candidates, Coding, LineCoding, Match, identified, match, named, normalised
from bot.domain.items import Details
from bot.domain.lines import ItemLine, Ref
from bot.domain.lists import Entry, ListName, project_name
from bot.domain.tax import TaxRate
from storage import lists, rules

Found = Mapping[tuple[ListName, str], Entry]
Called = Mapping[tuple[ListName, str], tuple[Entry, ...]]


def code(session: Session, business: Business, many: Sequence[Details]) -> list[Coding]:
    """Return the coding of each item, in order; the number of statements does not depend on how many."""
    if not many:
        return []
    rates = {rate.id: rate for rate in rules.rates(session, business.id)}
    ids = {id_ for details in many for id_ in identified(details)}
    ids |= {account for account in (business.tax_account_id, *(rate.account_id for rate in rates.values())) if account}
    names = sorted({name for details in many for name in named(details)})
    coder = _Coder(
        business,
        rates,
        lists.by_ids(session, business.id, sorted(ids)),
        lists.by_names(session, business.id, names),
    )
    return [coder.code(details) for details in many]


class _Coder:
    """Match items against entries that were looked up for all of them."""

    def __init__(self, business: Business, rates: Mapping[str, TaxRate], known: Found, called: Called) -> None:
        self._business = business
        self._rates = rates
        self._known = known
        self._called = called

    def code(self, details: Details) -> Coding:
        """Return the coding of one item.

        Dext's project stands for a class, else a location; where one of the two is named by itself, for the other.
        """
        project_class = self._look(ListName.CLASSES, details.project_class, details.project_class_id)
        location = self._look(ListName.LOCATIONS, details.location, details.location_id)
        if details.project and not (details.project_class or details.project_class_id):
            project_class = self._project(ListName.CLASSES, details.project)
        from_project = project_class.entry is not None and not details.project_class
        if details.project and not (details.location or details.location_id) and not from_project:
            location = self._project(ListName.LOCATIONS, details.project)
        rate = self._rates.get(details.tax_setting)
        return Coding(
            supplier=self._look(ListName.SUPPLIERS, details.supplier, details.supplier_id),
            category=self._look(ListName.ACCOUNTS, details.category, details.category_id),
            customer=self._look(ListName.CUSTOMERS, details.customer, details.customer_id),
            project_class=project_class,
            project_location=location,
            payment_account=self._look(ListName.PAYMENT_METHODS, details.payment_method, details.payment_method_id),
            tax_account=self._look(ListName.ACCOUNTS, "", self._tax_account(rate)),
            approver=self._look(ListName.APPROVERS, details.approver, details.approver_id),
            tax_rate=rate if rate is not None and not rate.removed else None,
            lines=tuple(self._line(row) for row in details.lines.rows),
        )

    def _project(self, name: ListName, text: str) -> Match:
        """Look where the project says it is from; one that does not say may be of either list."""
        where, bare = project_name(text)
        if where is None:
            return self._look(name, text)
        # Somebody may have named a class so: then the whole name is the better match.
        found = self._look(name, bare) if where is name else Match()
        return found if found != Match() else self._look(name, text)

    def _tax_account(self, rate: TaxRate | None) -> str:
        if rate is not None and rate.treatment is TaxTreatment.OWN_LINE and rate.account_id:
            return rate.account_id
        return self._business.tax_account_id

    def _line(self, row: ItemLine) -> LineCoding:
        def of(name: ListName, ref: Ref) -> Match:
            return self._look(name, ref.name, ref.id)

        return LineCoding(
            category=of(ListName.ACCOUNTS, row.category),
            project_class=of(ListName.CLASSES, row.project_class),
            location=of(ListName.LOCATIONS, row.location),
            customer=of(ListName.CUSTOMERS, row.customer),
        )

    def _look(self, name: ListName, text: str, id_: str = "") -> Match:
        entry = self._known.get((name, id_)) if id_ else None
        return match(Candidates(entry, self._called.get((name, normalised(text)), ()) if text else ()))
