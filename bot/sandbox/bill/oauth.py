"""The token endpoint of the redirect flow, and the rules its codes and tokens live by.

BILL publishes no redirect flow; this one follows its newest OAuth calls and RFC 6749,
7636 and 9700. Codes work once and for a minute, refresh tokens rotate.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from starlette.responses import Response

from bot.sandbox.bill.call import Call, answer
from bot.sandbox.bill.ids import opaque
from bot.sandbox.bill.state import Authorization, BillState, Grant, OAuthClient

CODE_SECONDS = 60
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class OAuthRefusal(Exception):  # noqa: N818 - it is an answer of the pretend server, not a fault of ours
    """Carry an error of the token endpoint."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


def accepts_redirect(client: OAuthClient, uri: str) -> bool:
    """Say whether the client may have answers sent to this address, which must match exactly."""
    if client.redirect_uris is not None:
        return uri in client.redirect_uris
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in LOOPBACK and not parts.fragment


def give_code(state: BillState, run: Authorization, organization_id: str) -> str:
    """Return the code for a consent that was given."""
    run.organization_id = organization_id
    run.code = opaque(40)
    run.code_expires = state.now() + timedelta(seconds=CODE_SECONDS)
    return run.code


def token(call: Call) -> Response:
    """Answer `POST /authx/token` for `authorization_code` and `refresh_token`."""
    try:
        grant = _granted(call)
    except OAuthRefusal as refusal:
        data = {"error": refusal.error, "error_description": refusal.description}
        refused = answer(data, refusal.status)
        refused.headers["cache-control"] = "no-store"
        return refused
    seconds = call.state.switches.access_token_seconds
    grant.access_token, grant.refresh_token = opaque(48), opaque(48)
    grant.access_expires = call.state.now() + timedelta(seconds=seconds)
    given = answer(
        {
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "token_type": "Bearer",
            "expires_in": seconds,
            "organizationId": grant.organization_id,
            "userId": grant.user_id,
        }
    )
    given.headers["cache-control"] = "no-store"
    return given


def _granted(call: Call) -> Grant:
    """Return the grant that new tokens are to be given for."""
    if call.content_type.split(";")[0].strip() != "application/x-www-form-urlencoded":
        raise OAuthRefusal("invalid_request", "The request must be form-encoded.")
    form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    client = call.state.client
    known = form.get("client_id") == client.id
    if not known or not hmac.compare_digest(form.get("client_secret", "").encode(), client.secret.encode()):
        raise OAuthRefusal("invalid_client", "The client id or secret is wrong.", 401)
    match form.get("grant_type"):
        case "authorization_code":
            return _from_code(call.state, form)
        case "refresh_token":
            return _from_refresh_token(call.state, form)
        case None | "":
            raise OAuthRefusal("invalid_request", "grant_type is missing.")
        case _:
            raise OAuthRefusal("unsupported_grant_type", "This grant_type is not supported.")


def _from_code(state: BillState, form: dict[str, str]) -> Grant:
    for name in ("code", "redirect_uri", "code_verifier"):
        if not form.get(name):
            raise OAuthRefusal("invalid_request", f"{name} is missing.")
    run = next((run for run in state.authorizations.values() if run.code == form["code"]), None)
    if run is None:
        raise OAuthRefusal("invalid_grant", "The code is unknown.")
    if run.grant is not None or run.spent:
        if run.grant is not None:
            run.grant.revoked = True
        raise OAuthRefusal("invalid_grant", "The code was used before.")
    run.spent = True
    if run.code_expires is None or state.now() > run.code_expires:
        raise OAuthRefusal("invalid_grant", "The code has expired.")
    if run.redirect_uri != form["redirect_uri"]:
        raise OAuthRefusal("invalid_grant", "redirect_uri is not that of the authorization.")
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    if base64.urlsafe_b64encode(digest).decode().rstrip("=") != run.challenge:
        raise OAuthRefusal("invalid_grant", "code_verifier does not match.")
    person = run.person
    if person is None:
        raise OAuthRefusal("invalid_grant", "Nobody has signed in.")
    grant = Grant(run.organization_id, person.users[run.organization_id], run.client_id)
    run.grant = grant
    state.grants.append(grant)
    return grant


def _from_refresh_token(state: BillState, form: dict[str, str]) -> Grant:
    given = form.get("refresh_token")
    if not given:
        raise OAuthRefusal("invalid_request", "refresh_token is missing.")
    for grant in state.grants:
        if grant.refresh_token == given and not grant.revoked:
            return grant
    raise OAuthRefusal("invalid_grant", "The refresh token is unknown, used or revoked.")
