"""What every v3 call passes before its work: devKey, session, lock-out, limits, permissions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.sandbox.bill import errors
from bot.sandbox.bill.call import Caller
from bot.sandbox.bill.state import BillState, Grant, Organization, Session
from bot.sandbox.wire import Asgi, Receive, Scope, Send

ROLE_LACKS = {"ACCOUNTANT": ("/v3/users", "/v3/roles")}
"""What a stock role may not do (facts/bill.md 2.2: accountants cannot view approvers)."""

BUSY = "bill.busy"
"""Where the number of the organization's requests in progress is kept in the ASGI scope."""


def authenticate(state: BillState, headers: Mapping[str, str], *, download: bool = False) -> Caller:
    """Return who calls, and keep their session alive. A download goes without the devKey."""
    if "authorization" in headers:
        grant = live_grant(state, headers["authorization"])
        organization = state.organizations[grant.organization_id]
        return Caller(organization, grant.user_id, "grant", grant.client_id, True, "")
    session_id = headers.get("sessionid", "")
    dev_key = headers.get("devkey", "")
    if download and not dev_key:
        if session_id not in state.sessions:
            raise errors.session_gone()
        dev_key = state.sessions[session_id].dev_key
    if dev_key not in state.dev_keys:
        raise errors.refuse(401, errors.BAD_DEV_KEY, "Developer key is invalid.")
    session = live_session(state, state.sessions, session_id, dev_key)
    organization = state.organizations[session.organization_id]
    return Caller(organization, session.user_id, session.kind, dev_key, session.trusted, session.id)


def live_session(state: BillState, sessions: dict[str, Session], session_id: str, dev_key: str) -> Session:
    """Return a session that has not idled out, and reset its idle time."""
    session = sessions.get(session_id)
    if session is None or session.dev_key != dev_key:
        raise errors.session_gone()
    switches = state.switches
    idle = switches.token_idle_seconds if session.kind == "sync-token" else switches.user_idle_seconds
    if state.now() - session.last_used > timedelta(seconds=idle):
        del sessions[session_id]
        raise errors.session_gone()
    session.last_used = state.now()
    return session


def live_grant(state: BillState, header: str) -> Grant:
    """Return the grant whose access token the `Authorization` header carries."""
    scheme, _, token = header.partition(" ")
    for grant in state.grants:
        if scheme.lower() == "bearer" and token and grant.access_token == token and not grant.revoked:
            if grant.access_expires is not None and state.now() < grant.access_expires:
                return grant
            break
    raise errors.session_gone()


def admit(state: BillState, caller: Caller, method: str, path: str, busy: int) -> None:
    """Let an authenticated call pass, or refuse it."""
    check_lock(state, caller.organization)
    if busy > state.switches.concurrency:
        raise errors.refuse(
            state.switches.limit_status, errors.TOO_MANY_AT_ONCE, "Maximum number of concurrent requests was reached."
        )
    spend(state, caller.key, "requests")
    check_permission(caller, method, path)


def check_lock(state: BillState, organization: Organization) -> None:
    """Refuse with 423 BDC_1107 while the organization is locked out."""
    if organization.locked_until is not None and state.now() < organization.locked_until:
        raise errors.refuse(423, errors.LOCKED_OUT, "The organization is locked out. Try again later.")


def spend(state: BillState, key: str, what: str) -> None:
    """Count a request or log-in against the hourly quota of a developer key (BDC_1144)."""
    quota = state.switches.login_quota if what == "logins" else state.switches.request_quota
    slot = (key, what, state.now().strftime("%Y-%m-%dT%H"))
    if state.spent.get(slot, 0) >= quota:
        raise errors.refuse(
            state.switches.limit_status, errors.QUOTA_SPENT, f"The hourly limit of {quota} {what} was reached."
        )
    state.spent[slot] = state.spent.get(slot, 0) + 1


def check_permission(caller: Caller, method: str, path: str) -> None:
    """Refuse what the organization's rules or the user's role do not permit."""
    organization = caller.organization
    user = organization.find("users", caller.user_id) or {}
    lacking = ROLE_LACKS.get(user.get("role", {}).get("type", ""), ())
    if any(_covers(rule, method, path) for rule in (*organization.denied, *lacking)):
        raise errors.not_permitted()
    if not caller.trusted and any(_covers(rule, method, path) for rule in organization.untrusted):
        raise errors.refuse(403, errors.NOT_TRUSTED, "The session is not MFA trusted.")


def _covers(rule: str, method: str, path: str) -> bool:
    """Say whether a rule, `/path` or `METHOD /path`, covers the call or one below it."""
    verb, _, prefix = rule.rpartition(" ")
    return verb in ("", method) and (path == prefix or path.startswith(prefix + "/"))


def count_busy(app: Asgi, state: BillState) -> Asgi:
    """Wrap `app` so that requests in progress are counted by key and organization.

    It goes around the recording, so a request held by a fault rule counts as well.
    """

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        key = _limit_key(state, scope)
        if key is None:
            await app(scope, receive, send)
            return
        state.busy[key] = state.busy.get(key, 0) + 1
        scope[BUSY] = state.busy[key]
        try:
            await app(scope, receive, send)
        finally:
            state.busy[key] -= 1

    return counted


def _limit_key(state: BillState, scope: Scope) -> tuple[str, str] | None:
    if scope["type"] != "http" or not scope["path"].startswith("/v3/"):
        return None
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    token = headers.get("authorization", "").partition(" ")[2]
    if token:
        grant = next((grant for grant in state.grants if grant.access_token == token), None)
        return (grant.client_id, grant.organization_id) if grant else None
    session = state.sessions.get(headers.get("sessionid", ""))
    return (session.dev_key, session.organization_id) if session else None
