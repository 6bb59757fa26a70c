"""Match items' names and ids against our copies of the lists, many items in two statements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.coding import Candidates, Coding, Match, match, named, normalised
from bot.domain.items import Details
from bot.domain.lists import Entry, ListName
from storage import lists


def code(session: Session, business: Business, many: Sequence[Details]) -> list[Coding]:
    """Return the coding of each item, in order; the number of statements does not depend on how many."""
    ids = {id_ for details in many for id_ in (details.supplier_id, details.category_id) if id_}
    if business.tax_account_id:
        ids.add(business.tax_account_id)
    names = sorted({name for details in many for name in named(details)})
    known = lists.by_ids(session, business.id, sorted(ids))
    called = lists.by_names(session, business.id, names)

    def look(name: ListName, text: str, id_: str = "") -> Match:
        entry: Entry | None = known.get((name, id_)) if id_ else None
        return match(Candidates(entry, called.get((name, normalised(text)), ()) if text else ()))

    return [
        Coding(
            supplier=look(ListName.SUPPLIERS, details.supplier, details.supplier_id),
            category=look(ListName.ACCOUNTS, details.category, details.category_id),
            customer=look(ListName.CUSTOMERS, details.customer),
            project_class=look(ListName.CLASSES, details.project),
            project_location=look(ListName.LOCATIONS, details.project),
            payment_account=look(ListName.PAYMENT_METHODS, details.payment_method),
            tax_account=look(ListName.ACCOUNTS, "", business.tax_account_id),
        )
        for details in many
    ]
