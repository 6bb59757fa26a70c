"""Creating a supplier in Bill.com: the button, the form, and what came of it."""

from __future__ import annotations

from typing import Any

from blocks.ids import Action, Field, View
from blocks.item import open_button, request_button
from blocks.kit import Block, Message, actions, clip, field, foreign, message, modal, option, section
from bot.domain.items import ItemStatus
from bot.domain.suppliers import Order, OrderReport, OrderState, SupplierForm

_NAME = 100


def supplier_modal(form: SupplierForm) -> Block:
    """Ask for what Bill.com demands of a new supplier."""
    details = form.item.details
    country: dict[str, Any] = {
        "type": "external_select",
        "action_id": Action.COUNTRY,
        "min_query_length": 0,
        "placeholder": {"type": "plain_text", "text": "Choose a country", "emoji": False},
    }
    return modal(
        View.SUPPLIER,
        "New Supplier",
        "Create",
        {"i": form.item.id, "b": form.business.id},
        section(
            f"Created in Bill.com for *{foreign(form.business.name, 100)}*, from item #{form.item.number}. Look it "
            "up first if you are not sure: the same supplier under another spelling would be a second one."
        ),
        field(
            Field.SUPPLIER_NAME,
            "Name",
            _text(Field.SUPPLIER_NAME, _NAME, clip(details.supplier, _NAME)),
            hint="Items find it by this name, so leave it as Dext has it.",
        ),
        field(Field.LINE1, "Address", _text(Field.LINE1, 100), hint="Bill.com creates no supplier without one."),
        field(Field.LINE2, "Address, second line", _text(Field.LINE2, 100), optional=True),
        field(Field.CITY, "City", _text(Field.CITY, 50)),
        field(Field.STATE, "State or province", _text(Field.STATE, 50), hint="Needed in the US.", optional=True),
        field(Field.POSTAL_CODE, "Postal code", _text(Field.POSTAL_CODE, 20)),
        field(Field.COUNTRY, "Country", country),
        field(Field.EMAIL, "Email", _text(Field.EMAIL, 128), optional=True),
        field(
            Field.CURRENCY,
            "Currency of its bills",
            _text(Field.CURRENCY, 3, details.currency or "USD"),
            hint="Items in another currency can't be published to it.",
        ),
    )


def country_options(found: list[tuple[str, str]]) -> Block:
    """Return the choices for the country's menu."""
    return {"options": [option(name, code) for code, name in found]}


def ordered_message(order: Order) -> Message:
    """Answer the person who filled in the form."""
    text = f"Creating *{foreign(order.supplier.name, 120)}* in Bill.com. You hear from me when it is there."
    return message(text, section(text))


def order_message(report: OrderReport) -> Message:
    """Say what came of an order, and how the item stands now."""
    order, item = report.order, report.item
    name = foreign(order.supplier.name, 120)
    if order.state is OrderState.STOPPED:
        text = f"{name} was not created in Bill.com: {foreign(order.problem, 400).rstrip('.')}."
        return message(text, section(text), actions(open_button(item)))
    made = "was in Bill.com already, so nothing was created" if order.found else "is in Bill.com now"
    lacks = "; ".join(item.lacks)
    stands = f"is {item.status.label.lower()}" + (f": {foreign(lacks, 400)}" if lacks else "")
    ready = item.status is ItemStatus.READY
    return message(
        f"The supplier {name} {made}.",
        section(f"The supplier *{name}* {made} (`{foreign(order.vendor_id, 60)}`). Item #{item.number} {stands}."),
        actions(request_button(item, {}) if ready else None, open_button(item)),
    )


def _text(field_id: Field, most: int, value: str = "") -> Block:
    block: Block = {"type": "plain_text_input", "action_id": field_id, "max_length": most}
    return block | {"initial_value": value} if value else block
