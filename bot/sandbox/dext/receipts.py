"""The calls about items, which the API calls receipts (facts 1.3)."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.dext.api import Api, json_object, only, refused
from bot.sandbox.dext.documents import CONTENT_TYPES, Document, read_details
from bot.sandbox.dext.fields import checked
from bot.sandbox.dext.items import Item, shown
from bot.sandbox.dext.state import Account, Refusal, World

UPLOAD_LIMIT = 6 * 1024 * 1024
"""Bytes of an image or PDF (facts 1.8)."""


def routes(api: Api) -> list[Route]:
    """Build the routes of reading, changing, publishing and posting items."""
    receipts = _Receipts(api.world)

    async def post(request: Request) -> Response:
        try:
            async with request.form(max_files=2, max_fields=2) as form:
                account = api.account(request, form.get("sessionid"))
                return JSONResponse(receipts.post(account, await _photo(form)))
        except HTTPException:
            return refused(Refusal(400, "The body is not readable multipart"))
        except Refusal as refusal:
            return refused(refusal)

    return [
        api.call("inbox", receipts.inbox),
        api.call("receipts", receipts.receipts, ("id", "new")),
        api.call("getReceiptsStatus", receipts.statuses, ("receipts",)),
        api.call("update_receipt_data", receipts.update, ("id", "data")),
        api.call("publish_receipt", receipts.publish, ("id",)),
        api.call("image", receipts.image, ("id",)),
        Route("/api/postReceipt", post, methods=["POST"]),
    ]


class _Receipts:
    def __init__(self, world: World) -> None:
        self._world = world

    def inbox(self, account: Account, _body: Mapping[str, Any]) -> Any:
        now = self._world.clock.now()
        return self._many(account, (i for i in account.items.values() if i.ready(now) and not i.archived))

    def receipts(self, account: Account, body: Mapping[str, Any]) -> Any:
        new = body.get("new", False)
        if not isinstance(new, bool):
            raise Refusal(400, "new must be true or false")
        if "id" in body:
            return self._many(account, [self._world.item(account, body["id"])])
        return self._many(account, (i for i in account.items.values() if not (new and i.archived)))

    def statuses(self, account: Account, body: Mapping[str, Any]) -> Any:
        rows = body.get("receipts")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Refusal(400, "receipts must be a list of objects with receiptid")
        now = self._world.clock.now()
        found = []
        for row in rows:
            only(row, ("receiptid",))
            item = self._world.item(account, row.get("receiptid"))
            ready = item.ready(now)
            found.append({"id": item.id, "status": "complete" if ready else "new", "processed": ready})
        return found

    def update(self, account: Account, body: Mapping[str, Any]) -> Any:
        item, now = self._world.item(account, body.get("id")), self._world.clock.now()
        data = body.get("data")
        if not isinstance(data, str):
            raise Refusal(400, "data must be a string that holds JSON")
        sent = json_object(data, "data")
        if not sent:
            raise Refusal(400, "data must hold an object with the changed fields")
        if not item.ready(now):
            raise Refusal(400, "The receipt is still in processing")
        item.change(now, "api", checked(account, sent, item))
        return self._many(account, [item])

    def publish(self, account: Account, body: Mapping[str, Any]) -> Any:
        item = self._world.item(account, body.get("id"))
        account.publish_calls += 1
        self._world.queue_publish(item)
        return {"id": item.id, "message": "The receipt is queued for publishing"}

    def image(self, account: Account, body: Mapping[str, Any]) -> Any:
        item = self._world.item(account, body.get("id"))
        document = item.document
        return {
            "id": str(item.id),
            "image": base64.b64encode(document.data).decode(),
            "content_type": document.content_type,
            "file_name": document.file_name,
            "file_size": len(document.data),
        }

    def post(self, account: Account, document: Document) -> Any:
        if any(item.document.digest == document.digest for item in account.items.values()):
            raise Refusal(400, "The same file is already in this account")
        ready_at = self._world.clock.now() + timedelta(seconds=self._world.switches.processing_seconds)
        item = self._world.add_item(account, document, ready_at, **_extracted(account, document))
        return {"receiptid": item.id, "status": "new"}

    def _many(self, account: Account, items: Iterable[Item]) -> dict[str, Any]:
        now = self._world.clock.now()
        rows = [shown(item, account, now) for item in items]
        return {"size": len(rows), "receipts": rows}


async def _photo(form: FormData) -> Document:
    only(form, ("sessionid", "photo"))
    photos = form.getlist("photo")
    if len(photos) != 1 or not isinstance(photos[0], UploadFile):
        raise Refusal(400, "One file part named photo is needed")
    name = PurePath(photos[0].filename or "").name
    data = await photos[0].read()
    kind = CONTENT_TYPES.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise Refusal(400, "Files of this type are not accepted")
    if not data or len(data) > UPLOAD_LIMIT:
        raise Refusal(400, "The file is empty or larger than 6 MB")
    return Document(name, kind, data)


def _extracted(account: Account, document: Document) -> dict[str, Any]:
    """Return what extraction finds; a file not drawn by this sandbox stays without details."""
    found: dict[str, Any] = {}
    for name, text in read_details(document.data).items():
        with suppress(Refusal):
            found |= checked(account, {name: text}, None)
    return found
