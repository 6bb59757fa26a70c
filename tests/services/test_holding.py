"""What was approved while the connection was down goes out once after the reconnect, unless a person keeps it back."""

from __future__ import annotations

import pytest

from bot.domain.connections import LegState
from bot.domain.items import ItemStatus
from bot.domain.publishing import PublishState
from bot.errors import ConflictError, NotAllowedError, NotFoundError
from storage import publishes
from tests.services.breaking import BILL, mend, outage
from tests.support.bench import ADMIN, APPROVER, AUDITOR, FINANCE, STRANGER, WORKSPACE, Bench, at_once
from tests.support.slack import desk_of


def held(bench: Bench, count: int = 1) -> list[str]:
    """Let approved items meet a revoked token; return the ids of their requests."""
    requests = bench.ask(*(bench.ready_item(invoice_number=f"ACS-{number}").id for number in range(count)))
    for request_id in requests:
        bench.approvals.approve(WORKSPACE, APPROVER, request_id)
    bench.bill_does("revoke", organizationId=bench.organization_id)
    bench.work_off("publish")
    assert {item.status for item in bench.items()} == {ItemStatus.HELD}
    return requests


def states(bench: Bench) -> list[PublishState]:
    return [bench.publish_of(item.id).state for item in sorted(bench.items(), key=lambda item: item.number)]


HELD, RUNNING, DONE = PublishState.HELD, PublishState.RUNNING, PublishState.DONE


def test_what_was_held_is_published_once_with_the_approval_it_had(both: Bench) -> None:
    held(both, 3)
    assert both.bills == []
    mend(both)
    assert both.holding.release_healed() == 3
    assert both.holding.release_healed() == 0, "what is taken up is not held any more"
    both.work_off("publish")
    assert states(both) == [DONE] * 3
    assert sorted(bill["invoice"]["invoiceNumber"] for bill in both.bills) == ["ACS-0", "ACS-1", "ACS-2"]


def test_nothing_is_released_while_a_leg_is_down(both: Bench) -> None:
    held(both)
    assert both.leg(BILL).state is LegState.EXPIRED
    assert both.holding.release_healed() == 0


def test_two_clocks_release_each_item_once(both: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    held(both, 2)
    mend(both)
    released: list[int] = []
    calls = [lambda: released.append(both.holding.release_healed()) for _ in range(2)]
    assert at_once(monkeypatch, publishes, "count_job", *calls) == ["done", "done"]
    assert sum(released) == 2
    both.work_off("publish")
    assert len(both.bills) == 2


def test_what_a_person_paused_stays_paused(both: Bench) -> None:
    desk = desk_of(both)
    first, _ = held(both, 2)
    both.holding.pause(WORKSPACE, FINANCE, first)
    desk.catch_up()
    prompt = next(one for one in desk.slack.told if "no longer lets us in" in one.text)
    assert "1 approved item is held and will go out, 1 item is paused by a person and will stay" in prompt.words
    mend(both)
    assert both.holding.release_healed() == 1
    both.work_off("publish")
    desk.catch_up()
    assert states(both) == [HELD, DONE]
    assert "1 of 1 held item published. 1 item stays paused" in prompt.words
    assert both.holding.release_healed() == 0

    both.holding.resume(WORKSPACE, FINANCE, first)
    both.work_off("publish")
    desk.catch_up()
    assert states(both) == [DONE, DONE]
    assert "2 of 2 held items published." in prompt.words


def test_a_pause_ended_before_the_reconnect_waits_for_it(both: Bench) -> None:
    (request_id,) = held(both)
    both.holding.pause(WORKSPACE, FINANCE, request_id)
    both.holding.resume(WORKSPACE, ADMIN, request_id)
    assert states(both) == [HELD]
    mend(both)
    assert both.holding.release_healed() == 1


def test_pausing_twice_or_ending_no_pause_is_answered(both: Bench) -> None:
    (request_id,) = held(both)
    with pytest.raises(ConflictError, match="not paused"):
        both.holding.resume(WORKSPACE, FINANCE, request_id)
    both.holding.pause(WORKSPACE, FINANCE, request_id)
    with pytest.raises(ConflictError, match=f"<@{FINANCE}> has paused it already"):
        both.holding.pause(WORKSPACE, ADMIN, request_id)


def test_what_went_out_meanwhile_cannot_be_paused(both: Bench) -> None:
    (request_id,) = held(both)
    mend(both)
    both.holding.release_healed()
    for click in (both.holding.pause, both.holding.resume):
        with pytest.raises(ConflictError, match="not held any more"):
            click(WORKSPACE, FINANCE, request_id)


@pytest.mark.parametrize("user", [STRANGER, AUDITOR, APPROVER])
def test_only_who_may_ask_for_publishing_may_pause(both: Bench, user: str) -> None:
    (request_id,) = held(both)
    with pytest.raises(NotAllowedError):
        both.holding.pause(WORKSPACE, user, request_id)
    with pytest.raises(NotFoundError):
        both.holding.pause("T999", FINANCE, request_id)
    mend(both)
    assert both.holding.release_healed() == 1


def test_an_outage_holds_nothing_and_needs_nobody(both: Bench) -> None:
    """Retrying is what an outage needs: the item goes out by itself when Bill.com answers."""
    publish_id = both.approved()
    with outage(both):
        both.jobs.publish(publish_id)
    assert both.publish(publish_id).state is RUNNING
    assert both.rows("SELECT id FROM breaks") == []
    both.work_off("publish")
    assert both.publish(publish_id).state is DONE


def test_what_changed_meanwhile_is_asked_for_again(both: Bench) -> None:
    held(both)
    item = both.item()
    both.dext_does("change", id=int(item.details.dext_id), total_amount="999.00", vat_amount="0.00")
    mend(both)
    both.intake.run(both.business_id)
    both.holding.release_healed()
    both.work_off("publish")
    assert both.bills == []
    assert both.item().status is ItemStatus.WAITING
