"""Creating a supplier in Bill.com from an item."""

from __future__ import annotations

import json
from typing import Any

from blocks.ids import Action, Field
from blocks.kit import Block
from blocks.suppliers import country_options, ordered_message, supplier_modal
from bot.domain.countries import countries_like
from bot.domain.suppliers import NewSupplier
from handlers.commands import OpenView
from handlers.desk import Desk, clicked, value_of
from handlers.modals import choice, text


def supplier_new(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Open the form for a new supplier."""
    who = clicked(body)
    open_view(supplier_modal(desk.suppliers.form(who.workspace_id, who.user_id, value_of(body)["i"])))


def create_supplier(desk: Desk, body: dict[str, Any]) -> None:
    """Order the supplier, and say that it is on its way."""
    who, memory = clicked(body), json.loads(body["view"]["private_metadata"])
    wanted = NewSupplier(
        name=text(body, Field.SUPPLIER_NAME),
        line1=text(body, Field.LINE1),
        line2=text(body, Field.LINE2),
        city=text(body, Field.CITY),
        state=text(body, Field.STATE),
        postal_code=text(body, Field.POSTAL_CODE),
        country=choice(body, Field.COUNTRY, Action.COUNTRY),
        email=text(body, Field.EMAIL),
        currency=text(body, Field.CURRENCY),
    )
    order = desk.suppliers.order(who.workspace_id, who.user_id, memory["i"], wanted)
    desk.answer(who, ordered_message(order))


def countries(_desk: Desk, body: dict[str, Any]) -> Block:
    """Return the countries that match what somebody types."""
    return country_options(countries_like(body.get("value") or ""))
