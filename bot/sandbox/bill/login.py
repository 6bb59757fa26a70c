"""v3's sign-in calls: user and sync-token sign-in are the same call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

from bot.sandbox.bill import errors, gate
from bot.sandbox.bill.call import Call, answer
from bot.sandbox.bill.ids import opaque
from bot.sandbox.bill.state import BillState, Session


@dataclass(frozen=True)
class SignIn:
    """Hold what somebody signs in with."""

    username: str
    password: str
    organization_id: str
    dev_key: str


def sign_in(state: BillState, given: SignIn) -> Session:
    """Return a new session, not yet kept anywhere.

    Wrong developer key is BDC_1102, wrong name or password (or a revoked sync token)
    BDC_1101, an organization they do not belong to BDC_1123.
    """
    status = state.switches.sign_in_status
    if given.dev_key not in state.dev_keys:
        raise errors.refuse(status, errors.BAD_DEV_KEY, "Developer key is invalid.")
    gate.spend(state, given.dev_key, "requests")
    gate.spend(state, given.dev_key, "logins")
    organization = state.organizations.get(given.organization_id)
    if organization is not None:
        gate.check_lock(state, organization)
    places, kind = _places(state, given.username, given.password)
    if not places:
        raise errors.refuse(status, errors.SIGN_IN_FAILED, "The user name or password is wrong.")
    if given.organization_id not in places:
        raise errors.refuse(status, errors.WRONG_ORGANIZATION, "The organization ID is wrong for this sign-in.")
    return Session(
        id=opaque(64),
        dev_key=given.dev_key,
        organization_id=given.organization_id,
        user_id=places[given.organization_id],
        kind=kind,
        last_used=state.now(),
    )


def _places(state: BillState, name: str, password: str) -> tuple[dict[str, str], Literal["user", "sync-token"]]:
    """Return the organizations this name and password open, with the user id in each."""
    for person in state.people:
        if person.email.lower() == name.lower() and person.password == password:
            return person.users, "user"
    for organization in state.organizations.values():
        token = organization.sync_token
        if token is not None and not token.revoked and (token.name, token.value) == (name, password):
            return {organization.id: token.user_id}, "sync-token"
    return {}, "user"


def log_in(call: Call) -> Response:
    """Answer `POST /v3/login`."""
    fields = call.fields()
    fields.allow("username", "password", "organizationId", "devKey", "rememberMeId", "device")
    given = SignIn(
        username=fields.text("username", required=True) or "",
        password=fields.text("password", required=True) or "",
        organization_id=fields.text("organizationId", required=True) or "",
        dev_key=fields.text("devKey", required=True) or "",
    )
    remembered, device = fields.text("rememberMeId"), fields.text("device", longest=48)
    fields.check()
    session = sign_in(call.state, given)
    session.trusted = session.kind == "user" and bool(remembered and device)
    call.state.sessions[session.id] = session
    return answer(
        {
            "sessionId": session.id,
            "organizationId": session.organization_id,
            "userId": session.user_id,
            "trusted": session.trusted,
        }
    )


def session_details(call: Call) -> Response:
    """Answer `GET /v3/login/session`."""
    caller = call.signed_in
    return answer(
        {
            "organizationId": caller.organization.id,
            "userId": caller.user_id,
            "mfaStatus": "COMPLETE" if caller.trusted else "DISABLED",
            "mfaBypass": False,
        }
    )


def log_out(call: Call) -> Response:
    """Answer `POST /v3/logout`; the session, or the grant's access token, is dead afterwards."""
    caller = call.signed_in
    if caller.session_id:
        del call.state.sessions[caller.session_id]
    else:
        gate.live_grant(call.state, call.headers["authorization"]).access_expires = call.state.now()
    return Response(status_code=200)


def organization_details(call: Call) -> Response:
    """Answer `GET /v3/organizations/{id}`, for the caller's own organization only."""
    organization = call.organization
    if call.parameters["id"] != organization.id:
        raise errors.refuse(403, errors.WRONG_ORGANIZATION, "The organization ID is wrong for this session.")
    return answer(organization.profile)
