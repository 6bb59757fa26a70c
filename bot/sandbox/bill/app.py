"""The routing table of the pretend Bill.com, and how a request gets to its handler."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.bill import bills, documents, errors, gate, login, oauth, signin, v2, webpage
from bot.sandbox.bill.call import Call, Caller, Handler, answer
from bot.sandbox.bill.control import CONTROLS, control
from bot.sandbox.bill.credits import create_credit
from bot.sandbox.bill.entries import archive_in, create_in, list_of, one_of, patch_in
from bot.sandbox.bill.errors import BillRefusal
from bot.sandbox.bill.lists import Sorted
from bot.sandbox.bill.payments import record_payment
from bot.sandbox.bill.state import BillState

WRITABLE = {
    "chart-of-accounts": "/v3/classifications/chart-of-accounts",
    "accounting-classes": "/v3/classifications/accounting-classes",
    "locations": "/v3/classifications/locations",
    "customers": "/v3/customers",
    "vendors": "/v3/vendors",
}
"""The lists that can be written, with their paths."""

READABLE = {
    **WRITABLE,
    "users": "/v3/users",
    "roles": "/v3/roles",
    "banks": "/v3/funding-accounts/banks",
    "vendor-credits": "/v3/vendor-credits",
}
"""The lists that are read in the common way, with their paths."""


def signed_in_calls() -> dict[tuple[str, str], Handler]:
    """Return the calls that need a session or access token, by method and path."""
    table: dict[tuple[str, str], Handler] = {
        ("GET", "/v3/login/session"): login.session_details,
        ("POST", "/v3/logout"): login.log_out,
        ("GET", "/v3/organizations/{id}"): login.organization_details,
        ("GET", "/v3/bills"): bills.list_bills,
        ("POST", "/v3/bills"): bills.create_bill,
        ("POST", "/v3/bills/bulk"): bills.create_bills,
        ("POST", "/v3/bills/record-payment"): record_payment,
        ("GET", "/v3/bills/{id}"): bills.get_bill,
        ("PUT", "/v3/bills/{id}"): bills.replace_bill,
        ("PATCH", "/v3/bills/{id}"): bills.patch_bill,
        ("POST", "/v3/bills/{id}/archive"): bills.archive_bill(True),
        ("POST", "/v3/bills/{id}/restore"): bills.archive_bill(False),
        ("POST", "/v3/vendor-credits"): create_credit,
        ("POST", "/v3/documents/bills/{id}"): documents.upload,
        ("GET", "/v3/documents/bills/{id}"): documents.list_documents,
        ("GET", "/v3/documents/upload-status"): documents.upload_status,
        ("GET", "/v3/documents/{id}"): documents.get_document,
        ("GET", "/download/documents/{id}"): documents.download,
    }
    # Not of the contract, but named in what is known of Bill.com (docs/bill-com.md, terms of payment).
    table["GET", "/v3/organizations/{id}/payment-terms"] = list_of("payment-terms")
    for kind, path in READABLE.items():
        table["GET", path] = list_of(kind)
        table["GET", path + "/{id}"] = one_of(kind)
    for kind, path in WRITABLE.items():
        table["POST", path] = create_in(kind)
        table["PATCH", path + "/{id}"] = patch_in(kind)
        table["POST", path + "/{id}/archive"] = archive_in(kind, True)
        table["POST", path + "/{id}/restore"] = archive_in(kind, False)
    return table


def open_calls() -> dict[tuple[str, str], Handler]:
    """Return the calls that check for themselves who calls, by method and path."""
    return {
        ("POST", "/v3/login"): login.log_in,
        ("GET", "/bills/{id}"): webpage.show_bill,
        ("GET", "/vendor-credits/{id}"): webpage.show_credit,
        ("GET", "/authx/authorize"): signin.authorize,
        ("POST", "/authx/sign-in"): signin.check_password,
        ("POST", "/authx/consent"): signin.consent,
        ("POST", "/authx/token"): oauth.token,
        ("POST", "/api/v2/Login.json"): v2.v2_call(v2.log_in),
        ("POST", "/api/v2/SetApprovers.json"): v2.v2_call(v2.set_approvers),
        ("POST", "/api/v2/ListApprovers.json"): v2.v2_call(v2.list_approvers),
        ("POST", "/api/v2/ClearApprovers.json"): v2.v2_call(v2.clear_approvers),
        **{(method, f"/_control/{name}"): control(work) for (method, name), work in CONTROLS.items()},
    }


def make_app(state: BillState) -> Starlette:
    """Return the application over this state, not yet recorded."""
    table = [(method, path, handler, True) for (method, path), handler in signed_in_calls().items()]
    table += [(method, path, handler, False) for (method, path), handler in open_calls().items()]
    long_lists = Sorted()
    routes = [
        Route(path, _endpoint(state, long_lists, handler, gated), methods=[method])
        for method, path, handler, gated in table
    ]
    nothing = Route("/{path:path}", _endpoint(state, long_lists, _no_such_call, False), methods=_METHODS)
    return Starlette(routes=[*routes, nothing])


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def _no_such_call(call: Call) -> Response:
    raise errors.refuse(404, errors.NO_SUCH_CALL, f"There is no API {call.method} {call.path}.")


def _caller(state: BillState, request: Request) -> Caller:
    return gate.authenticate(state, request.headers, download=request.url.path.startswith("/download/"))


def _endpoint(
    state: BillState, long_lists: Sorted, handler: Handler, gated: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        if gated and state.switches.latency:
            await asyncio.sleep(state.switches.latency)
        try:
            caller = _caller(state, request) if gated else None
            if caller is not None:
                gate.admit(state, caller, request.method, request.url.path, request.scope.get(gate.BUSY, 1))
            return handler(
                Call(
                    state=state,
                    method=request.method,
                    path=request.url.path,
                    parameters=request.path_params,
                    query=request.query_params,
                    headers=request.headers,
                    body=body,
                    address=str(request.base_url).rstrip("/"),
                    caller=caller,
                    sorted=long_lists,
                )
            )
        except BillRefusal as refusal:
            return answer([problem.as_v3(state.now()) for problem in refusal.problems], refusal.status)
        finally:
            if request.method != "GET":
                long_lists.forget()

    return endpoint
