"""Documents sent from Slack reach Dext once, whatever happens on the way, and are told about."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clients.dext import DextClient
from bot.domain.businesses import Business
from bot.domain.connections import LegState, Provider
from bot.domain.items import ItemStatus
from bot.domain.people import Role
from bot.domain.receipts import FILE_LIMIT, Upload, UploadState, sent_name
from bot.errors import (
    ConflictError,
    InputError,
    NoSuchEntryError,
    NotAllowedError,
    NotFoundError,
    PermissionMissingError,
    UnavailableError,
)
from bot.services.receipts import Receipts
from storage import people, uploads
from tests.support.bench import ADMIN, APPROVER, AUDITOR, CHANNEL, FINANCE, STRANGER, WORKSPACE, Bench

DM = "D001"
PDF = b"%PDF-1.4 (Supplier: Acme Cloud Services) (Invoice: R-1) (Total: USD 12.50)"
POST = {"method": "POST", "path": "/api/postReceipt"}
LOST = [{"phase": "after", "action": "drop"}, {"phase": "before", "action": "drop"}, {"phase": "after", "status": 503}]


def share(bench: Bench, file_id: str = "F1", content: bytes = PDF, name: str = "receipt.pdf", **how: Any) -> str:
    """Let somebody send a file of Slack's; return the upload's id."""
    bench.files.kept[file_id] = (name, content)
    taken = bench.receipts.take(
        WORKSPACE, how.get("user", FINANCE), how.get("channel", DM), how.get("thread", ""), [file_id]
    )
    (upload,) = taken.new
    return upload.id


def upload(bench: Bench, upload_id: str) -> Upload:
    with bench.database.begin() as session:
        return uploads.get(session, upload_id)


def in_dext(bench: Bench) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.dext_state()["items"]
    return found


def posts(bench: Bench) -> int:
    return sum(entry.path == "/api/postReceipt" for entry in bench.dext.wire.requests)


def test_a_file_goes_to_dext_is_followed_and_becomes_an_item(both: Bench) -> None:
    upload_id = share(both, thread="7.7", channel=CHANNEL)
    both.sending.run(upload_id)
    sent = upload(both, upload_id)
    assert (sent.state, sent.file_name, sent.thread_ts) == (UploadState.READING, "receipt.pdf", "7.7")
    assert [item["id"] for item in in_dext(both)] == [int(sent.dext_id)]
    assert both.items() == []

    both.work_off()
    done = both.receipts.report(upload_id)
    assert done.upload.state is UploadState.READ
    assert done.item is not None
    assert done.item.details.dext_id == sent.dext_id
    assert done.item.status is ItemStatus.TO_REVIEW
    assert posts(both) == 1
    with both.database.begin() as session:
        assert uploads.uploaders_of(session, both.business_id, [sent.dext_id, "1"]) == {sent.dext_id: FINANCE}
    assert [job.id for job in both.work.ignored] == []


@pytest.mark.parametrize("fault", LOST)
def test_an_unknown_outcome_of_sending_never_loses_and_never_doubles_a_document(
    both: Bench, fault: dict[str, Any]
) -> None:
    upload_id = share(both)
    both.dext_fails(**POST, **fault)
    both.work_off()
    assert upload(both, upload_id).state is UploadState.READ
    (only,) = in_dext(both)
    assert upload(both, upload_id).dext_id == str(only["id"])


def test_killed_between_sending_and_noting_it_the_document_is_found(both: Bench, monkeypatch: Any) -> None:
    upload_id = share(both)
    both.document(payee="Somebody Else")
    with monkeypatch.context() as killed:
        killed.setattr(both.sending._course, "arrived", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            both.sending.run(upload_id)
    assert upload(both, upload_id).dext_id == ""
    both.clock.pass_by(minutes=3)
    assert both.receipts.revive_due() == 1
    both.work_off()
    mine = next(item for item in in_dext(both) if item["file_name"] == "receipt.pdf")
    assert (upload(both, upload_id).state, upload(both, upload_id).dext_id) == (UploadState.READ, str(mine["id"]))
    assert len(in_dext(both)) == 2


def test_the_same_file_twice_is_recognised_and_not_sent_again(both: Bench) -> None:
    first = share(both)
    both.work_off()
    second = share(both, "F2", name="again.pdf", user=APPROVER)
    both.work_off()
    report = both.receipts.report(second)
    assert report.upload.state is UploadState.KNOWN
    assert report.earlier is not None
    assert (report.earlier.id, report.item) == (first, both.item())
    assert posts(both) == 1


def test_the_same_file_of_slack_sent_by_the_same_person_is_one(both: Bench) -> None:
    first = share(both)
    again = both.receipts.take(WORKSPACE, FINANCE, DM, "", ["F1"])
    assert (again.new, [one.id for one in again.before]) == ((), [first])
    assert len(both.work.named("receipt")) == 1


def test_a_file_that_came_to_dext_another_way_is_found_there(bench: Bench) -> None:
    share(bench)
    bench.work_off()
    with bench.database.begin() as session:
        uploads.change(session, upload(bench, bench.rows("SELECT id FROM uploads")[0][0]).id, sent_at=None)
    other = share(bench, "F2")
    bench.work_off()
    report = bench.receipts.report(other)
    assert (report.upload.state, report.item) == (UploadState.KNOWN, bench.item())
    assert report.earlier is None
    assert len(in_dext(bench)) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", b"<html>", "Dext takes PDF"),
        ("photos.zip", b"PK", "Dext takes PDF"),
        ("none", b"x", "Dext takes PDF"),
        ("empty.pdf", b"", "empty"),
        ("large.pdf", b"x" * (FILE_LIMIT + 1), "6.0 MB, and Dext takes at most 6 MB"),
    ],
)
def test_what_dext_does_not_take_is_said_and_not_sent(bench: Bench, name: str, content: bytes, words: str) -> None:
    upload_id = share(bench, content=content, name=name)
    bench.work_off()
    ended = upload(bench, upload_id)
    assert ended.state is UploadState.REFUSED
    assert words in ended.problem
    assert posts(bench) == 0


def test_dext_being_away_only_delays(bench: Bench) -> None:
    upload_id = share(bench)
    bench.dext_fails(**POST, phase="before", status=503, times=3)
    bench.dext_fails(method="POST", path="/api/getReceiptsStatus", status=503, times=8)
    bench.files.errors = [UnavailableError(service="Slack")] * 2
    bench.work_off()
    assert upload(bench, upload_id).state is UploadState.READ
    assert len(in_dext(bench)) == 1


def test_without_the_scope_or_a_view_of_the_file_the_person_learns_what_to_do(bench: Bench) -> None:
    bench.files.errors = [PermissionMissingError(service="Slack")]
    unpermitted = share(bench)
    bench.work_off()
    assert "files:read" in upload(bench, unpermitted).problem
    unseen = bench.receipts.take(WORKSPACE, FINANCE, CHANNEL, "1.1", ["F404"]).new[0].id
    bench.work_off()
    assert "Invite me" in upload(bench, unseen).problem


def test_while_dext_lets_nobody_in_it_waits_and_goes_out_after_the_repair(bench: Bench) -> None:
    upload_id = share(bench)
    bench.dext_does("revoke", account=None)
    bench.sending.run(upload_id)
    waiting = upload(bench, upload_id)
    assert (waiting.state, waiting.sent_at) == (UploadState.WAITING, None)
    assert "reconnect" in waiting.problem
    assert bench.leg(Provider.DEXT).state is LegState.EXPIRED
    bench.dext_does("restore-access", account=None)
    bench.connect()
    bench.work_off()
    assert upload(bench, upload_id).state is UploadState.READ


def test_a_business_that_is_not_connected_says_so(bare: Bench) -> None:
    upload_id = share(bare)
    bare.work_off()
    assert "/dext connect" in upload(bare, upload_id).problem


def test_a_document_deleted_in_dext_while_it_is_read_ends_with_words(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = share(bench)
    bench.sending.run(upload_id)
    missing = NoSuchEntryError(service="Dext")
    monkeypatch.setattr(DextClient, "is_read", lambda *_: (_ for _ in ()).throw(missing))
    bench.work_off()
    assert "deleted there, or merged" in upload(bench, upload_id).problem


def test_dext_gets_two_days_to_read(bench: Bench) -> None:
    bench.dext_does("switches", processing_seconds=10**7)
    upload_id = share(bench)
    bench.work_off(most=1000)
    assert upload(bench, upload_id).state is UploadState.SLOW


def test_who_may_send_and_who_is_told_who_can(both: Bench) -> None:
    for user in (ADMIN, FINANCE, APPROVER):
        assert both.receipts.take(WORKSPACE, user, DM, "", ["F1"]).new
    for user in (AUDITOR, STRANGER):
        with pytest.raises(NotAllowedError, match="can't send documents to Dext"):
            both.receipts.take(WORKSPACE, user, DM, "", ["F1"])
    with pytest.raises(InputError):
        both.receipts.take(WORKSPACE, FINANCE, DM, "", [""])
    with pytest.raises(ConflictError, match="BOT_RECEIPTS"):
        Receipts(both.base, on=False).take(WORKSPACE, FINANCE, DM, "", ["F1"])


@pytest.fixture
def second(both: Bench) -> str:
    """Give a second business, in a channel of its own, for which one person may send."""
    with both.database.begin() as session:
        people.add_business(session, Business("biz2", WORKSPACE, "Pine Workshop", channel_id="C002"), both.clock())
        people.give_role(session, "biz2", FINANCE, Role.FINANCE, ADMIN, both.clock())
    return "biz2"


def test_with_several_businesses_the_channel_says_which_else_the_person(both: Bench, second: str) -> None:
    in_channel = share(both, channel="C002")
    assert upload(both, in_channel).business_id == second
    only_one = share(both, "F2", user=APPROVER)
    assert upload(both, only_one).business_id == both.business_id

    asked = share(both, "F3", content=PDF + b"!")
    assert upload(both, asked).state is UploadState.ASKING
    assert {one.name for one in both.receipts.report(asked).choices} == {"Harbor & Pine", "Pine Workshop"}
    for user, business in ((APPROVER, both.business_id), (ADMIN, both.business_id)):
        with pytest.raises(NotFoundError):
            both.receipts.choose(WORKSPACE, user, asked, business)
    both.receipts.choose(WORKSPACE, FINANCE, asked, both.business_id)
    with pytest.raises(ConflictError):
        both.receipts.choose(WORKSPACE, FINANCE, asked, second)
    both.work_off()
    assert upload(both, asked).state is UploadState.READ


def test_in_the_channel_of_a_business_one_needs_a_role_there(both: Bench, second: str) -> None:
    with pytest.raises(NotAllowedError, match="Pine Workshop"):
        share(both, user=APPROVER, channel="C002")


@pytest.mark.parametrize(
    ("name", "kind", "sent"),
    [
        ("bill.PDF", "pdf", "bill.pdf"),
        ("image", "png", "image.png"),
        ("Rechnung Müller/../.pdf", "pdf", "Rechnung M ller.pdf"),
        ("\r\n\x00.pdf", "pdf", "F1.pdf"),
        ("x" * 300 + ".jpg", "jpg", "x" * 80 + ".jpg"),
        ("page.html", "html", "page.html"),
    ],
)
def test_a_file_is_sent_under_a_plain_name(name: str, kind: str, sent: str) -> None:
    assert sent_name(name, kind, "F1") == sent


@given(st.text(max_size=300), st.text(max_size=10))
def test_whatever_a_file_is_called_its_name_is_safe_to_send(name: str, kind: str) -> None:
    made = sent_name(name, kind, "F1")
    assert re.fullmatch(r"[A-Za-z0-9._ -]{1,90}", made)
    assert made == made.strip()
