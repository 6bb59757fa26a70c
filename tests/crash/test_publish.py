"""Killed anywhere in a publish, the bot ends up with one bill, one document, one payment."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.sandbox.town import Service
from tests.support.town import Town, ask, asked_and_approved, bills, check_published_once, hold, let_go

UNPAID, PAID = "ACS-20417", "EOS-R-7741"

CREATE = ("POST", "/v3/bills")
UPLOAD = ("POST", "/v3/documents/bills/[^/]+")
PAY = ("POST", "/v3/bills/record-payment")
MARK = ("POST", "/api/update_receipt_data")


@dataclass(frozen=True)
class Spot:
    """Be a place where the bot is killed, and what becomes of the call that was under way."""

    call: tuple[str, str]
    phase: str
    arrives: str = "while the bot is down"
    number: str = UNPAID

    def service(self, town: Town) -> Service:
        return town.dext if self.call is MARK else town.bill


SPOTS = {
    "before the bill is made, which never is": Spot(CREATE, "before", "never"),
    "before the bill is made, which it is while the bot is down": Spot(CREATE, "before"),
    "before the bill is made, which it is after the restart": Spot(CREATE, "before", "after the restart"),
    "after the bill was made and before that is known": Spot(CREATE, "after"),
    "before the document is uploaded, which it never is": Spot(UPLOAD, "before", "never"),
    "before the document is uploaded, which it is while the bot is down": Spot(UPLOAD, "before"),
    "before the document is uploaded, which it is after the restart": Spot(UPLOAD, "before", "after the restart"),
    "after the document was uploaded and before that is known": Spot(UPLOAD, "after"),
    "before the payment is recorded, which it never is": Spot(PAY, "before", "never", PAID),
    "before the payment is recorded, which it is after the restart": Spot(PAY, "before", "after the restart", PAID),
    "after the payment was recorded and before that is known": Spot(PAY, "after", number=PAID),
    "before the item is marked in Dext": Spot(MARK, "before", "never"),
    "after the item was marked in Dext": Spot(MARK, "after"),
}


@pytest.mark.parametrize("spot", SPOTS.values(), ids=SPOTS.keys())
def test_a_kill_leaves_one_of_everything(town: Town, spot: Spot) -> None:
    service = spot.service(town)
    card = ask(town, spot.number)
    wait_until_held = hold(service, *spot.call, spot.phase)
    town.clicks("ama", card, "item.approve")
    wait_until_held(town)

    town.kill_bot()
    if spot.arrives == "never":
        town._settings["SETTLE_SECONDS"] = "2"  # else the bot waits long, since it could still arrive
    if spot.arrives == "while the bot is down":
        let_go(service)
    town.start_bot()
    if spot.arrives == "after the restart":
        let_go(service)

    check_published_once(town, spot.number, card, paid=spot.number == PAID)


def test_a_kill_right_after_the_click_loses_no_approval(town: Town) -> None:
    card = asked_and_approved(town, UNPAID)
    town.kill_bot()
    town.start_bot()
    check_published_once(town, UNPAID, card)


def test_two_kills_in_one_publish_leave_one_of_everything(town: Town) -> None:
    card = ask(town, UNPAID)
    for call, phase, arrives in ((CREATE, "before", True), (UPLOAD, "after", True)):
        wait_until_held = hold(town.bill, *call, phase)
        if call is CREATE:
            town.clicks("ama", card, "item.approve")
        wait_until_held(town)
        town.kill_bot()
        if arrives:
            let_go(town.bill)
        town.start_bot()
    check_published_once(town, UNPAID, card)


def test_two_restarts_in_a_row_leave_one_of_everything(town: Town) -> None:
    card = ask(town, UNPAID)
    wait_until_held = hold(town.bill, *CREATE, "before")
    town.clicks("ama", card, "item.approve")
    wait_until_held(town)
    for _ in range(2):
        town.kill_bot()
        town.start_bot()
    let_go(town.bill)
    check_published_once(town, UNPAID, card)


def test_asked_to_end_in_the_middle_of_a_publish_it_ends_cleanly_and_goes_on(town: Town) -> None:
    card = ask(town, UNPAID)
    wait_until_held = hold(town.bill, *CREATE, "before")
    town.clicks("ama", card, "item.approve")
    wait_until_held(town)
    assert town.bot is not None

    town.bot.terminate()
    assert town.bot.wait(30) == 0
    assert '"event": "stopped"' in town.log()
    assert not bills(town, UNPAID)

    town.start_bot()
    let_go(town.bill)
    check_published_once(town, UNPAID, card)


def test_asked_to_end_it_lets_a_call_finish_that_is_under_way(town: Town) -> None:
    card = ask(town, UNPAID)
    wait_until_held = hold(town.bill, *CREATE, "after")
    town.clicks("ama", card, "item.approve")
    wait_until_held(town)
    assert town.bot is not None

    town.bot.terminate()
    let_go(town.bill)
    assert town.bot.wait(30) == 0
    town.start_bot()
    check_published_once(town, UNPAID, card)
    sent = [one for one in town.bill.requests("POST", "/v3/bills") if one["path"] == "/v3/bills"]
    assert len(sent) == 1
