"""Naming the approvers of one bill, which only Bill.com's older v2 interface can.

v2 has a sign-in of its own and answers 200 even when it refuses (docs/bill-com.md, approvers, errors).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

from bot.clients.bill_access import SERVICE, BillAccess, BillApp, BillGrant, SyncToken
from bot.clients.bill_auth import SignIns, credentials_at_fault
from bot.clients.bill_doorway import garbled, knock, sendable
from bot.clients.bill_errors import refusal
from bot.clients.bill_line import Line
from bot.clients.flights import SingleFlight
from bot.clients.http import Operation, Outgoing, Repeat, unreadable
from bot.clients.quota import BILL_LOGINS, Quota
from bot.clients.wire import UnreadableError, encode, parse
from bot.errors import PermissionMissingError, SessionEndedError

LOGIN = Operation("POST", "/Login.json", Repeat.NEVER)
# The first approver gets a mail each time, so it is not sent again on a mere suspicion.
SET_APPROVERS = Operation("POST", "/SetApprovers.json", Repeat.NEVER)

_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


class _Session(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    sessionId: SecretStr | None = None  # noqa: N815 - Bill.com's own name


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    response_status: int
    response_data: object = None


class _LoginEnvelope(_Envelope):
    response_data: _Session


class ApproversDesk:
    """Set approvers over v2; thread-safe, keeps its sessions in memory."""

    def __init__(
        self,
        line: Line | None,
        app: BillApp,
        sign_ins: SignIns,
        quota: Quota,
        clock: Callable[[], datetime],
    ) -> None:
        self._line = line
        self._app = app
        self._sign_ins = sign_ins
        self._quota = quota
        self._clock = clock
        self._flights = SingleFlight()
        self._guard = threading.Lock()
        self._sessions: dict[SyncToken, SecretStr] = {}

    def set_approvers(self, access: BillAccess, bill_id: str, user_ids: Sequence[str]) -> None:
        """Make these users the approvers of a bill, in this order, in place of any before.

        Raises PermissionMissingError where v2 is not set up, OutcomeUnknownError after a lost answer,
        otherwise any UpstreamError.
        """
        line = self._line
        if line is None:
            raise PermissionMissingError(
                "Approvers can't be set from here; please set them in Bill.com.",
                service=SERVICE,
                detail="no v2 address",
            )
        data = encode({"objectId": bill_id, "entity": "Bill", "approvers": list(user_ids)}).decode()
        held = access.credentials()
        if isinstance(held, BillGrant):
            self._with_grant(line, access, data)
        else:
            self._with_session(line, held, data)

    def _with_session(self, line: Line, token: SyncToken, data: str) -> None:
        session = self._session(line, token, None)
        try:
            self._send(line, token.organization_id, session, data, {})
            return
        except SessionEndedError:
            pass
        self._send(line, token.organization_id, self._session(line, token, session), data, {})

    def _with_grant(self, line: Line, access: BillAccess, data: str) -> None:
        ticket = self._sign_ins.ticket(access)
        try:
            self._send(line, ticket.organization_id, None, data, self._sign_ins.headers(ticket))
            return
        except SessionEndedError:
            pass
        ticket = self._sign_ins.ticket(access, refused=ticket)
        self._send(line, ticket.organization_id, None, data, self._sign_ins.headers(ticket))

    def _send(
        self, line: Line, organization_id: str, session: SecretStr | None, data: str, headers: dict[str, str]
    ) -> None:
        form = {"devKey": self._app.developer_key.get_secret_value(), "data": data}
        if session is not None:
            form["sessionId"] = session.get_secret_value()
        outgoing = Outgoing(_FORM | headers, content=urlencode(form).encode())
        response = line.send(organization_id, SET_APPROVERS, SET_APPROVERS.url(), outgoing)
        try:
            refused = _refused(response)
        except UnreadableError as error:
            raise unreadable(SET_APPROVERS, error, service=SERVICE) from None
        if refused:
            raise refusal(response, SET_APPROVERS, now=self._clock(), bearer=session is None)

    def _session(self, line: Line, token: SyncToken, ended: SecretStr | None) -> SecretStr:
        def current() -> SecretStr | None:
            with self._guard:
                kept = self._sessions.get(token)
            return None if kept == ended else kept

        def renew() -> SecretStr:
            session = self._sign_in(line, token)
            with self._guard:
                # Sessions of a token that was replaced since are of no use to anybody.
                for other in [one for one in self._sessions if one.organization_id == token.organization_id]:
                    del self._sessions[other]
                self._sessions[token] = session
            return session

        return self._flights.run(token.organization_id, current, renew)

    def _sign_in(self, line: Line, token: SyncToken) -> SecretStr:
        self._quota.take(BILL_LOGINS)
        form = {
            "devKey": self._app.developer_key.get_secret_value(),
            "orgId": token.organization_id,
            "userName": token.name,
            "password": token.value.get_secret_value(),
        }
        response = knock(line, token.organization_id, LOGIN, Outgoing(_FORM, content=urlencode(form).encode()))
        try:
            if _refused(response):
                raise credentials_at_fault(refusal(response, LOGIN, now=self._clock()))
            reply = parse(_LoginEnvelope, response.content)
        except UnreadableError as error:
            raise garbled(LOGIN, str(error)) from None
        return sendable(reply.response_data.sessionId, LOGIN)


def _refused(response: httpx.Response) -> bool:
    """Say whether v2 refused; raises UnreadableError for a success that is not v2's envelope."""
    return not response.is_success or parse(_Envelope, response.content).response_status != 0
