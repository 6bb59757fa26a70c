"""The tax rates of a business, from which items and rules choose."""

from __future__ import annotations

from decimal import Decimal

from bot.domain.businesses import Business, TaxTreatment
from bot.domain.lines import number
from bot.domain.lists import ListName
from bot.domain.people import Right, may
from bot.domain.tax import TaxRate
from bot.domain.work import Job
from bot.errors import FormError, InputError
from bot.services.base import Base, business_in, find_business
from bot.services.people import require
from storage import lists, people, rules


class Rates:
    """Keep tax rates."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def listing(
        self, workspace_id: str, user_id: str, channel_id: str = "", business_id: str = ""
    ) -> tuple[Business, tuple[TaxRate, ...], bool]:
        """Return a business with its tax rates, and whether this person may change them."""
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SEE)
            found = tuple(rate for rate in rules.rates(session, business.id) if not rate.removed)
            return business, found, may(people.roles_of(session, business.id, user_id), Right.SETTINGS)

    def check_may_add(self, workspace_id: str, user_id: str, business_id: str) -> Business:
        """Return the business for somebody about to add a rate; raise `NotAllowedError` for others."""
        with self._base.database.begin() as session:
            business = business_in(session, workspace_id, business_id)
            require(session, business, user_id, Right.SETTINGS)
        return business

    def add(
        self,
        workspace_id: str,
        user_id: str,
        business_id: str,
        name: str,
        percent: str,
        treatment: TaxTreatment,
        account_id: str,
    ) -> TaxRate:
        """Add a tax rate; raises `FormError` for what cannot be used."""
        title, share = " ".join(name.replace("\0", "").split())[:60], number(percent.strip().removesuffix("%"))
        errors = {} if title else {"rate_name": "Type a name, such as VAT 20."}
        if share is None or not 0 < share < 1000:
            errors["rate_percent"] = "Type a per cent above 0, such as 8.25."
        if treatment is TaxTreatment.OWN_LINE and not account_id:
            errors["tax_account"] = "Choose the account that the tax goes to."
        if errors:
            raise FormError(errors)
        now = self._base.clock()
        with self._base.database.begin() as session:
            business = business_in(session, workspace_id, business_id)
            require(session, business, user_id, Right.SETTINGS)
            own = account_id if treatment is TaxTreatment.OWN_LINE else ""
            entry = lists.by_ids(session, business.id, [own]).get((ListName.ACCOUNTS, own)) if own else None
            if own and (entry is None or entry.archived):
                raise InputError("That account is no longer in Bill.com. Choose another.", field="tax_account")
            rate = TaxRate(self._base.new_id(), title, share or Decimal(0), treatment, own)
            rules.add_rate(session, business.id, rate, user_id, now)
        return rate

    def remove(self, workspace_id: str, user_id: str, business_id: str, rate_id: str) -> None:
        """Take a tax rate out of the choices; open items that have it then say that they need another."""
        with self._base.database.begin() as session:
            business = business_in(session, workspace_id, business_id)
            require(session, business, user_id, Right.SETTINGS)
            rules.remove_rate(session, business.id, rate_id, self._base.clock())
            job = Job("look_again", f"look:{business.id}:{self._base.new_id()}", (business.id,))
            self._base.work.enqueue_in(session, job)
