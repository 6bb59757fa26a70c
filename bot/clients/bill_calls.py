"""Every call to Bill.com v3 that the bot makes, and how a call is made for one connection.

The table answers for each call whether it may be repeated (docs/bill-com.md, errors and limits).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import httpx

from bot.clients.bill_access import BillAccess, BillGrant, Ticket
from bot.clients.bill_auth import JSON_HEADERS, SignIns
from bot.clients.bill_errors import refusal
from bot.clients.bill_line import Line
from bot.clients.bill_oauth import WHO_AM_I
from bot.clients.http import Operation, Outgoing, Repeat
from bot.clients.wire import encode
from bot.errors import SessionEndedError

SESSION = WHO_AM_I
ORGANIZATION = Operation("GET", "/v3/organizations/{organization_id}", Repeat.SAFE)
ACCOUNTS = Operation("GET", "/v3/classifications/chart-of-accounts", Repeat.SAFE)
CLASSES = Operation("GET", "/v3/classifications/accounting-classes", Repeat.SAFE)
LOCATIONS = Operation("GET", "/v3/classifications/locations", Repeat.SAFE)
VENDORS = Operation("GET", "/v3/vendors", Repeat.SAFE)
CUSTOMERS = Operation("GET", "/v3/customers", Repeat.SAFE)
PAYMENT_TERMS = Operation("GET", "/v3/organizations/{organization_id}/payment-terms", Repeat.SAFE)
USERS = Operation("GET", "/v3/users", Repeat.SAFE)
USER = Operation("GET", "/v3/users/{user_id}", Repeat.SAFE)
BANKS = Operation("GET", "/v3/funding-accounts/banks", Repeat.SAFE)
BILLS = Operation("GET", "/v3/bills", Repeat.SAFE)
CREDITS = Operation("GET", "/v3/vendor-credits", Repeat.SAFE)
BILL = Operation("GET", "/v3/bills/{bill_id}", Repeat.SAFE)
DOCUMENTS = Operation("GET", "/v3/documents/bills/{bill_id}", Repeat.SAFE)
DOCUMENT = Operation("GET", "/v3/documents/{document_id}", Repeat.SAFE)
UPLOAD_STATUS = Operation("GET", "/v3/documents/upload-status", Repeat.SAFE)

# Bill.com knows no idempotency key: what these make has to be looked for before it is made again.
CREATE_BILL = Operation("POST", "/v3/bills", Repeat.FIND_FIRST)
CREATE_CREDIT = Operation("POST", "/v3/vendor-credits", Repeat.FIND_FIRST)
CREATE_VENDOR = Operation("POST", "/v3/vendors", Repeat.FIND_FIRST)
ATTACH_DOCUMENT = Operation("POST", "/v3/documents/bills/{bill_id}", Repeat.FIND_FIRST)
RECORD_PAYMENT = Operation("POST", "/v3/bills/record-payment", Repeat.FIND_FIRST)


_HOLD = timedelta(seconds=5)
# Far less than a grant is renewed ahead of its end, and soon over when somebody disconnects.


class Calls:
    """Make calls for one connection: show its ticket, renew it once if it has ended, translate refusals."""

    def __init__(self, line: Line, sign_ins: SignIns, access: BillAccess, clock: Callable[[], datetime]) -> None:
        self._line = line
        self._sign_ins = sign_ins
        self._access = access
        self._clock = clock
        self._held: tuple[Ticket, datetime] | None = None

    @property
    def access(self) -> BillAccess:
        """Return where the credentials of this connection live."""
        return self._access

    def pause(self, seconds: float) -> None:
        """Wait, because Bill.com asked for it."""
        self._line.pause(seconds)

    def get(self, operation: Operation, params: Mapping[str, str] | None = None, **ids: str) -> httpx.Response:
        """Return the successful answer to a read; raises any UpstreamError but OutcomeUnknownError."""
        return self._call(operation, {"accept": "application/json"}, params, None, ids)

    def post(self, operation: Operation, body: object) -> httpx.Response:
        """Return the successful answer to a write of JSON; raises any UpstreamError."""
        return self._call(operation, JSON_HEADERS, None, encode(body), {})

    def upload(self, operation: Operation, name: str, content: bytes, content_type: str, **ids: str) -> httpx.Response:
        """Return the successful answer to a raw body; raises any UpstreamError."""
        headers = {"accept": "application/json", "content-type": content_type}
        return self._call(operation, headers, {"name": name}, content, ids)

    def _call(
        self,
        operation: Operation,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        content: bytes | None,
        ids: Mapping[str, str],
    ) -> httpx.Response:
        url = operation.url(**ids)

        def once(ticket: Ticket) -> httpx.Response:
            outgoing = Outgoing({**headers, **self._sign_ins.headers(ticket)}, params, content)
            response = self._line.send(ticket.organization_id, operation, url, outgoing)
            if not response.is_success:
                raise refusal(response, operation, now=self._clock(), bearer=isinstance(ticket, BillGrant))
            return response

        ticket = self._ticket()
        try:
            return once(ticket)
        except SessionEndedError:
            # The call was turned away at the door, nothing was done: this holds for creating as well.
            pass
        self._held = None
        return once(self._sign_ins.ticket(self._access, refused=ticket))

    def _ticket(self) -> Ticket:
        """Return what is shown at the door, for a list of a thousand pages not read from the vault a thousand times."""
        now, held = self._clock(), self._held
        if held is not None and timedelta() <= now - held[1] < _HOLD:
            return held[0]
        ticket = self._sign_ins.ticket(self._access)
        self._held = (ticket, now)
        return ticket
