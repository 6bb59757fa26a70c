"""Every call of the contract that the sandbox serves: its reply has the contract's shape and no more."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.bill.app import open_calls, signed_in_calls

from .contract_calls import SERVED, listed
from .harness import Bench

CONTRACT = json.loads((Path(__file__).parents[2] / "contracts" / "bill-v3.json").read_text())
CALLS = {(call["method"], call["path"]): call for call in CONTRACT["calls"]}

NOT_SERVED = {
    ("POST", "/v3/bill-approvals/actions"),
    ("GET", "/v3/bill-approvals/pending-user-approvals"),
    ("GET", "/v3/bill-approvals/policies"),
    ("POST", "/v3/bill-approvals/policies"),
    ("PUT", "/v3/bill-approvals/policies/:policyId"),
    ("POST", "/v3/funding-accounts/banks"),
    ("GET", "/v3/funding-accounts/banks/users"),
    ("POST", "/v3/funding-accounts/banks/users/nominate"),
    ("PATCH", "/v3/funding-accounts/banks/:bankAccountId"),
    ("POST", "/v3/funding-accounts/banks/:bankAccountId/verify"),
    ("GET", "/v3/organizations/industries"),
    ("PATCH", "/v3/organizations/:organizationId"),
    ("GET", "/v3/organizations/:organizationId/billing-statements"),
    ("GET", "/v3/organizations/:organizationId/billing-statements/:billingStatementId"),
    ("GET", "/v3/organizations/:organizationId/price-plan"),
    ("POST", "/v3/users"),
    ("PATCH", "/v3/users/:userId"),
    ("PUT", "/v3/vendor-credits/:vendorCreditId"),
    ("PATCH", "/v3/vendor-credits/:vendorCreditId"),
    ("GET", "/v3/vendors/configuration/international-payments"),
    ("GET", "/v3/vendors/:vendorId/bank-account"),
    ("POST", "/v3/vendors/:vendorId/bank-account"),
    ("GET", "/v3/vendors/:vendorId/configuration"),
    ("GET", "/v3/events/catalog"),
    ("GET", "/v3/events/subscription/:subscriptionId"),
    ("POST", "/v3/events/subscription/:subscriptionId/event/:eventId"),
    ("GET", "/v3/subscriptions"),
    ("POST", "/v3/subscriptions"),
    ("GET", "/v3/subscriptions/:subscriptionId"),
    ("PUT", "/v3/subscriptions/:subscriptionId"),
    ("DELETE", "/v3/subscriptions/:subscriptionId"),
    ("PATCH", "/v3/subscriptions/:subscriptionId"),
    ("POST", "/v3/subscriptions/:subscriptionId/security_key"),
    ("POST", "/v3/subscriptions/:subscriptionId/test"),
}

TIMES = {"createdTime", "updatedTime"}
CORE = {
    "/v3/login": {"sessionId", "organizationId", "userId", "trusted"},
    "/v3/login/session": {"organizationId", "userId", "mfaStatus", "mfaBypass"},
    "/v3/organizations": {"id", "name", "archived"},
    "/v3/bills": {
        "id",
        "archived",
        "vendorId",
        "amount",
        "paidAmount",
        "dueAmount",
        "creditAmount",
        "dueDate",
        "invoice",
        "billLineItems",
        "paymentStatus",
        "approvalStatus",
        *TIMES,
    },
    "/v3/bills/record-payment": {"id", "vendorId", "billPayments", "amount", "processDate", "status", *TIMES},
    "/v3/documents": {"id", "name", "createdTime"},
    "/v3/documents/upload-status": {"uploadId", "status"},
    "/v3/classifications/chart-of-accounts": {"id", "archived", "name", "account", *TIMES},
    "/v3/classifications/accounting-classes": {"id", "archived", "name", *TIMES},
    "/v3/classifications/locations": {"id", "archived", "name", *TIMES},
    "/v3/customers": {"id", "archived", "name", *TIMES},
    "/v3/vendors": {"id", "archived", "name", "address", "billCurrency", *TIMES},
    "/v3/users": {"id", "archived", "firstName", "lastName", "email", "role", *TIMES},
    "/v3/roles": {"id", "type", *TIMES},
    "/v3/funding-accounts/banks": {"id", "archived", "status", "accountNumber", "bankName", "chartOfAccountId"},
    "/v3/vendor-credits": {"id", "vendorId", "amount", "appliedAmount", "status", "vendorCreditLineItems", *TIMES},
}


def test_every_call_of_the_contract_is_served_or_named_as_not_served() -> None:
    assert set(SERVED) | NOT_SERVED == set(CALLS)
    assert not set(SERVED) & NOT_SERVED
    routes = {(method, bare(path)) for method, path in {**signed_in_calls(), **open_calls()}}
    assert {(method, bare(path)) for method, path in SERVED} <= routes
    assert not {(method, bare(path)) for method, path in NOT_SERVED} & routes


@pytest.mark.parametrize("call", sorted(SERVED), ids=" ".join)
def test_reply_has_the_shape_of_the_contract(bench: Bench, call: tuple[str, str]) -> None:
    (expected,) = CALLS[call]["responses"]
    reply = SERVED[call](bench)
    assert reply.status_code == expected["status"], reply.text
    if expected["body"] == "(empty)":
        assert reply.content == b""
        return
    data = reply.json()
    fits(data, expected["body"], "reply")
    rows = data if isinstance(data, list) else data.get("results", [data])
    assert rows
    core = CORE[max((path for path in CORE if call[1].startswith(path)), key=len)]
    for row in rows:
        assert core <= set(row)


@pytest.mark.parametrize("path", ["/v3/classifications/chart-of-accounts", "/v3/vendors", "/v3/users"])
def test_a_page_in_the_middle_has_both_links(bench: Bench, path: str) -> None:
    assert {"nextPage", "prevPage"} <= set(listed(path)(bench).json())


def test_errors_have_the_shape_of_the_contract(bench: Bench) -> None:
    replies = [bench.post("/v3/vendors", {"name": "X"}), bench.get("/v3/vendors", max=0), bench.get("/v3/nothing")]
    replies.append(bench.call("GET", "/v3/bills", {"devKey": bench.credentials["devKey"]}))
    for reply in replies:
        assert reply.status_code in CONTRACT["error"]["statuses"]
        fits(reply.json(), CONTRACT["error"]["body"], "error")
        assert all({"timestamp", "code", "severity", "category", "message"} <= set(error) for error in reply.json())


def bare(path: str) -> str:
    """Return a path with its parameters unnamed, of either notation."""
    return "/".join("*" if part.startswith((":", "{")) else part for part in path.split("/"))


def fits(value: Any, shape: Any, where: str) -> None:
    """Assert that every field is in the contract, with its JSON type."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        assert set(value) <= set(shape), f"{where}: {set(value) - set(shape)} not in the contract"
        for name, inner in value.items():
            fits(inner, shape[name], f"{where}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for inner in value:
            fits(inner, shape[0], f"{where}[]")
    elif shape == "number":
        assert isinstance(value, int | float), where
        assert not isinstance(value, bool), where
    elif shape == "boolean":
        assert isinstance(value, bool), where
    else:
        assert isinstance(value, str), where
        if shape == "date-time":
            assert datetime.fromisoformat(value).tzinfo is not None, where
        elif shape == "date":
            assert len(value) == 10, where
        elif shape.startswith("enum:"):
            assert value == value.upper(), where
