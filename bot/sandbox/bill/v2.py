"""The few v2 calls that v3 lacks: form fields in, always HTTP 200, errors in the envelope."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response

from bot.sandbox.bill import errors, gate
from bot.sandbox.bill.call import Call, Caller, answer
from bot.sandbox.bill.errors import BillRefusal
from bot.sandbox.bill.login import SignIn, sign_in
from bot.sandbox.bill.state import Organization, Row
from bot.sandbox.bill.times import stamp

APPROVING_ROLES = ("ADMINISTRATOR", "ACCOUNTANT", "APPROVER")
"""Roles that v2 takes as approvers (facts/bill.md 2.2)."""

Form = dict[str, str]


def v2_call(work: Callable[[Call, Form], Any]) -> Callable[[Call], Response]:
    """Return the handler that reads the form and puts the result of `work` into v2's envelope."""

    def handled(call: Call) -> Response:
        form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            if call.content_type.split(";")[0].strip() != "application/x-www-form-urlencoded":
                raise errors.refuse(400, errors.BAD_JSON, "The request must be form-encoded.")
            data = work(call, form)
        except BillRefusal as refusal:
            problem = refusal.problems[0]
            data = {"error_code": problem.code, "error_message": problem.message}
            return answer({"response_status": 1, "response_message": "Error", "response_data": data})
        return answer({"response_status": 0, "response_message": "Success", "response_data": data})

    return handled


def log_in(call: Call, form: Form) -> Row:
    """Do `Login.json`; v2 sessions are no v3 sessions."""
    names = ("devKey", "orgId", "userName", "password")
    dev_key, organization_id, user_name, password = (_needed(form, name) for name in names)
    session = sign_in(call.state, SignIn(user_name, password, organization_id, dev_key))
    call.state.v2_sessions[session.id] = session
    return {
        "sessionId": session.id,
        "apiEndPoint": f"{call.address}/api/v2",
        "usersId": session.user_id,
        "orgId": session.organization_id,
    }


def set_approvers(call: Call, form: Form) -> Row:
    """Do `SetApprovers.json`: name a bill's approvers in order, in place of those it had."""
    caller = _caller(call, form)
    data = _data(form)
    bill = _bill(caller.organization, data)
    user_ids = data.get("approvers")
    if not isinstance(user_ids, list) or not user_ids:
        raise errors.refuse(400, errors.MISSING, "approvers: must be a list of user ids", "approvers")
    if len(set(map(str, user_ids))) != len(user_ids):
        raise errors.refuse(400, errors.BAD_VALUE, "approvers: a user is there twice", "approvers")
    for user_id in user_ids:
        _check_approver(caller.organization, user_id)
    now = stamp(call.state.now())
    bill["approvers"] = [
        {"userId": user_id, "status": "WAITING", "approverOrder": order, "statusChangedTime": now}
        for order, user_id in enumerate(user_ids, start=1)
    ]
    bill["approvalStatus"] = "ASSIGNED"
    call.state.touch(bill)
    caller.organization.approvers_set.append({"billId": bill["id"], "approvers": list(user_ids), "at": now})
    return {}


def list_approvers(call: Call, form: Form) -> list[Row]:
    """Do `ListApprovers.json`: a bill's approvers in order."""
    caller = _caller(call, form)
    bill = _bill(caller.organization, _data(form))
    return [
        {
            "entity": "BillApprover",
            "objectId": bill["id"],
            "usersId": approver["userId"],
            "sortOrder": approver["approverOrder"],
            "status": "1",
            "statusChangedTime": approver["statusChangedTime"],
        }
        for approver in bill.get("approvers", [])
    ]


def clear_approvers(call: Call, form: Form) -> Row:
    """Do `ClearApprovers.json`: leave a bill without approvers."""
    caller = _caller(call, form)
    bill = _bill(caller.organization, _data(form))
    bill.pop("approvers", None)
    bill["approvalStatus"] = "UNASSIGNED"
    call.state.touch(bill)
    return {}


def _caller(call: Call, form: Form) -> Caller:
    """Return who calls, by v2 session (or access token, where the switch allows it)."""
    state = call.state
    if "authorization" in call.headers and state.switches.v2_bearer == "allow":
        caller = gate.authenticate(state, {"authorization": call.headers["authorization"]})
    else:
        dev_key = _needed(form, "devKey")
        if dev_key not in state.dev_keys:
            raise errors.refuse(401, errors.BAD_DEV_KEY, "Developer key is invalid.")
        session = gate.live_session(state, state.v2_sessions, _needed(form, "sessionId"), dev_key)
        organization = state.organizations[session.organization_id]
        caller = Caller(organization, session.user_id, session.kind, dev_key, session.trusted, session.id)
    gate.admit(state, caller, call.method, call.path, busy=0)
    return caller


def _needed(form: Form, name: str) -> str:
    if not form.get(name):
        raise errors.refuse(400, errors.MISSING, f"{name}: is required", name)
    return form[name]


def _data(form: Form) -> Row:
    try:
        data = json.loads(_needed(form, "data"))
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise errors.refuse(400, errors.BAD_JSON, "data: is not a JSON object", "data")
    return data


def _bill(organization: Organization, data: Row) -> Row:
    if data.get("entity", "Bill") != "Bill":
        raise errors.refuse(400, errors.UNKNOWN_FIELD, "entity: only Bill is served", "entity")
    bill = organization.find("bills", data.get("objectId"))
    if bill is None:
        raise errors.not_found("bill", str(data.get("objectId", "")))
    return bill


def _check_approver(organization: Organization, user_id: object) -> None:
    user = organization.find("users", user_id)
    if user is None:
        raise errors.refuse(422, errors.BAD_REFERENCE, "approvers: does not name a user", "approvers", str(user_id))
    if user["archived"]:
        raise errors.refuse(422, errors.RULE_BROKEN, "approvers: the user is archived", "approvers", str(user_id))
    if user["role"]["type"] not in APPROVING_ROLES:
        raise errors.refuse(422, errors.NOT_PERMITTED, "approvers: the user may not approve", "approvers", str(user_id))
