"""The pages of the redirect flow: sign in, choose the organization, go back."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.sandbox.bill.call import Call
from bot.sandbox.bill.ids import opaque
from bot.sandbox.bill.oauth import accepts_redirect, give_code
from bot.sandbox.bill.pages import consent_page, problem_page, sign_in_page
from bot.sandbox.bill.state import Authorization, BillState

TICKET_MINUTES = 10
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def authorize(call: Call) -> Response:
    """Answer `GET /authx/authorize` with the sign-in page.

    A wrong client or redirect address is shown here; anything else that is wrong is
    sent back to the redirect address.
    """
    state, query = call.state, call.query
    redirect_uri = query.get("redirect_uri", "")
    if query.get("client_id") != state.client.id:
        return _problem("This application is not known here.")
    if not accepts_redirect(state.client, redirect_uri):
        return _problem("The address to return to is not registered for this application.")
    run = Authorization(
        ticket=opaque(32),
        client_id=state.client.id,
        redirect_uri=redirect_uri,
        state=query.get("state", ""),
        challenge=query.get("code_challenge", ""),
        expires=state.now() + timedelta(minutes=TICKET_MINUTES),
    )
    if query.get("response_type") != "code":
        return _back(run, error="unsupported_response_type", error_description="response_type must be code")
    if query.get("code_challenge_method") != "S256" or _CHALLENGE.fullmatch(run.challenge) is None:
        return _back(run, error="invalid_request", error_description="code_challenge with S256 is required")
    if not run.state:
        return _back(run, error="invalid_request", error_description="state is required")
    state.authorizations[run.ticket] = run
    return _page(sign_in_page(run.ticket, state.people, _names(state)))


def check_password(call: Call) -> Response:
    """Answer the sign-in form with the choice of organization, or the form again."""
    form = _form(call)
    run = _run(call.state, form)
    if run is None:
        return _problem("This sign-in has expired. Please start again.")
    if form.get("decision") == "deny":
        return _deny(call.state, run)
    if "fill" in form:
        return _page(sign_in_page(run.ticket, call.state.people, _names(call.state), fill=form["fill"]))
    email, password = form.get("email", "").strip().lower(), form.get("password", "")
    person = next((one for one in call.state.people if one.email == email and one.password == password), None)
    if person is None:
        names = _names(call.state)
        return _page(sign_in_page(run.ticket, call.state.people, names, wrong=True, email=email), 401)
    run.person = person
    return _page(consent_page(run.ticket, person, [call.state.organizations[name] for name in person.users]))


def consent(call: Call) -> Response:
    """Answer the choice of organization by going back with a code, or with `access_denied`."""
    form = _form(call)
    run = _run(call.state, form)
    if run is None or run.person is None:
        return _problem("This sign-in has expired. Please start again.")
    if form.get("decision") != "allow":
        return _deny(call.state, run)
    organization_id = form.get("organizationId", "")
    if organization_id not in run.person.users:
        return _problem("You do not belong to this organization.", 403)
    return _back(run, code=give_code(call.state, run, organization_id))


def _names(state: BillState) -> dict[str, str]:
    return {organization.id: organization.name for organization in state.organizations.values()}


def _run(state: BillState, form: dict[str, str]) -> Authorization | None:
    run = state.authorizations.get(form.get("ticket", ""))
    return run if run is not None and not run.code and state.now() < run.expires else None


def _deny(state: BillState, run: Authorization) -> Response:
    del state.authorizations[run.ticket]
    return _back(run, error="access_denied", error_description="The person did not allow it")


def _back(run: Authorization, **parameters: str) -> Response:
    if run.state:
        parameters["state"] = run.state
    joint = "&" if "?" in run.redirect_uri else "?"
    return RedirectResponse(run.redirect_uri + joint + urlencode(parameters), 303, {"cache-control": "no-store"})


def _form(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status, {"cache-control": "no-store", "x-frame-options": "DENY"})


def _problem(text: str, status: int = 400) -> Response:
    return _page(problem_page(text), status)
