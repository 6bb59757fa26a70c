"""Rows that two may reach for at once, and what the database itself forbids."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, literal, select
from sqlalchemy.exc import IntegrityError, StatementError

from bot.domain.approvals import Request, RequestState
from bot.domain.connections import Leg, LegState, Provider
from bot.domain.items import Item, ItemStatus
from bot.domain.links import Attempt, Link, Stage
from bot.domain.lists import ListName
from bot.domain.plans import Plan
from bot.domain.publishing import Publish, PublishState
from bot.domain.refreshing import ListResult, Refresh, RefreshState
from storage import approvals, items, legs, links, outbox, people, plans, publishes, refreshes
from storage.database import Database
from storage.tables import links as link_rows
from storage.types import Amount, UtcDateTime
from tests.domain.makers import OWN_LINE, coding, details, found, plan
from tests.storage.conftest import NOW, statements

Outcome = TypeVar("Outcome")


def together(number: int, call: Callable[[], Outcome]) -> list[Outcome]:
    """Run a call in some threads that set off together."""
    gate, outcomes = threading.Barrier(number), []

    def run() -> None:
        gate.wait(timeout=10)
        outcomes.append(call())

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


# Legs.


def test_no_leg_is_claimed_twice(database: Database, business: str) -> None:
    with database.begin() as session:
        for number in range(20):
            people.add_business(session, replace(people.business(session, "b1"), id=f"c{number}"), NOW)
            legs.keep(session, Leg(f"c{number}", Provider.BILL, LegState.ACTIVE, due_at=NOW))

    def claim() -> list[tuple[str, Provider]]:
        with database.begin() as session:
            return [one.key for one in legs.claim_due(session, NOW, NOW + timedelta(minutes=10), 8)]

    claimed = [one for some in together(4, claim) for one in some]
    assert len(claimed) == len(set(claimed))
    while more := claim():
        claimed += more
    assert len(claimed) == len(set(claimed)) == 20


def test_claiming_costs_the_same_however_many_there_are(database: Database, business: str) -> None:
    costs = []
    for many in (1, 60):
        with database.begin() as session:
            for number in range(many):
                people.add_business(session, replace(people.business(session, "b1"), id=f"{many}-{number}"), NOW)
                legs.keep(session, Leg(f"{many}-{number}", Provider.DEXT, LegState.ACTIVE, due_at=NOW))
        with statements(database) as seen, database.begin() as session:
            assert len(legs.claim_due(session, NOW, NOW + timedelta(minutes=10), 100)) == many
        costs.append(len([one for one in seen if not one.startswith("BEGIN")]))
    assert costs == [2, 2]


def test_a_leg_that_is_not_due_is_left(database: Database, business: str) -> None:
    with database.begin() as session:
        legs.keep(session, Leg("b1", Provider.BILL, LegState.ACTIVE, due_at=NOW + timedelta(seconds=1)))
        legs.keep(session, Leg("b1", Provider.DEXT, LegState.DISCONNECTED))
        assert legs.claim_due(session, NOW, NOW, 10) == []


def test_one_organisation_is_joined_to_one_business(database: Database, business: str) -> None:
    with database.begin() as session:
        legs.keep(session, Leg("b1", Provider.BILL, LegState.ACTIVE, organization_id="o1"))
        legs.keep(session, Leg("b2", Provider.DEXT, LegState.ACTIVE, organization_id="o1"))
        legs.keep(session, Leg("b1", Provider.DEXT, LegState.NOT_CONNECTED))
        assert legs.holder(session, Provider.BILL, "o1") == "b1"
    with pytest.raises(IntegrityError), database.begin() as session:
        legs.keep(session, Leg("b2", Provider.BILL, LegState.ACTIVE, organization_id="o1"))


# Links and attempts.


def attempt(number: int = 1) -> Attempt:
    return Attempt(f"a{number}", "b1", "T1", "U1", "C1", f"cookie{number}", Stage.SIGNED_IN, NOW, state_digest="state")


def test_a_link_is_spent_once(database: Database, business: str) -> None:
    with database.begin() as session:
        links.add(session, Link("digest", "b1", "T1", "U1", "C1", NOW + timedelta(minutes=15)), NOW)

    def spend() -> bool:
        with database.begin() as session:
            return links.spend(session, "digest", NOW)

    assert sorted(together(4, spend)) == [False, False, False, True]


def test_an_attempt_is_settled_once_and_its_state_taken_once(database: Database, business: str) -> None:
    with database.begin() as session:
        links.add_attempt(session, attempt())

    def settle() -> bool:
        with database.begin() as session:
            return links.settle(session, "a1", Stage.FINISHED)

    def take() -> bool:
        with database.begin() as session:
            return links.take_state(session, "a1", "state")

    assert sorted(together(3, take)) == [False, False, True]
    assert sorted(together(3, settle)) == [False, False, True]
    with database.begin() as session:
        assert not links.take_state(session, "a1", "")


# What the database forbids.


def request(number: int, state: RequestState = RequestState.PENDING) -> Request:
    made = plan()
    return Request(f"r{number}", "b1", "i1", state, made, made.fingerprint, "U1", NOW + timedelta(seconds=number), "C1")


@pytest.fixture
def item(database: Database, business: str) -> Item:
    one = Item("i1", "b1", 1, details(), ItemStatus.READY, (), NOW)
    with database.begin() as session:
        items.add(session, one, "d")
    return one


def test_an_item_has_one_pending_request(database: Database, item: Item) -> None:
    with database.begin() as session:
        approvals.add(session, request(1, RequestState.REJECTED))
        approvals.add(session, request(2))
        assert approvals.pending_count(session, "b1") == 1
        assert [one.id for one in approvals.pending(session, "b1", 10)] == ["r2"]
    with pytest.raises(IntegrityError), database.begin() as session:
        approvals.add(session, request(3))


def publish(publish_id: str) -> Publish:
    return Publish(publish_id, "b1", "i1", "r1", plan(), PublishState.RUNNING, 0, 0, NOW, NOW)


def test_an_item_has_one_publish_for_ever(database: Database, item: Item) -> None:
    with database.begin() as session:
        approvals.add(session, request(1, RequestState.APPROVED))
        publishes.add(session, publish("p1"))
        publishes.change(session, "p1", state=PublishState.STOPPED, shortfalls=["x"], due_at=None)
        assert publishes.due(session, NOW, 10) == []
    with pytest.raises(IntegrityError), database.begin() as session:
        publishes.add(session, publish("p2"))


def test_no_two_jobs_of_a_publish_have_one_number(database: Database, item: Item) -> None:
    with database.begin() as session:
        approvals.add(session, request(1, RequestState.APPROVED))
        publishes.add(session, publish("p1"))

    def count() -> int:
        with database.begin() as session:
            return publishes.count_job(session, "p1")

    assert sorted(together(5, count)) == [1, 2, 3, 4, 5]


def refresh(refresh_id: str, state: RefreshState = RefreshState.RUNNING) -> Refresh:
    rows = tuple(ListResult(name) for name in ListName)
    return Refresh(refresh_id, "b1", "U1", "C1", state, NOW, None, NOW, 0, True, rows)


def test_a_business_has_one_running_refresh(database: Database, business: str) -> None:
    generations = dict.fromkeys(ListName, 1)
    with database.begin() as session:
        refreshes.add(session, refresh("f0", RefreshState.DONE), generations)
        refreshes.add(session, refresh("f1"), generations)
        running = refreshes.running(session, "b1")
        assert running is not None
        assert running == refresh("f1")
    with pytest.raises(IntegrityError), database.begin() as session:
        refreshes.add(session, refresh("f2"), generations)


def test_items_are_counted_without_gaps_or_repeats(database: Database, business: str) -> None:
    def count() -> int:
        with database.begin() as session:
            return people.next_number(session, "b1")

    assert sorted(together(5, count)) == [1, 2, 3, 4, 5]


# Types.


def test_a_time_without_a_zone_is_refused(database: Database, business: str) -> None:
    row = {"digest": "d", "workspace_id": "T1", "business_id": "b1", "user_id": "U", "channel_id": "C"}
    statement = insert(link_rows).values(**row, created_at=NOW, expires_at=NOW.replace(tzinfo=None))
    with pytest.raises(StatementError, match="needs a zone"), database.begin() as session:
        session.execute(statement)


def test_a_time_of_another_zone_comes_back_as_the_same_moment_in_utc(database: Database, business: str) -> None:
    elsewhere = datetime(2026, 11, 23, 2, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-7)))
    with database.begin() as session:
        links.add(session, Link("d", "b1", "T1", "U1", "C1", elsewhere), NOW)
    with database.begin() as session:
        kept = links.find(session, "d")
        assert kept is not None
        assert kept.expires_at == elsewhere
        assert kept.expires_at.tzinfo is UTC


@pytest.mark.parametrize("amount", ["0", "0.0001", "-12.34", "1234567890.12", "92233720368547.7580"])
def test_an_amount_is_exact(database: Database, amount: str) -> None:
    with database.begin() as session:
        assert session.scalar(select(literal(Decimal(amount), Amount()))) == Decimal(amount)


@pytest.mark.parametrize("amount", ["0.00001", "1.23456"])
def test_an_amount_that_would_be_rounded_is_refused(database: Database, amount: str) -> None:
    with pytest.raises(StatementError, match="at most four decimals"), database.begin() as session:
        session.scalar(select(literal(Decimal(amount), Amount())))


def test_nothing_is_nothing(database: Database) -> None:
    with database.begin() as session:
        assert session.scalar(select(literal(None, Amount()))) is None
        assert session.scalar(select(literal(None, UtcDateTime()))) is None


# Plans as JSON.


@given(
    total=st.decimals("0.0001", 10**13, places=4),
    text=st.text(max_size=50),
    day=st.dates(date(2016, 1, 1), date(2028, 12, 31)),
    paid=st.booleans(),
)
def test_a_plan_comes_back_digit_for_digit(total: Decimal, text: str, day: date, paid: bool) -> None:
    coded = coding(project_class=found("k1", text), customer=found("c1", text))
    made = plan(
        OWN_LINE,
        coded=coded,
        total=total,
        tax=total / 2,
        number=text,
        description=text,
        issued_on=day,
        paid=paid,
        project="p",
    )
    back = json_round_trip(made)
    assert back == made
    assert back.fingerprint == made.fingerprint
    assert [str(line.amount) for line in back.draft.lines] == [str(line.amount) for line in made.draft.lines]


def json_round_trip(made: Plan) -> Plan:
    import json

    stored: Any = json.loads(json.dumps(plans.dump(made)))
    return plans.load(stored)


# Answers.


def test_an_answer_is_delivered_once_and_then_empty(database: Database) -> None:
    answer = outbox.Answer("a1", "T1", "C1", "U1", b"sealed", "text", [{"type": "divider"}])
    with database.begin() as session:
        outbox.add_answer(session, answer, NOW)
        assert outbox.unsent_answer(session, "a1") == answer
        outbox.note_sent(session, "a1", NOW)
        assert outbox.unsent_answer(session, "a1") is None
        outbox.sweep(session, NOW)
        outbox.sweep(session, NOW + timedelta(seconds=1))
        assert outbox.unsent_answer(session, "a1") is None


def test_an_error_rolls_everything_back(database: Database, business: str) -> None:
    def fail() -> None:
        with database.begin() as session:
            outbox.keep_posted(session, "k", outbox.Posted("C1", "1", "d"), NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.begin() as session:
        assert outbox.posted(session, "k") is None
