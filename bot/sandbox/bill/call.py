"""One request on its way through the server, and the answer to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from starlette.responses import Response

from bot.sandbox.bill.fields import Fields, parse_object
from bot.sandbox.bill.lists import Sorted
from bot.sandbox.bill.state import BillState, Organization


@dataclass(frozen=True)
class Caller:
    """Say who calls: organization, user, how they signed in, and whose limits count."""

    organization: Organization
    user_id: str
    kind: Literal["user", "sync-token", "grant"]
    key: str
    trusted: bool
    session_id: str


@dataclass(frozen=True)
class Call:
    """Hold what a handler needs of one request."""

    state: BillState
    method: str
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    address: str
    caller: Caller | None = None
    sorted: Sorted = field(default_factory=Sorted)

    @property
    def signed_in(self) -> Caller:
        """Return the caller; only calls behind the gate have one."""
        if self.caller is None:
            raise LookupError("this call is not behind the gate")
        return self.caller

    @property
    def organization(self) -> Organization:
        """Return the caller's organization."""
        return self.signed_in.organization

    def fields(self, *, partial: bool = False) -> Fields:
        """Return the fields of the JSON object in the body."""
        return Fields(parse_object(self.body, self.content_type), partial=partial)

    @property
    def content_type(self) -> str:
        """Return the content type of the body, empty when there is none."""
        return self.headers.get("content-type", "")


Handler = Callable[[Call], Response]


def answer(data: Any, status: int = 200) -> Response:
    """Return a JSON answer; amounts become plain numbers."""
    return Response(json.dumps(data, default=_number), status, media_type="application/json")


def _number(value: object) -> float | int:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"cannot write {type(value).__name__} as JSON")
