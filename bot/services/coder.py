"""Match items' names and ids against our copies of the lists, many items in two statements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.coding import Candidates, Coding, Match, match, named, normalised
from bot.domain.items import Details
from bot.domain.lists import Entry, ListName, project_name
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

    def project(name: ListName, text: str) -> Match:
        """Look where the project says it is from; one that does not say may be of either list."""
        where, bare = project_name(text)
        if where is None:
            return look(name, text)
        # Somebody may have named a class so: then the whole name is the better match.
        found = look(name, bare) if where is name else Match()
        return found if found != Match() else look(name, text)

    return [
        Coding(
            supplier=look(ListName.SUPPLIERS, details.supplier, details.supplier_id),
            category=look(ListName.ACCOUNTS, details.category, details.category_id),
            customer=look(ListName.CUSTOMERS, details.customer),
            project_class=project(ListName.CLASSES, details.project),
            project_location=project(ListName.LOCATIONS, details.project),
            payment_account=look(ListName.PAYMENT_METHODS, details.payment_method),
            tax_account=look(ListName.ACCOUNTS, "", business.tax_account_id),
        )
        for details in many
    ]
