"""Names that come from elsewhere are only text, wherever they are shown."""

from __future__ import annotations

import pytest

from tests.support.town import (
    Town,
    arrive,
    ask,
    card_says,
    check_published_once,
    new_number,
    no_errors,
    ready,
    take_in,
    told,
    told_in_private,
    words_since,
    words_so_far,
)

pytestmark = pytest.mark.xdist_group("flows-hostile")

EVERYBODY = "<!channel> & Co"
SCRIPT = "<script>alert(1)</script> & Co"


@pytest.fixture(scope="module")
def town(shared: Town) -> Town:
    """Give a town whose suppliers have names that would be markup."""
    known = {row["name"] for row in organization_vendors(shared)}
    for name in (EVERYBODY, SCRIPT):
        if name not in known:
            shared.bill.do("add", list="vendors", name=name)
    shared.types("dana", "refresh")
    shared.wait("the suppliers", lambda: told(shared, "dana", "Refresh of the lists", "finished"), 60)
    return shared


def organization_vendors(town: Town) -> list[dict[str, str]]:
    first = town.bill.credentials["organizations"][0]["id"]
    found: list[dict[str, str]] = town.bill.look("state")["organizations"][first]["lists"]["vendors"]
    return found


def check_only_text(town: Town, since: tuple[int, int]) -> None:
    said = words_since(town, since)
    for markup in ("<!channel>", "<!here>", "<script", "<https://evil.example"):
        assert markup not in said, said[max(0, said.index(markup) - 400) :][:500]
    assert "&lt;" in said
    hard = [problem for problem in town.slack.look("problems") if problem["hard"]]
    assert not hard, hard
    no_errors(town)


@pytest.mark.parametrize("name", [EVERYBODY, SCRIPT], ids=["a mention", "a script"])
def test_a_published_item(town: Town, name: str) -> None:
    number, since = new_number(), words_so_far(town)
    arrive(town, number, payee=name, description="<!here> see <https://evil.example|this>")
    take_in(town)
    card = ask(town, number)
    assert name in card["plain"]
    town.clicks("ama", card, "item.approve")
    check_published_once(town, number, card)
    check_only_text(town, since)


def test_a_rejected_item(town: Town) -> None:
    number, since = new_number(), words_so_far(town)
    arrive(town, number, payee=EVERYBODY)
    take_in(town)
    card = ask(town, number)
    form = town.clicks("ama", card, "item.reject")["view"]
    assert EVERYBODY in form["plain"]
    town.submits("ama", form["id"], {"reason": "<!here> wrong <https://evil.example|supplier>"})
    card_says(town, card, "Rejected by")
    town.wait("the requester is told", lambda: told_in_private(town, "femi", "rejected", "wrong"))
    check_only_text(town, since)


def test_an_item_that_lacks_something(town: Town) -> None:
    number, since = new_number(), words_so_far(town)
    arrive(town, number, payee="<!here> Nobody & Sons", category="<!channel> category")
    take_in(town)
    town.types("femi", "publish <!channel>")
    town.types("dana", "status")
    check_only_text(town, since)


def test_a_publish_that_stops(town: Town) -> None:
    number, since = new_number(), words_so_far(town)
    arrive(town, number, payee=EVERYBODY)
    take_in(town)
    ready(town, number)
    refusal = [{"code": "BDC_9999", "message": "no <!channel> for <https://evil.example|you>"}]
    town.bill.do("faults", method="POST", path="/v3/bills", status=422, body=refusal)
    card = ask(town, number)
    town.clicks("ama", card, "item.approve")
    card_says(town, card, "Not published")
    town.wait("the requester is told", lambda: told_in_private(town, "femi", "Not published"))
    check_only_text(town, since)
