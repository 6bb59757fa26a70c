"""Dext for the rest of the bot: one gateway a process, one client a connection.

There is no call that publishes. Dext's own publishing would be a second writer of bills beside the
bot, so it must not even be reachable from here (docs/dext.md, publishing).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import httpx
from pydantic import SecretStr, TypeAdapter

from bot.clients import dext_wire as wire
from bot.clients.dext_auth import REFRESH_BEFORE, DextAccess, DextGrant, Grants
from bot.clients.dext_errors import SERVICE, TurnedAwayError, complaint, readable, refusal
from bot.clients.dext_wire import DextAccount, DextEntry, DextImage, DextReceipt, Kind
from bot.clients.http import Operation, Outgoing, Repeat, exchange, repeating, unreadable
from bot.clients.wire import UnreadableError, encode, fit
from bot.errors import (
    DuplicateError,
    NoSuchEntryError,
    PermissionMissingError,
    RefusedError,
    TokenRevokedError,
)

__all__ = [
    "DextAccess",
    "DextAccount",
    "DextClient",
    "DextEntry",
    "DextGateway",
    "DextGrant",
    "DextImage",
    "DextReceipt",
    "Kind",
]

# Everything here may be repeated: reading, and writing that ends the same however often it is done.
LIST_USERS = Operation("POST", "/api/list_users", Repeat.SAFE)
INBOX = Operation("POST", "/api/inbox", Repeat.SAFE)
RECEIPTS = Operation("POST", "/api/receipts", Repeat.SAFE)
STATUSES = Operation("POST", "/api/getReceiptsStatus", Repeat.SAFE)
# Dext takes the same file once, so what may have arrived can be found out by sending it again (docs/dext.md).
POST_RECEIPT = Operation("POST", "/api/postReceipt", Repeat.FIND_FIRST)
UPDATE = Operation("POST", "/api/update_receipt_data", Repeat.SAFE)
IMAGE = Operation("POST", "/api/image", Repeat.SAFE)
ENTRIES: Mapping[Kind, Operation] = {kind: Operation("POST", f"/api/{kind}", Repeat.SAFE) for kind in wire.LISTS}
PUSH: Mapping[Kind, Operation] = {kind: Operation("POST", f"/api/add_{kind}", Repeat.SAFE) for kind in wire.LISTS}
DELETE: Mapping[Kind, Operation] = {kind: Operation("POST", f"/api/delete_{kind}", Repeat.SAFE) for kind in wire.LISTS}

AT_ONCE = 500
"""Rows in one writing call. Dext names no limit; a whole chart of accounts in one body may take too long."""

Shape = TypeVar("Shape")
Item = TypeVar("Item")


class DextGateway:
    """Hold what all connections share; one a process, thread-safe.

    `http` comes from `upstream_client` and stays the caller's to close; `clock` gives aware UTC. Dext
    is given `redirect_uri` at every refresh where it is set, as its own client does.
    """

    def __init__(
        self,
        http: httpx.Client,
        client_id: str,
        client_secret: SecretStr,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        *,
        redirect_uri: str = "",
    ) -> None:
        self._http = http
        self._sleep = sleep
        self._grants = Grants(http, client_id, client_secret, clock, redirect_uri)

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return where a browser goes to connect."""
        return self._grants.authorize_url(redirect_uri, state)

    def exchange_code(self, code: str, redirect_uri: str) -> DextGrant:
        """Trade the code of a redirect for a grant, once; the grant is the caller's to keep.

        Raises TokenRevokedError when Dext refuses the code, CredentialsError(which="client"),
        UnavailableError, RateLimitedError, GarbledReplyError.
        """
        return self._grants.exchange_code(code, redirect_uri)

    def client(self, access: DextAccess, renew_before: timedelta = REFRESH_BEFORE) -> DextClient:
        """Return the client of one connection; it is cheap and thread-safe.

        A grant that ends within `renew_before` is renewed before the first call.
        """
        return DextClient(self._http, self._grants, access, self._sleep, renew_before)


class DextClient:
    """Speak to Dext for one connection; thread-safe.

    Every method renews the grant by itself when Dext turns it away. Raises TokenRevokedError when an
    admin must reconnect, PermissionMissingError when a fresh grant is not enough, RefusedError,
    RateLimitedError, UnavailableError (repeating does no harm), GarbledReplyError.
    """

    def __init__(
        self,
        http: httpx.Client,
        grants: Grants,
        access: DextAccess,
        sleep: Callable[[float], None],
        renew_before: timedelta,
    ) -> None:
        self._http = http
        self._grants = grants
        self._access = access
        self._sleep = sleep
        self._renew_before = renew_before

    def account(self) -> DextAccount:
        """Return the account the grant belongs to; raises GarbledReplyError when it is not exactly one."""
        users = self._call(LIST_USERS, {}, lambda value: fit(wire.Users, value)).users
        ids = {user.account_id for user in users if user.account_id}
        if len(ids) != 1:
            raise unreadable(LIST_USERS, UnreadableError(f"users of {len(ids)} accounts"), service=SERVICE)
        return DextAccount(ids.pop(), tuple(user.email for user in users if user.email and not user.suspended))

    def inbox(self) -> list[DextReceipt]:
        """Return every document of the inbox; Dext has neither pages nor a filter for changes."""
        return self._call(INBOX, {}, _receipts)

    def receipt(self, receipt_id: str) -> DextReceipt:
        """Return a document; raises NoSuchEntryError."""
        return _one(self._call(RECEIPTS, {"id": _number(receipt_id)}, _receipts), receipt_id)

    def unarchived(self) -> list[DextReceipt]:
        """Return every document that is not archived, also those that Dext is still reading; newest first."""
        found = self._call(RECEIPTS, {"new": True}, _receipts)
        return sorted(found, key=lambda receipt: int(receipt.id), reverse=True)

    def is_read(self, receipt_id: str) -> bool:
        """Say whether Dext has finished reading a document; raises NoSuchEntryError."""
        rows = self._call(STATUSES, {"receipts": [{"receiptid": _number(receipt_id)}]}, wire.statuses)
        if receipt_id not in rows:
            raise _gone("it is not in the answer")
        return rows[receipt_id]

    def post_receipt(self, name: str, content: bytes, content_type: str = "application/octet-stream") -> str:
        """Send a file of at most 6 MB as a new document and return its id; never sent twice by itself.

        Raises DuplicateError when the account has a file with these bytes already, OutcomeUnknownError when
        it may have arrived: sending it again then says so by DuplicateError. RefusedError otherwise.
        """
        form = httpx.Request("POST", "http://form", files={"photo": (name, content, content_type)})
        kind = form.headers["content-type"]
        try:
            return self._send(POST_RECEIPT, form.read(), kind, lambda value: fit(wire.Posted, value).receiptid)
        except RefusedError as error:
            if not isinstance(error, NoSuchEntryError) and wire.says_duplicate(error.reason):
                raise DuplicateError(
                    "Dext has this very file already.", service=SERVICE, detail=error.detail, reason=error.reason
                ) from None
            raise

    def update_receipt(self, receipt_id: str, changes: Mapping[str, str | bool]) -> DextReceipt:
        """Write fields of a document, named as Dext names them, and return what it is now.

        Raises NoSuchEntryError. Writing the same again is harmless, so it is repeated after a lost answer.
        """
        # Dext wants the changes as text of JSON inside the JSON (docs/dext.md, calls).
        body = {"id": _number(receipt_id), "data": json.dumps(dict(changes), ensure_ascii=False)}
        return _one(self._call(UPDATE, body, _receipts), receipt_id)

    def image(self, receipt_id: str) -> DextImage:
        """Return the file of a document; raises NoSuchEntryError, GarbledReplyError for a broken file."""
        return self._call(IMAGE, {"id": _number(receipt_id)}, lambda value: wire.image(fit(wire.ImageReply, value)))

    def push(self, kind: Kind, entries: Sequence[tuple[str, str, str]]) -> None:
        """Add or overwrite rows (id, name, code) of a list, 500 a call; ids are ours to choose.

        A failure midway leaves the first ones written; pushing all again is harmless.
        """
        rows = [{"id": entry_id, "name": name} | ({"code": code} if code else {}) for entry_id, name, code in entries]
        for some in _chunks(rows):
            self._call(PUSH[kind], {kind: some}, _anything)

    def delete(self, kind: Kind, ids: Sequence[str]) -> None:
        """Delete rows of a list by the ids they were pushed with, 500 a call."""
        for some in _chunks([{"id": entry_id} for entry_id in ids]):
            self._call(DELETE[kind], {kind: some}, _anything)

    def entries(self, kind: Kind) -> list[DextEntry]:
        """Return a whole list."""

        def read(value: object) -> list[DextEntry]:
            found = fit(TypeAdapter(dict[str, object]), value).get(kind)
            rows = TypeAdapter(list[wire.EntryRow])
            return [DextEntry(row.id, row.name, row.code) for row in fit(rows, found)]

        return self._call(ENTRIES[kind], {}, read)

    def _call(self, operation: Operation, body: Mapping[str, object], read: Callable[[object], Shape]) -> Shape:
        return self._send(operation, encode(body), "application/json", read)

    def _send(self, operation: Operation, content: bytes, content_type: str, read: Callable[[object], Shape]) -> Shape:
        grant = self._grants.current(self._access, renew_before=self._renew_before)
        try:
            return self._once(operation, content, content_type, grant, read)
        except TurnedAwayError:
            grant = self._grants.current(self._access, refused=grant)
        try:
            return self._once(operation, content, content_type, grant, read)
        except TurnedAwayError as error:
            raise _barred(error) from None

    def _once(
        self,
        operation: Operation,
        content: bytes,
        content_type: str,
        grant: DextGrant,
        read: Callable[[object], Shape],
    ) -> Shape:
        headers = {
            "authorization": f"Bearer {grant.access_token.get_secret_value()}",
            "content-type": content_type,
            "accept": "application/json",
        }
        outgoing = Outgoing(headers, content=content)
        response = repeating(
            operation.repeat,
            lambda: exchange(self._http, operation, operation.url(), outgoing, service=SERVICE),
            sleep=self._sleep,
        )
        value = readable(response.content)
        found = complaint(value)
        if found is not None or not response.is_success:
            raise refusal(response, found, operation)
        try:
            return read(value)
        except UnreadableError as error:
            raise unreadable(operation, error, service=SERVICE) from None


def _receipts(value: object) -> list[DextReceipt]:
    return [wire.receipt(row) for row in fit(wire.Receipts, value).receipts]


def _anything(value: object) -> None:
    # Lists echo what was written; only that it is an object of JSON matters.
    fit(TypeAdapter(dict[str, object]), value)


def _one(receipts: Iterable[DextReceipt], receipt_id: str) -> DextReceipt:
    found = next((receipt for receipt in receipts if receipt.id == receipt_id), None)
    if found is None:
        raise _gone("it is not in the answer")
    return found


def _number(receipt_id: str) -> int:
    if not (receipt_id.isascii() and receipt_id.isdigit()):
        raise _gone("the id is not a number")
    return int(receipt_id)


def _chunks(rows: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def _gone(detail: str) -> NoSuchEntryError:
    reason = "Dext doesn't have this document any more."
    return NoSuchEntryError(reason, service=SERVICE, detail=detail, reason=reason)


def _barred(error: TurnedAwayError) -> TokenRevokedError | PermissionMissingError:
    if error.status == 401:
        return TokenRevokedError(
            "Dext doesn't accept this connection any more. An admin has to connect Dext again.",
            service=SERVICE,
            detail=error.detail,
        )
    return PermissionMissingError(
        "The Dext user of this connection isn't permitted to do this. An admin can change its role in Dext.",
        service=SERVICE,
        detail=error.detail,
    )
