"""What a service may do to a sign-in: the page says it in words, and what was connected stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.support.town import Town, begin, no_errors, rows, sign_in_to_bill, sign_in_to_dext

pytestmark = pytest.mark.xdist_group("flows-sign-in")

GARBAGE = {"status": 200, "body": "<html>not what you think</html>"}
HANG = {"action": "delay", "delay": 3}
DOWN = {"status": 503, "body": "down"}


@pytest.fixture(autouse=True)
def well_afterwards(shared: Town) -> Iterator[None]:
    yield
    for service in (shared.bill, shared.dext):
        service.http.delete(f"{service.address}/_control/faults")


def standing(town: Town) -> list[Any]:
    query = "SELECT provider, state, organization_id, connected_at, connected_by FROM legs ORDER BY provider"
    return [tuple(row) for row in rows(town, query)]


def live_secrets(town: Town) -> list[Any]:
    query = "SELECT owner, field, sealed FROM secrets WHERE owner LIKE :owner ORDER BY owner, field"
    (business,) = rows(town, "SELECT id FROM businesses")[0]
    return [tuple(row) for row in rows(town, query, owner=f"%:{business}:%")]


@pytest.mark.parametrize("trouble", [GARBAGE, HANG, DOWN], ids=["garbage", "hanging", "down"])
@pytest.mark.parametrize("path", ["/v3/organizations/.*", "/authx/token"])
def test_bill_com_in_trouble_behind_its_sign_in_changes_nothing(shared: Town, trouble: Any, path: str) -> None:
    before, secrets = standing(shared), live_secrets(shared)
    with closing(begin(shared)) as browser:
        shared.bill.do("faults", path=path, times=9, **trouble)
        sign_in_to_bill(shared, browser, 0)
        assert browser.status >= 400, browser.text
        assert "again" in browser.text, browser.text
        assert "Step 2" not in browser.text
    assert (standing(shared), live_secrets(shared)) == (before, secrets)
    no_errors(shared)


@pytest.mark.parametrize("trouble", [GARBAGE, HANG, DOWN], ids=["garbage", "hanging", "down"])
@pytest.mark.parametrize("path", ["/oauth/access_token", "/api/list_users"])
def test_dext_in_trouble_behind_its_sign_in_changes_nothing(shared: Town, trouble: Any, path: str) -> None:
    before, secrets = standing(shared), live_secrets(shared)
    with closing(begin(shared)) as browser:
        sign_in_to_bill(shared, browser, 0)
        shared.dext.do("faults", path=path, times=9, **trouble)
        sign_in_to_dext(shared, browser)
        assert browser.status >= 400, browser.text
        assert "again" in browser.text, browser.text
        assert "Go back to Slack" not in browser.text
    assert (standing(shared), live_secrets(shared)) == (before, secrets)
    no_errors(shared)
