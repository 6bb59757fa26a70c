"""What the control API can switch: behaviour the facts leave open, and limits."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal


@dataclass
class Switches:
    """Hold the choices where Bill.com's own behaviour is unknown, and the limits.

    `duplicates`: whether a repeated invoice number of one vendor is refused (422 BDC_1171).
    `duplicate_field`: whether create takes `allowDuplicateInvoiceNumber`.
    `names`: whether a second vendor, customer, class, location or account may have the same name.
    `pay_from`: whether bills take `payFromChartOfAccountId` (else 403 BDC_1145).
    `payment_extras`: whether record-payment takes `description` and `classifications`.
    `v2_bearer`: whether v2 takes an access token in place of a v2 session.
    `partial_status`: the spelling of a partly paid bill's `paymentStatus`.
    `sign_in_status`: HTTP status of refused sign-ins; `limit_status`: of quota and concurrency.
    `document_seconds`: how long an upload is in progress; `document_types`: accepted file endings.
    `document_bytes`: size limit of a file. `latency`: real seconds each v3 call takes.
    `access_token_seconds`: life of access tokens; sessions idle out after `user_idle_seconds`
    and `token_idle_seconds`. `concurrency`, `request_quota`, `login_quota`: the limits.
    """

    duplicates: Literal["allow", "refuse"] = "allow"
    duplicate_field: Literal["allow", "refuse"] = "refuse"
    names: Literal["allow", "refuse"] = "allow"
    pay_from: Literal["allow", "refuse"] = "allow"
    payment_extras: Literal["allow", "refuse"] = "refuse"
    v2_bearer: Literal["allow", "refuse"] = "refuse"
    partial_status: str = "PARTIALLY_PAID"
    sign_in_status: int = 401
    limit_status: int = 429
    document_seconds: float = 1.0
    document_types: tuple[str, ...] = ("pdf", "png", "jpg", "jpeg")
    document_bytes: int = 6_000_000
    latency: float = 0.0
    access_token_seconds: int = 3600
    user_idle_seconds: int = 35 * 60
    token_idle_seconds: int = 48 * 3600
    concurrency: int = 3
    request_quota: int = 20_000
    login_quota: int = 200

    def change(self, **changes: Any) -> None:
        """Set switches by name.

        Raises ValueError for a name there is not or a value of the wrong kind.
        """
        known = {entry.name for entry in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"no such switch: {name}")
            current = getattr(self, name)
            if isinstance(current, tuple):
                value = tuple(value)
            elif isinstance(current, float) and isinstance(value, int | Decimal) and not isinstance(value, bool):
                value = float(value)
            if type(value) is not type(current):
                raise ValueError(f"{name}: expected {type(current).__name__}")
            if current in ("allow", "refuse") and value not in ("allow", "refuse"):
                raise ValueError(f"{name}: expected allow or refuse")
            setattr(self, name, value)
