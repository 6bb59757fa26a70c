"""The two invented companies and what lies in their inboxes at the start."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from bot.sandbox.dext.control import arrive
from bot.sandbox.dext.documents import Kind
from bot.sandbox.dext.state import Account, User, World

Seed = Literal["small", "empty"]

STILL_READING_SECONDS = 3600.0
"""How long the seeded item that is still in processing stays so."""


def plant(world: World, seed: Seed) -> None:
    """Found both accounts with their people; with `small` also fill the inboxes."""
    harbor = Account(4100235, "Harbor & Pine Interiors", "USD", _harbor_people())
    kestrel = Account(4100872, "Kestrel Outdoor Ltd", "USD", _kestrel_people())
    world.accounts = {harbor.id: harbor, kestrel.id: kestrel}
    if seed == "small":
        for account, rows in ((harbor, _harbor_rows()), (kestrel, _kestrel_rows())):
            for row in rows:
                _plant_item(world, account, row)


def _harbor_people() -> list[User]:
    reader = {"delete": 0, "publish": 0, "archive": 1}
    return [
        User(5200101, "Maya", "Thornton", "maya@harborandpine.example", "harbor-maya-1"),
        User(5200102, "Owen", "Castellano", "owen@harborandpine.example", "harbor-owen-2"),
        User(5200103, "Priya", "Raman", "priya@harborandpine.example", "harbor-priya-3", permissions=reader),
    ]


def _kestrel_people() -> list[User]:
    return [
        User(5200201, "Lena", "Fischer", "lena@kestreloutdoor.example", "kestrel-lena-1"),
        User(5200202, "Tom", "Adeyemi", "tom@kestreloutdoor.example", "kestrel-tom-2", suspended=True),
    ]


def _row(
    age: int,
    payee: str,
    number: str | None,
    category: str | None,
    total: str | None,
    vat: str | None,
    due: int | None = 24,
    **more: Any,
) -> dict[str, Any]:
    """Describe an item: `age` and `due` in days before and after today, the rest as details."""
    row = {"age": age, "due": due, "payee": payee, "invoice_number": number, "category": category, **more}
    return {**row, "total_amount": total and Decimal(total), "vat_amount": vat and Decimal(vat)}


def _harbor_rows() -> list[dict[str, Any]]:
    software, freight, materials = "Software Subscriptions", "Freight & Shipping", "Cost of Materials"
    printing, office, utilities = "Printing & Stationery", "Office Supplies", "Utilities"
    acme, blue, cedar = "Acme Cloud Services", "Blue Harbor Logistics", "Cedar & Sons Joinery"
    delphi, green, fjord = "Delphi Print Works", "Evergreen Office Supply", "Fjord Energy"
    card: dict[str, Any] = {"type": "receipt", "paid": True, "payment_method": "Company Card", "kind": "png"}
    return [
        # The first is complete in every respect.
        _row(6, acme, "ACS-20417", software, "1284.50", "0.00", description="Hosting, monthly plan"),
        _row(5, blue, "BHL-88213", freight, "642.75", "0.00", description="Pallets to the Lakeside site"),
        _row(9, cedar, "CSJ-0559", materials, "3910.20", "286.25", 21),
        # An invoice number of 30 characters.
        _row(4, delphi, "DPW/2026/AUTUMN-CATALOGUE/0117", printing, "218.40", "16.18"),
        _row(3, green, None, office, "96.35", "7.14", 27),
        _row(12, fjord, "FE-2217-09", utilities, "418.92", "0.00", None),
        _row(2, green, "EOS-R-7741", office, "42.18", "3.12", None, payment_method_ref="4417", **card),
        _row(7, delphi, "DPW-1180", None, "155.00", "11.48"),
        _row(8, acme, "ACS-20431", software, "89.90", None),
        _row(1, cedar, "CSJ-0563", materials, None, "0.00", 29),
        _row(2, "Juniper Street Cafe", "JSC-311", office, "27.80", "2.06", None),
        _row(10, blue, "BHL-CN-104", freight, "75.25", "0.00", None, type="credit_note"),
        _row(3, "<script>alert(1)</script> & Co", "MISC-0001", office, "310.00", "0.00", 14),
        _row(0, fjord, "FE-2231-10", utilities, "402.11", "0.00", 30, ready_in=STILL_READING_SECONDS),
    ]


def _kestrel_rows() -> list[dict[str, Any]]:
    return [
        _row(4, "Blue Harbor Logistics", "BHL-90077", "Freight & Shipping", "1120.40", "0.00"),
        _row(2, "Evergreen Office Supply", "EOS-55120", "Office Supplies", "63.99", "4.74", 28),
    ]


def _plant_item(world: World, account: Account, row: dict[str, Any]) -> None:
    today = world.clock.now().date()
    details = dict(row)
    age, due = details.pop("age"), details.pop("due")
    kind: Kind = details.pop("kind", "pdf")
    ready_in = details.pop("ready_in", 0.0)
    details["date"] = today - timedelta(days=age)
    details["due_date"] = None if due is None else today + timedelta(days=due)
    arrive(world, account, ready_in, kind, details)
