"""Who may ask and who may decide; an approval is for exactly what was shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.approvals import RequestState
from bot.domain.connections import LegState, Provider
from bot.domain.items import ItemStatus
from bot.domain.people import Role
from bot.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from storage import approvals, people, publishes
from tests.support.bench import ADMIN, APPROVER, AUDITOR, CHANNEL, FINANCE, STRANGER, WORKSPACE, Bench, at_once


def only_request(bench: Bench) -> str:
    (request_id,) = bench.ask(bench.ready_item().id)
    return request_id


def state(bench: Bench, request_id: str) -> RequestState:
    return bench.approvals.card(request_id).request.state


def give(bench: Bench, user: str, role: Role) -> None:
    with bench.database.begin() as session:
        people.give_role(session, bench.business_id, user, role, ADMIN, bench.clock())


def take(bench: Bench, user: str, role: Role) -> None:
    with bench.database.begin() as session:
        people.take_role(session, bench.business_id, user, role)


# Four eyes.


@pytest.mark.parametrize("roles", [{Role.ADMIN}, {Role.FINANCE, Role.APPROVER}, set(Role)])
def test_nobody_decides_what_they_asked_for_whatever_they_are(bench: Bench, roles: set[Role]) -> None:
    for role in roles:
        give(bench, "UBOTH", role)
    (request_id,) = bench.ask(bench.ready_item().id, by="UBOTH")
    for decide in (
        lambda: bench.approvals.approve(WORKSPACE, "UBOTH", request_id),
        lambda: bench.approvals.reject(WORKSPACE, "UBOTH", request_id, "no"),
        lambda: bench.approvals.check_may_decide(WORKSPACE, "UBOTH", request_id),
    ):
        with pytest.raises(NotAllowedError) as refused:
            decide()
        assert "You asked for this approval, so somebody else has to decide" in refused.value.user_message
        assert f"<@{APPROVER}>" in refused.value.user_message
        assert "UBOTH" not in refused.value.user_message
    assert state(bench, request_id) is RequestState.PENDING


def test_a_request_that_nobody_else_could_decide_is_not_taken(bench: Bench) -> None:
    item = bench.ready_item()
    take(bench, APPROVER, Role.APPROVER)
    with pytest.raises(NotAllowedError) as refused:
        bench.ask(item.id, by=ADMIN)
    assert refused.value.user_message.startswith("Nobody else can approve")
    assert bench.item().status is ItemStatus.READY
    assert bench.ask(item.id, by=FINANCE)


@pytest.mark.parametrize("user", [FINANCE, AUDITOR, STRANGER])
def test_only_approvers_and_admins_decide(bench: Bench, user: str) -> None:
    request_id = only_request(bench)
    with pytest.raises(NotAllowedError) as refused:
        bench.approvals.approve(WORKSPACE, user, request_id)
    assert refused.value.user_message == (
        f"You can't approve or reject for Harbor & Pine. These people can: <@{ADMIN}>, <@{APPROVER}>. "
        f"Ask one of them, or ask an admin for the role: <@{ADMIN}>."
    )
    assert bench.work.named("publish") == []


def test_a_role_that_was_taken_no_longer_decides(bench: Bench) -> None:
    request_id = only_request(bench)
    take(bench, APPROVER, Role.APPROVER)
    with pytest.raises(NotAllowedError):
        bench.approvals.approve(WORKSPACE, APPROVER, request_id)


@pytest.mark.parametrize("user", [APPROVER, AUDITOR, STRANGER])
def test_only_finance_and_admins_ask(bench: Bench, user: str) -> None:
    item = bench.ready_item()
    with pytest.raises(NotAllowedError) as refused:
        bench.ask(item.id, by=user)
    assert refused.value.user_message.startswith("You can't edit items or ask for approval")


# Asking.


def test_asking_for_an_item_twice_is_told_and_makes_one_request(bench: Bench) -> None:
    item = bench.ready_item()
    asked = bench.approvals.request(WORKSPACE, FINANCE, [item.id, item.id], CHANNEL)
    assert [one.id for one in asked.asked] == [item.id]
    ((_, reason),) = asked.refused
    assert reason == "it is waiting for approval already"
    assert len(set(bench.work.told("card"))) == 1


def test_of_more_than_ten_items_the_first_ten_are_asked_for_and_the_others_stay_ready(bench: Bench) -> None:
    for number in range(12):
        bench.document(invoice_number=f"N-{number}")
    bench.intake.run(bench.business_id)
    asked = bench.approvals.request(WORKSPACE, FINANCE, [item.id for item in bench.items()], CHANNEL)
    assert len(asked.asked) == 10
    assert len(bench.items(ItemStatus.WAITING)) == 10
    assert len(bench.items(ItemStatus.READY)) == 2


def test_each_item_stands_on_its_own(bench: Bench) -> None:
    good, lacking = bench.ready_item(invoice_number="1"), bench.ready_item(invoice_number="2", category=None)
    asked = bench.approvals.request(WORKSPACE, FINANCE, [lacking.id, good.id], CHANNEL)
    assert [item.id for item in asked.asked] == [good.id]
    ((refused, reason),) = asked.refused
    assert refused.id == lacking.id
    assert reason == "category missing: choose one with Edit"


def test_an_item_there_is_not_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFoundError):
        bench.ask("id999999")


@pytest.mark.parametrize(
    ("legs", "said"),
    [
        ((LegState.NOT_CONNECTED, LegState.ACTIVE), "Publishing is not available yet: Bill.com is not connected"),
        ((LegState.ACTIVE, LegState.DISCONNECTED), "Publishing is not available: this business is disconnected"),
        ((LegState.LINKING, LegState.LINKING), "Publishing is not available: this business is disconnected"),
    ],
)
def test_without_a_connection_nothing_is_asked_for(bench: Bench, legs: tuple[LegState, LegState], said: str) -> None:
    item = bench.ready_item()
    for provider, wanted in zip((Provider.BILL, Provider.DEXT), legs, strict=True):
        bench.keep_leg(replace(bench.leg(provider), state=wanted))
    with pytest.raises(ConflictError) as refused:
        bench.ask(item.id)
    assert refused.value.user_message.startswith(said)


def test_with_an_expired_leg_people_ask_and_approve_as_usual_and_what_is_approved_is_held(bench: Bench) -> None:
    item = bench.ready_item()
    bench.keep_leg(replace(bench.leg(Provider.BILL), state=LegState.EXPIRED))
    (request_id,) = bench.ask(item.id)
    bench.approvals.approve(WORKSPACE, APPROVER, request_id)
    bench.work_off("publish")
    assert [held.id for held in bench.items(ItemStatus.HELD)] == [item.id]
    assert "goes out when Bill.com is reconnected" in bench.items(ItemStatus.HELD)[0].note


def test_before_the_first_synchronisation_nothing_is_asked_for(bare: Bench) -> None:
    bare.connect()
    item = bare.ready_item()
    with pytest.raises(ConflictError) as refused:
        bare.ask(item.id)
    assert "the lists are being synchronised" in refused.value.user_message


# Deciding.


def test_an_approval_starts_one_publish(both: Bench) -> None:
    request_id = only_request(both)
    both.approvals.approve(WORKSPACE, APPROVER, request_id)
    with pytest.raises(ConflictError) as refused:
        both.approvals.approve(WORKSPACE, ADMIN, request_id)
    assert refused.value.user_message == f"That was approved already by <@{APPROVER}>; your click changed nothing."
    assert len(both.work.named("publish")) == 1
    assert both.item().status is ItemStatus.PUBLISHING


def test_a_rejection_needs_a_reason_and_the_requester_reads_it(bench: Bench) -> None:
    request_id = only_request(bench)
    for text, said in (("  ", "Say why, so that it can be put right."), ("x" * 501, "Keep it under 500 characters.")):
        with pytest.raises(InputError) as refused:
            bench.approvals.reject(WORKSPACE, APPROVER, request_id, text)
        assert (refused.value.user_message, refused.value.field) == (said, "reason")
    bench.approvals.reject(WORKSPACE, APPROVER, request_id, " wrong account ")
    assert bench.approvals.card(request_id).request.reason == "wrong account"
    assert bench.item().status is ItemStatus.REJECTED
    assert bench.work.told("outcome") == [request_id]
    with pytest.raises(ConflictError):
        bench.approvals.approve(WORKSPACE, APPROVER, request_id)
    assert bench.work.named("publish") == []


def test_a_rejected_item_can_be_asked_for_again_and_the_old_card_stays_decided(bench: Bench) -> None:
    first = only_request(bench)
    bench.approvals.reject(WORKSPACE, APPROVER, first, "no")
    (second,) = bench.ask(bench.item().id)
    bench.approvals.approve(WORKSPACE, APPROVER, second)
    assert state(bench, first) is RequestState.REJECTED
    assert bench.approvals.card(first).publish is None
    assert bench.approvals.card(second).publish is not None


def test_approving_what_changed_approves_nothing_and_asks_again_with_the_difference(both: Bench) -> None:
    request_id = only_request(both)
    both.dext_does("change", id=int(both.item().details.dext_id), total_amount="250.00")
    both.intake.run(both.business_id)
    with pytest.raises(ConflictError) as refused:
        both.approvals.approve(WORKSPACE, APPROVER, request_id)
    assert "Nothing was approved" in refused.value.user_message
    assert "total: USD 100.00 → USD 250.00" in refused.value.user_message
    card = both.approvals.card(request_id)
    assert (card.request.state, card.request.changes) == (
        RequestState.PENDING,
        ("total: USD 100.00 → USD 250.00",),
    )
    assert str(card.request.plan.money) == "USD 250.00"
    assert both.work.named("publish") == []
    both.approvals.approve(WORKSPACE, APPROVER, request_id)
    both.work_off("publish")
    assert [str(bill["amount"]) for bill in both.bills] == ["250.00"]


def test_approving_what_now_lacks_something_says_what(bench: Bench) -> None:
    request_id = only_request(bench)
    bench.dext_does("change", id=int(bench.item().details.dext_id), vat_amount=None)
    bench.intake.run(bench.business_id)
    with pytest.raises(ConflictError) as refused:
        bench.approvals.approve(WORKSPACE, APPROVER, request_id)
    assert "tax setting missing" in refused.value.user_message
    assert bench.approvals.card(request_id).request.changes


def test_trying_again_is_only_for_what_stopped(bench: Bench) -> None:
    request_id = only_request(bench)
    with pytest.raises(ConflictError) as refused:
        bench.approvals.retry(WORKSPACE, FINANCE, request_id)
    assert refused.value.user_message == "This was handled already: its card shows how it stands."
    bench.approvals.approve(WORKSPACE, APPROVER, request_id)
    with pytest.raises(ConflictError):
        bench.approvals.retry(WORKSPACE, FINANCE, request_id)
    bench.bill_fails(method="POST", path="/v3/bills", status=400, body=[{"code": "BDC_1143", "message": "bad"}])
    bench.work_off("publish")
    assert bench.item().status is ItemStatus.FAILED
    with pytest.raises(NotAllowedError):
        bench.approvals.retry(WORKSPACE, AUDITOR, request_id)
    bench.approvals.retry(WORKSPACE, FINANCE, request_id)
    bench.work_off("publish")
    assert len(bench.bills) == 1


# Two at the same moment.


@pytest.mark.parametrize("second", ["approve", "reject"])
def test_of_two_who_decide_at_the_same_moment_one_does(
    both: Bench, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    request_id = only_request(both)

    def decide(what: str, user: str) -> Callable[[], None]:
        if what == "reject":
            return lambda: both.approvals.reject(WORKSPACE, user, request_id, "no")
        return lambda: both.approvals.approve(WORKSPACE, user, request_id)

    outcomes = at_once(monkeypatch, approvals, "keep", decide("approve", APPROVER), decide(second, ADMIN))
    assert outcomes == ["ConflictError", "done"]
    with both.database.begin() as session:
        publish = publishes.find_of(session, both.item().id)
    assert (publish is not None) == (state(both, request_id) is RequestState.APPROVED)


def test_of_two_who_ask_at_the_same_moment_one_does(both: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    item = both.ready_item()
    outcomes = at_once(monkeypatch, approvals, "add", lambda: both.ask(item.id), lambda: both.ask(item.id, by=ADMIN))
    assert outcomes == ["done", "done"]
    with both.database.begin() as session:
        assert approvals.pending_count(session, both.business_id) == 1
