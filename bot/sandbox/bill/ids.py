"""Ids and secrets in Bill.com's form: a prefix that tells the kind, then opaque characters."""

from __future__ import annotations

import random
import secrets
import string

PREFIXES = {
    "organizations": "008",
    "users": "006",
    "roles": "0po",
    "vendors": "009",
    "customers": "0cu",
    "chart-of-accounts": "0ca",
    "accounting-classes": "cls",
    "locations": "loc",
    "banks": "bac",
    "payment-terms": "00p",
    "bills": "00n",
    "bill-lines": "bli",
    "vendor-credits": "vcr",
    "vendor-credit-lines": "vcl",
    "uploads": "0du",
    "documents": "00h",
    "payments": "stp",
    "bill-payments": "blp",
}
"""The first three characters of each kind's ids (facts/bill.md 2.1; `vcl` and `blp` are invented)."""

ID_LENGTH = 20
_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits


def opaque(length: int, source: random.Random | None = None) -> str:
    """Return `length` random letters and digits.

    With a `source` they are the same in every run, for seeds. Without it they never
    repeat, so that an id kept from an earlier run of the sandbox names nothing.
    """
    if source is not None:
        return "".join(source.choice(_ALPHABET) for _ in range(length))
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_id(kind: str, source: random.Random | None = None) -> str:
    """Return a new id of a kind in `PREFIXES`."""
    return PREFIXES[kind] + opaque(ID_LENGTH - 3, source)
