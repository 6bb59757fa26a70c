"""Files of bills: an upload is in progress for a while, and listed only afterwards."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from bot.sandbox.bill import errors
from bot.sandbox.bill.call import Call, answer
from bot.sandbox.bill.entries import wanted
from bot.sandbox.bill.ids import new_id
from bot.sandbox.bill.listings import DOCUMENTS
from bot.sandbox.bill.lists import page_of
from bot.sandbox.bill.state import Document, Row
from bot.sandbox.bill.times import stamp

LONGEST_NAME = 255


def upload(call: Call) -> Response:
    """Answer `POST /v3/documents/bills/{id}?name=` with the file as raw body."""
    bill = wanted(call, "bills")
    name = call.query.get("name", "")
    switches = call.state.switches
    if not name:
        raise errors.refuse(400, errors.MISSING, "name: must not be blank", "name")
    if len(name) > LONGEST_NAME or "/" in name:
        raise errors.refuse(400, errors.BAD_VALUE, "name: is not a file name", "name", name)
    if name.rpartition(".")[2].lower() not in switches.document_types:
        raise errors.refuse(400, errors.BAD_VALUE, "name: this type of file is not accepted", "name", name)
    if call.content_type.startswith(("multipart/", "application/x-www-form-urlencoded")):
        raise errors.refuse(400, errors.BAD_VALUE, "The file must be the raw body of the request.")
    if not call.body:
        raise errors.refuse(400, errors.BAD_VALUE, "The file is empty.")
    if len(call.body) > switches.document_bytes:
        raise errors.refuse(400, errors.BAD_VALUE, f"The file is larger than {switches.document_bytes} bytes.")
    now = call.state.now()
    document = Document(
        upload_id=new_id("uploads"),
        id=new_id("documents"),
        bill_id=bill["id"],
        name=name,
        content=call.body,
        content_type=call.content_type or "application/octet-stream",
        created=now,
        ready=now + timedelta(seconds=switches.document_seconds),
    )
    call.organization.documents.append(document)
    return answer({"id": document.upload_id, "name": name, "createdTime": stamp(now)})


def list_documents(call: Call) -> Response:
    """Answer `GET /v3/documents/bills/{id}` with the files that have finished."""
    bill = wanted(call, "bills")
    rows = [
        _shown(document, call)
        for document in call.organization.documents
        if document.bill_id == bill["id"] and _done(document, call)
    ]
    return answer(page_of(rows, call.query, DOCUMENTS))


def upload_status(call: Call) -> Response:
    """Answer `GET /v3/documents/upload-status?ids=`, ids joined by commas."""
    ids = [part for part in call.query.get("ids", "").split(",") if part]
    if not ids:
        raise errors.refuse(400, errors.MISSING, "ids: must not be blank", "ids")
    known = {document.upload_id: document for document in call.organization.documents}
    states = []
    for upload_id in ids:
        document = known.get(upload_id)
        if document is None:
            raise errors.not_found("upload", upload_id)
        state: Row = {"uploadId": upload_id, "status": "IN_PROGRESS"}
        if _done(document, call):
            state.update(status="UPLOADED", documentId=document.id)
        states.append(state)
    return answer(states)


def get_document(call: Call) -> Response:
    """Answer `GET /v3/documents/{id}` for a file that has finished."""
    return answer(_shown(_find(call), call))


def download(call: Call) -> Response:
    """Answer a download link with the file's bytes."""
    document = _find(call)
    return Response(document.content, media_type=document.content_type)


def _find(call: Call) -> Document:
    for document in call.organization.documents:
        if document.id == call.parameters["id"] and _done(document, call):
            return document
    raise errors.not_found("document", call.parameters["id"])


def _done(document: Document, call: Call) -> bool:
    return call.state.now() >= document.ready


def _shown(document: Document, call: Call) -> Row:
    return {
        "id": document.id,
        "name": document.name,
        "createdTime": stamp(document.created),
        "downloadLink": f"{call.address}/download/documents/{document.id}",
    }
