"""Bill.com's refusals: one exception, the codes this sandbox uses, and how v3 writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox.bill.times import stamp

SIGN_IN_FAILED = "BDC_1101"
BAD_DEV_KEY = "BDC_1102"
LOCKED_OUT = "BDC_1107"
SESSION_GONE = "BDC_1109"
MISSING = "BDC_1117"
UNKNOWN_FIELD = "BDC_1119"
NO_DATA = "BDC_1120"
NO_SUCH_CALL = "BDC_1121"
BAD_JSON = "BDC_1122"
WRONG_ORGANIZATION = "BDC_1123"
BAD_FILTER = "BDC_1130"
BAD_LIST_QUERY = "BDC_1131"
BAD_VALUE = "BDC_1143"
QUOTA_SPENT = "BDC_1144"
NOT_PERMITTED = "BDC_1145"
BAD_REFERENCE = "BDC_1151"
RULE_BROKEN = "BDC_1152"
DUPLICATE = "BDC_1171"
TOO_MANY_AT_ONCE = "BDC_1322"
NOT_TRUSTED = "BDC_1361"

_DOWNSTREAM = {SESSION_GONE, BAD_REFERENCE, RULE_BROKEN, DUPLICATE}
_APPLICATION = {NOT_PERMITTED, NOT_TRUSTED, LOCKED_OUT, QUOTA_SPENT, TOO_MANY_AT_ONCE}


@dataclass(frozen=True)
class Problem:
    """Describe one thing that is wrong with a request."""

    status: int
    code: str
    message: str
    field: str = ""
    value: str = ""

    def as_v3(self, now: datetime) -> dict[str, Any]:
        """Return the element of v3's error array."""
        category = "DOWNSTREAM" if self.code in _DOWNSTREAM else "REQUEST"
        if self.code in _APPLICATION:
            category = "APPLICATION"
        error: dict[str, Any] = {
            "timestamp": stamp(now),
            "code": self.code,
            "severity": "ERROR",
            "category": category,
            "message": self.message,
        }
        if self.field:
            error["params"] = [{"name": self.field, "value": self.value}]
        return error


class BillRefusal(Exception):  # noqa: N818 - it is an answer of the pretend server, not a fault of ours
    """Carry the problems that make the server refuse a request.

    The status of the answer is that of the first problem.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems

    @property
    def status(self) -> int:
        """Return the HTTP status of the answer."""
        return self.problems[0].status

    @property
    def code(self) -> str:
        """Return the first problem's BDC code."""
        return self.problems[0].code


def refuse(status: int, code: str, message: str, field: str = "", value: str = "") -> BillRefusal:
    """Return a refusal with one problem."""
    return BillRefusal(Problem(status, code, message, field, value))


def session_gone() -> BillRefusal:
    """Return the refusal for a session or access token that is unknown, ended or idle too long."""
    return refuse(401, SESSION_GONE, "Session is invalid. Please log in.")


def not_found(what: str, object_id: str) -> BillRefusal:
    """Return the refusal for an id in the path that names nothing of this organization."""
    return refuse(404, NO_DATA, f"No {what} was found for this id.", "id", object_id)


def not_permitted() -> BillRefusal:
    """Return the refusal for an operation the person's role does not include."""
    return refuse(403, NOT_PERMITTED, "You do not have permission to do this operation.")
