"""Ids inside requests: each must name an object of the right kind that is not archived."""

from __future__ import annotations

from bot.sandbox.bill import errors
from bot.sandbox.bill.fields import Fields
from bot.sandbox.bill.ids import PREFIXES
from bot.sandbox.bill.state import Organization, Row

BILL_CLASSIFICATIONS = {
    "chartOfAccountId": "chart-of-accounts",
    "accountingClassId": "accounting-classes",
    "departmentId": None,
    "locationId": "locations",
    "itemId": None,
}
"""The classifications a whole bill can have; kinds this sandbox has no list of are None."""

LINE_CLASSIFICATIONS = {**BILL_CLASSIFICATIONS, "customerId": "customers", "jobId": None, "employeeId": None}
"""The classifications a line can have."""

PAYING_ACCOUNTS = ("BANK", "CREDIT_CARD", "OTHER_CURRENT_LIABILITY")
"""Types of accounts that a bill can be paid from."""


def reference(
    fields: Fields, name: str, organization: Organization, kind: str | None, *, required: bool = False
) -> str | None:
    """Return the id in a field; one that does not fit is noted as 422."""
    object_id = fields.text(name, required=required)
    if object_id is None:
        return None
    if kind is not None and not object_id.startswith(PREFIXES[kind]):
        fields.rule(name, errors.BAD_REFERENCE, f"is not an id of {kind}")
        return object_id
    row = organization.find(kind, object_id) if kind else None
    if row is None:
        fields.rule(name, errors.BAD_REFERENCE, "does not name anything of this organization")
    elif row.get("archived"):
        fields.rule(name, errors.RULE_BROKEN, "is archived")
    return object_id


def classifications(fields: Fields, organization: Organization, kinds: dict[str, str | None]) -> Row | None:
    """Return the `classifications` of a bill or line, None when there are none."""
    part = fields.part("classifications")
    if part is None:
        return None
    part.allow(*kinds)
    found = {name: reference(part, name, organization, kind) for name, kind in kinds.items()}
    return {name: object_id for name, object_id in found.items() if object_id is not None} or None


def paying_account(fields: Fields, name: str, organization: Organization) -> str | None:
    """Return the id of an account that money can come from."""
    account_id = reference(fields, name, organization, "chart-of-accounts")
    account = organization.find("chart-of-accounts", account_id) or {}
    if account and account["account"]["type"] not in PAYING_ACCOUNTS:
        fields.rule(name, errors.RULE_BROKEN, "is not an account that bills are paid from")
    return account_id
