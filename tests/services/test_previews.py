"""Documents are shown to the person who clicked, and to nobody they pass the link to."""

from __future__ import annotations

import pytest

from bot.domain.people import Role
from bot.domain.previews import CODE_SIGNS, media_type
from bot.errors import ConflictError, NotAllowedError, NotFoundError, UnavailableError
from storage import people
from tests.support.bench import APPROVER, FINANCE, STRANGER, WORKSPACE, Bench, at_once


def link(bench: Bench, user: str = APPROVER, item_id: str = "") -> str:
    """Return the secret of a fresh link."""
    made = bench.previews.offer(WORKSPACE, user, item_id or bench.item().id)
    assert made.url.startswith("http://127.0.0.1:9/document/")
    return made.url.rpartition("/")[2]


def known_browser(bench: Bench, user: str = APPROVER) -> str:
    """Return the cookie of a browser that a person has confirmed."""
    preview_id, cookie = bench.previews.spend(link(bench, user), "")
    bench.previews.confirm(WORKSPACE, user, preview_id)
    return cookie


@pytest.fixture(autouse=True)
def an_item(both: Bench) -> None:
    both.ready_item()


def test_a_new_browser_shows_the_document_once_its_person_has_confirmed_it_in_slack(both: Bench) -> None:
    preview_id, cookie = both.previews.spend(link(both), "")
    shown = both.previews.view(preview_id, cookie)
    assert shown.waiting
    assert len(shown.preview.code) == 4
    assert set(shown.preview.code) <= set(CODE_SIGNS)
    with pytest.raises(NotAllowedError):
        both.previews.file(preview_id, cookie)
    assert both.work.told("browser") == [preview_id]
    assert both.previews.question(preview_id).preview.code == shown.preview.code

    both.previews.confirm(WORKSPACE, APPROVER, preview_id)
    assert not both.previews.view(preview_id, cookie).waiting
    assert both.previews.file(preview_id, cookie).content.startswith(b"%PDF-")


def test_a_browser_is_asked_about_once(both: Bench) -> None:
    cookie = known_browser(both)
    secret = link(both)
    assert both.previews.is_known(secret, cookie)
    preview_id, again = both.previews.spend(secret, cookie)
    assert again == cookie
    assert both.previews.file(preview_id, cookie).content
    both.clock.pass_by(days=31)
    assert not both.previews.is_known(link(both), cookie)


def test_a_link_passed_on_shows_nothing_in_another_persons_browser(both: Bench) -> None:
    """It is refused without being spent, so the person it was made for can still use it."""
    theirs, mine = known_browser(both, FINANCE), known_browser(both)
    secret = link(both)
    assert not both.previews.is_known(secret, theirs)
    with pytest.raises(ConflictError, match="somebody else"):
        both.previews.spend(secret, theirs)
    preview_id, _ = both.previews.spend(secret, mine)
    with pytest.raises(ConflictError):
        both.previews.view(preview_id, theirs)


def test_only_the_person_themselves_can_confirm_a_browser(both: Bench) -> None:
    preview_id, cookie = both.previews.spend(link(both), "")
    for workspace, user in ((WORKSPACE, FINANCE), ("T999", APPROVER)):
        with pytest.raises(NotFoundError):
            both.previews.confirm(workspace, user, preview_id)
    assert both.previews.view(preview_id, cookie).waiting


def test_looking_at_a_link_spends_nothing_and_spending_is_once(both: Bench) -> None:
    secret = link(both)
    assert both.previews.look(secret)
    assert both.previews.look(secret)
    both.previews.spend(secret, "")
    assert not both.previews.look(secret)
    with pytest.raises(ConflictError, match="has been used"):
        both.previews.spend(secret, "")
    with pytest.raises(ConflictError):
        both.previews.spend("never made", "")


def test_two_browsers_at_one_moment_get_one_document(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage import previews

    bench.ready_item()
    secret = link(bench, item_id=bench.items()[0].id)
    outcomes = at_once(monkeypatch, previews, "spend", *[lambda: bench.previews.spend(secret, "")] * 2)
    assert outcomes == ["ConflictError", "done"]


def test_it_ends_after_ten_minutes_wherever_it_stands(both: Bench) -> None:
    cookie = known_browser(both)
    opened, _ = both.previews.spend(link(both), cookie)
    asked, new = both.previews.spend(link(both), "")
    unspent = link(both)
    both.clock.pass_by(minutes=10)
    for end in (
        lambda: both.previews.view(opened, cookie),
        lambda: both.previews.file(opened, cookie),
        lambda: both.previews.view(asked, new),
        lambda: both.previews.confirm(WORKSPACE, APPROVER, asked),
        lambda: both.previews.spend(unspent, cookie),
    ):
        with pytest.raises(ConflictError):
            end()
    assert not both.previews.look(unspent)
    both.clock.pass_by(days=1, minutes=1)
    both.previews.sweep()
    assert both.rows("SELECT count(*) FROM previews") == [(0,)]
    assert both.rows("SELECT count(*) FROM browsers") == [(1,)]


def test_rights_are_checked_at_the_click_and_at_every_look(both: Bench) -> None:
    item = both.item()
    with pytest.raises(NotAllowedError):
        both.previews.offer(WORKSPACE, STRANGER, item.id)
    with pytest.raises(NotFoundError):
        both.previews.offer("T999", APPROVER, item.id)
    cookie = known_browser(both)
    opened, _ = both.previews.spend(link(both), cookie)
    unspent = link(both)
    with both.database.begin() as session:
        people.take_role(session, both.business_id, APPROVER, Role.APPROVER)
    for look in (
        lambda: both.previews.view(opened, cookie),
        lambda: both.previews.file(opened, cookie),
        lambda: both.previews.spend(unspent, cookie),
    ):
        with pytest.raises(NotAllowedError):
            look()


def test_no_secret_of_a_link_or_browser_is_stored(both: Bench) -> None:
    secret = link(both)
    _, cookie = both.previews.spend(secret, "")
    stored = str(both.rows("SELECT * FROM previews")) + str([job.args for job in both.work.asked])
    assert secret not in stored
    assert cookie not in stored


def test_the_document_is_fetched_when_looked_at_and_an_outage_is_raised(both: Bench) -> None:
    cookie = known_browser(both)
    opened, _ = both.previews.spend(link(both), cookie)
    both.dext_fails(method="POST", path="/api/image", status=503, times=8)
    with pytest.raises(UnavailableError):
        both.previews.file(opened, cookie)


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"BM....", "image/bmp"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", ""),
        (b"<html><script>", ""),
        (b"<svg xmlns=", ""),
        (b"II*\0", ""),
        (b"PK\x03\x04", ""),
        (b"", ""),
    ],
)
def test_a_file_is_what_its_own_first_bytes_say(content: bytes, media: str) -> None:
    assert media_type(content) == media
