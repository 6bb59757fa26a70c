"""The tax rates of a business: the list, and the form of a new one."""

from __future__ import annotations

from collections.abc import Sequence

from blocks.ids import Action, Field, View
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    choice_input,
    confirm,
    context,
    field,
    foreign,
    message,
    modal,
    option,
    plural,
    search_input,
    section,
    text_input,
)
from bot.domain.businesses import Business, TaxTreatment
from bot.domain.tax import TaxRate


def rates_message(business: Business, rates: Sequence[TaxRate], may_change: bool) -> Message:
    """List the tax rates of a business."""
    own = {"b": business.id}
    sure = confirm("Remove this rate?", "Items that have it and are not published yet need another.", "Remove")
    rows = [
        section(
            f"*{foreign(rate.label)}*\n{_treatment(rate)}",
            button("Remove", f"{Action.RATE_REMOVE}.{rate.id[:12]}", {**own, "t": rate.id}, confirm=sure)
            if may_change
            else None,
        )
        for rate in rates[:40]
    ]
    head = f"{plural(len(rates), 'tax rate')} of {foreign(business.name)}"
    none = section("There are none. Items then go by the amount of tax, booked as `/dext settings` says.")
    return message(
        f"{head}.",
        section(f"*{head}*"),
        *(rows or [none]),
        actions(button("Add Rate…", Action.RATE_NEW, own)) if may_change else None,
        context("Bill.com has no tax codes on bills: a rate says how much tax a total contains, and how it is booked."),
    )


def _treatment(rate: TaxRate) -> str:
    own = rate.treatment is TaxTreatment.OWN_LINE
    return "on a line of its own, to its tax account" if own else "inside the category's line"


def rate_modal(business: Business) -> Block:
    """Ask for a new tax rate."""
    options = [
        option("Inside the category's line", TaxTreatment.INSIDE.value),
        option("On a line of its own, to a tax account", TaxTreatment.OWN_LINE.value),
    ]
    return modal(
        View.RATE,
        "New tax rate",
        "Save",
        {"b": business.id},
        field(Field.RATE_NAME, "Name", text_input(Field.RATE_NAME, most=60), hint="As people know it, such as VAT 20."),
        field(Field.RATE_PERCENT, "Per cent of the net amount", text_input(Field.RATE_PERCENT, most=10)),
        field(Field.TAX, "How it is booked in Bill.com", choice_input(Field.TAX, options, TaxTreatment.INSIDE.value)),
        field(
            Field.TAX_ACCOUNT,
            "Tax account",
            search_input(Action.TAX_ACCOUNT),
            hint="Only for a line of its own.",
            optional=True,
        ),
    )
