"""A connect link works once, for fifteen minutes, and not by being looked at."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select, update

from storage.tables import attempts, links
from tests.support.town import Town, begin, execute, fresh_link, rows, select_rows

pytestmark = pytest.mark.xdist_group("flows-links")


def digest(link: str) -> str:
    return hashlib.sha256(link.rpartition("/")[2].encode()).hexdigest()


def unspent(town: Town, link: str) -> bool:
    found = select_rows(town, select(links.c.spent_at).where(links.c.digest == digest(link)))
    return found[0][0] is None


def attempts_begun(town: Town) -> int:
    return int(rows(town, "SELECT count(*) FROM attempts")[0][0])


def test_a_link_opens_once(shared_unconnected: Town) -> None:
    link = fresh_link(shared_unconnected)
    browser = begin(shared_unconnected, link)
    assert "Step 1 of 2" in browser.text
    begun = attempts_begun(shared_unconnected)
    again = shared_unconnected.browser().open(link)
    assert again.status == 410
    assert "has been used" in again.text
    by_force = httpx.post(link, trust_env=False)
    assert by_force.status_code == 410
    assert "has been used" in by_force.text
    assert "set-cookie" not in by_force.headers
    assert attempts_begun(shared_unconnected) == begun
    for one in (browser, again):
        one.close()


def test_a_link_older_than_fifteen_minutes_is_dead(shared_unconnected: Town) -> None:
    link, now = fresh_link(shared_unconnected), datetime.now(UTC)
    until = select_rows(shared_unconnected, select(links.c.expires_at).where(links.c.digest == digest(link)))[0][0]
    assert timedelta(minutes=14) < until - now <= timedelta(minutes=15)
    past = now - timedelta(seconds=1)
    execute(shared_unconnected, update(links).where(links.c.digest == digest(link)).values(expires_at=past))
    begun = attempts_begun(shared_unconnected)
    for reply in (httpx.get(link, trust_env=False), httpx.post(link, trust_env=False)):
        assert reply.status_code == 410
        assert "older than 15 minutes" in reply.text
    assert attempts_begun(shared_unconnected) == begun


def test_looking_at_a_link_changes_nothing(shared_unconnected: Town) -> None:
    link, begun = fresh_link(shared_unconnected), attempts_begun(shared_unconnected)
    for _ in range(2):
        looked = httpx.get(link, trust_env=False)
        assert looked.status_code == 200
        assert "Nothing is connected before that" in " ".join(looked.text.split())
        assert "set-cookie" not in looked.headers
        assert httpx.head(link, trust_env=False).status_code == 200
    assert unspent(shared_unconnected, link)
    assert attempts_begun(shared_unconnected) == begun
    browser = begin(shared_unconnected, link)
    assert "Step 1 of 2" in browser.text
    browser.close()


def test_a_link_nobody_made_is_dead(shared_unconnected: Town) -> None:
    looked = httpx.get(f"{shared_unconnected.address}/connect/madeup", trust_env=False)
    assert looked.status_code == 410
    assert "/dext connect" in looked.text


def test_the_pages_behind_a_link_open_only_in_the_browser_that_spent_it(shared_unconnected: Town) -> None:
    begin(shared_unconnected).close()
    stranger = shared_unconnected.browser().open(f"{shared_unconnected.address}/setup")
    assert stranger.status == 409
    assert "another browser" in stranger.text
    stranger.close()


def test_the_pages_behind_a_link_close_after_half_an_hour(shared_unconnected: Town) -> None:
    browser = begin(shared_unconnected)
    past = datetime.now(UTC) - timedelta(seconds=1)
    execute(shared_unconnected, update(attempts).values(expires_at=past))
    browser.open(f"{shared_unconnected.address}/setup")
    assert browser.status == 409
    assert "too long ago" in browser.text
    browser.close()


def test_pages_are_kept_out_of_caches_frames_and_referrers(shared_unconnected: Town) -> None:
    headers = httpx.get(fresh_link(shared_unconnected), trust_env=False).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
