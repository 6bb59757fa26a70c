"""The documents of the demo: invented, believable, the same in every run."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]

_TRADES = {
    "Acme Cloud Services": ("Software Subscriptions", "ACS", 90, 1400),
    "Blue Harbor Logistics": ("Freight & Shipping", "BHL", 60, 900),
    "Cedar & Sons Joinery": ("Cost of Materials", "CSJ", 400, 5200),
    "Delphi Print Works": ("Printing & Stationery", "DPW", 80, 600),
    "Evergreen Office Supply": ("Office Supplies", "EOS", 20, 260),
    "Fjord Energy": ("Utilities", "FJE", 150, 700),
}


def documents(today: date, number: int) -> list[Json]:
    """Return documents of the last five weeks that lack nothing, oldest first."""
    source = random.Random("a few weeks at Harbor & Pine")
    made = []
    for index in range(number):
        supplier = list(_TRADES)[index % len(_TRADES)]
        category, prefix, least, most = _TRADES[supplier]
        issued = today - timedelta(days=35 - round(index * 34 / number))
        total = source.randrange(least * 100, most * 100)
        taxed = source.random() < 0.4
        made.append(
            {
                "payee": supplier,
                "category": category,
                "invoice_number": f"{prefix}-{3100 + index * 7}",
                "date": issued.isoformat(),
                "due_date": (issued + timedelta(days=30)).isoformat(),
                "currency": "USD",
                "total_amount": f"{total / 100:.2f}",
                "vat_amount": f"{round(total * 0.08) / 100:.2f}" if taxed else "0.00",
                "paid": False,
            }
        )
    return made


def second_documents(today: date, suppliers: list[str], category: str) -> list[Json]:
    """Return the documents of the second business, over the suppliers and a category its Bill.com knows."""
    source = random.Random("a few weeks at Kestrel")
    return [
        {
            "payee": suppliers[index % len(suppliers)],
            "category": category,
            "invoice_number": f"K-{900 + index}",
            "date": (today - timedelta(days=3 * index + 2)).isoformat(),
            "due_date": (today + timedelta(days=28 - 3 * index)).isoformat(),
            "currency": "USD",
            "total_amount": f"{source.randrange(4000, 90000) / 100:.2f}",
            "vat_amount": "0.00",
            "paid": False,
        }
        for index in range(8)
    ]
