from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest

from .harness import ADDRESS, Bench, refused

PDF = b"%PDF-1.7 some receipt"


def upload(
    bench: Bench, bill_id: str, content: bytes = PDF, name: str = "receipt.pdf", headers: dict[str, str] | None = None
) -> httpx.Response:
    path = f"/v3/documents/bills/{bill_id}"
    return bench.call("POST", path, {**bench.session, **(headers or {})}, params={"name": name}, content=content)


def status(bench: Bench, *ids: str) -> Any:
    return bench.get("/v3/documents/upload-status", ids=",".join(ids)).json()


def test_an_upload_is_listed_only_when_it_has_finished(bench: Bench) -> None:
    bill_id = bench.made()["id"]
    begun = upload(bench, bill_id).json()
    assert begun["id"].startswith("0du")
    assert "downloadLink" not in begun
    path = f"/v3/documents/bills/{bill_id}"
    assert bench.get(path).json() == {"results": []}
    assert status(bench, begun["id"]) == [{"uploadId": begun["id"], "status": "IN_PROGRESS"}]
    bench.clock.advance(1)
    (document,) = bench.get(path).json()["results"]
    assert document["id"].startswith("00h")
    assert document["name"] == "receipt.pdf"
    assert status(bench, begun["id"]) == [{"uploadId": begun["id"], "status": "UPLOADED", "documentId": document["id"]}]
    assert bench.get(f"/v3/documents/{document['id']}").json() == document
    refused(bench.get(f"/v3/documents/{begun['id']}"), 404, "BDC_1120")


def test_the_file_comes_back_as_it_was_sent(bench: Bench) -> None:
    bill_id = bench.made()["id"]
    upload(bench, bill_id, headers={"content-type": "application/pdf"})
    bench.clock.advance(1)
    (document,) = bench.get(f"/v3/documents/bills/{bill_id}").json()["results"]
    assert document["downloadLink"].startswith(ADDRESS)
    path = document["downloadLink"].removeprefix(ADDRESS)
    reply = bench.call("GET", path)
    assert (reply.content, reply.headers["content-type"]) == (PDF, "application/pdf")
    refused(bench.call("GET", path, {"devKey": bench.credentials["devKey"]}), 401, "BDC_1109")
    refused(bench.call("GET", path, {"sessionId": "x"}), 401, "BDC_1109")
    (shown,) = bench.shown()["documents"][bill_id]
    assert (shown["name"], shown["size"]) == ("receipt.pdf", len(PDF))
    assert shown["sha256"] == hashlib.sha256(PDF).hexdigest()


def test_a_download_needs_only_the_session(bench: Bench) -> None:
    bill_id = bench.made()["id"]
    upload(bench, bill_id)
    bench.clock.advance(1)
    (document,) = bench.get(f"/v3/documents/bills/{bill_id}").json()["results"]
    path = document["downloadLink"].removeprefix(ADDRESS)
    assert bench.call("GET", path, {"sessionId": bench.session["sessionId"]}).content == PDF


def test_the_same_file_twice_is_two_documents(bench: Bench) -> None:
    bill_id = bench.made()["id"]
    ids = {upload(bench, bill_id).json()["id"] for _ in range(3)}
    bench.clock.advance(1)
    assert len(ids) == len(status(bench, *ids)) == 3
    page = bench.get(f"/v3/documents/bills/{bill_id}", max=2).json()
    assert len(page["results"]) == 2
    rest = bench.get(f"/v3/documents/bills/{bill_id}", max=2, page=page["nextPage"]).json()
    assert len(rest["results"]) == 1


@pytest.mark.parametrize(
    ("name", "content", "headers", "code"),
    [
        ("", PDF, {}, "BDC_1117"),
        ("receipt.exe", PDF, {}, "BDC_1143"),
        ("receipt", PDF, {}, "BDC_1143"),
        ("../receipt.pdf", PDF, {}, "BDC_1143"),
        ("receipt.pdf", b"", {}, "BDC_1143"),
        ("receipt.pdf", b"x" * 6_000_001, {}, "BDC_1143"),
        ("receipt.pdf", PDF, {"content-type": "multipart/form-data; boundary=x"}, "BDC_1143"),
    ],
)
def test_uploads_are_checked(bench: Bench, name: str, content: bytes, headers: dict[str, str], code: str) -> None:
    bill_id = bench.made()["id"]
    refused(upload(bench, bill_id, content, name, headers), 400, code)
    assert bench.shown()["documents"] == {}


def test_the_largest_file_fits_and_its_time_can_be_set(bench: Bench) -> None:
    bench.control("switches", document_seconds=300)
    bill_id = bench.made()["id"]
    begun = upload(bench, bill_id, b"x" * 6_000_000, "photo.JPG").json()
    bench.clock.advance(290)
    assert status(bench, begun["id"])[0]["status"] == "IN_PROGRESS"
    bench.clock.advance(10)
    assert status(bench, begun["id"])[0]["status"] == "UPLOADED"


def test_documents_of_nothing(bench: Bench) -> None:
    refused(upload(bench, "00n00000000000000000"), 404, "BDC_1120")
    refused(bench.get("/v3/documents/bills/00n00000000000000000"), 404, "BDC_1120")
    refused(bench.get("/v3/documents/upload-status"), 400, "BDC_1117")
    refused(bench.get("/v3/documents/upload-status", ids="0du1"), 404, "BDC_1120")
    refused(bench.get("/v3/documents/00h1"), 404, "BDC_1120")
