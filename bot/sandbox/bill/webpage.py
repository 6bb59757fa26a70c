"""The page that a link to a bill leads to: what Bill.com's web application would show of it."""

from __future__ import annotations

from html import escape
from typing import Any

from starlette.responses import HTMLResponse, Response

from bot.sandbox.bill.call import Call
from bot.sandbox.bill.pages import bill_page, credit_page, problem_page


def show_bill(call: Call) -> Response:
    """Answer `GET /bills/{id}` with the bill, its lines and its documents."""
    wanted = call.parameters["id"]
    for organization in call.state.organizations.values():
        bill = organization.lists["bills"].get(wanted)
        if bill is not None:
            vendor = organization.lists["vendors"].get(bill["vendorId"], {}).get("name", "")
            lines = [_line(organization.lists["chart-of-accounts"], line) for line in bill["billLineItems"]]
            return HTMLResponse(bill_page(bill, vendor, lines), headers={"cache-control": "no-store"})
    return HTMLResponse(problem_page(f"There is no bill {escape(wanted)}."), 404)


def show_credit(call: Call) -> Response:
    """Answer `GET /vendor-credits/{id}` with the credit and its lines."""
    wanted = call.parameters["id"]
    for organization in call.state.organizations.values():
        credit = organization.lists["vendor-credits"].get(wanted)
        if credit is not None:
            vendor = organization.lists["vendors"].get(credit["vendorId"], {}).get("name", "")
            lines = [_line(organization.lists["chart-of-accounts"], line) for line in credit["vendorCreditLineItems"]]
            return HTMLResponse(credit_page(credit, vendor, lines), headers={"cache-control": "no-store"})
    return HTMLResponse(problem_page(f"There is no vendor credit {escape(wanted)}."), 404)


def _line(accounts: dict[str, Any], line: dict[str, Any]) -> tuple[str, str]:
    account = line.get("classifications", {}).get("chartOfAccountId", "")
    return accounts.get(account, {}).get("name", "no account"), str(line["amount"])
