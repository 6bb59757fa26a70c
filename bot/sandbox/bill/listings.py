"""What each list of v3 can be filtered and sorted by (facts/bill.md 2.2 and 3.3)."""

from __future__ import annotations

from bot.sandbox.bill.filters import ANY_OF, DAY, FLAG, IDS, MOMENT, NAME, Filterable
from bot.sandbox.bill.lists import Listing

_COMMON = {"id": IDS, "archived": FLAG, "createdTime": MOMENT, "updatedTime": MOMENT}
_TIMES = ("createdTime", "updatedTime")
_ONE_OR_MORE = Filterable("text", ("eq", "in"))
_CLASSIFICATIONS = ("chartOfAccountId", "accountingClassId", "departmentId", "locationId", "itemId")

CLASSIFICATION = Listing({**_COMMON, "name": NAME}, ("archived", "name", "description", *_TIMES))

LISTINGS = {
    "chart-of-accounts": CLASSIFICATION,
    "accounting-classes": CLASSIFICATION,
    "locations": CLASSIFICATION,
    "customers": Listing({**_COMMON, "name": NAME, "accountType": ANY_OF}, ("archived", "name", "email", *_TIMES)),
    "vendors": Listing(
        {
            **_COMMON,
            "name": NAME,
            "accountType": ANY_OF,
            "address.country": ANY_OF,
            "billCurrency": ANY_OF,
            "paymentStatus": ANY_OF,
        },
        ("archived", "name", "shortName", "email", "phone", "billCurrency", *_TIMES),
    ),
    "users": Listing(_COMMON, ("archived", "firstName", "lastName", *_TIMES)),
    "payment-terms": Listing({"id": IDS, "archived": FLAG}, ("name", *_TIMES)),
    "roles": Listing({"id": IDS, "createdTime": MOMENT, "updatedTime": MOMENT}, _TIMES),
    "banks": Listing({**_COMMON, "status": ANY_OF}, ("archived", *_TIMES)),
    "bills": Listing(
        {
            **_COMMON,
            "vendorId": _ONE_OR_MORE,
            "dueDate": DAY,
            "paymentStatus": IDS,
            "payFromChartOfAccountId": _ONE_OR_MORE,
            **{f"classifications.{name}": _ONE_OR_MORE for name in _CLASSIFICATIONS},
        },
        ("archived", "fundingAmount", "exchangeRate", "description", "dueDate", *_TIMES),
    ),
    "vendor-credits": Listing({**_COMMON, "vendorId": _ONE_OR_MORE}, ("archived", "creditDate", *_TIMES)),
}
"""The rules of every list that v3 serves here, by the list's name."""

DOCUMENTS = Listing({}, ())
"""The rules of a bill's documents: pages only."""
