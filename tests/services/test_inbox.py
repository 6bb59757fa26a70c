"""The inbox: who sees it, what it counts, and that its cost does not grow with what is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, text

from bot.domain.inbox import Section, Wanted, wanted
from bot.domain.items import ItemStatus
from bot.domain.money import Money
from bot.errors import AmbiguousError, InputError, NotAllowedError, NotFoundError
from bot.services.inbox import PAGE, Inbox
from storage.tables_work import items as items_table
from tests.storage.conftest import statements
from tests.support.bench import ADMIN, APPROVER, AUDITOR, CHANNEL, FINANCE, STRANGER, WORKSPACE, Bench

CHUNK = 1000


def inbox(bench: Bench) -> Inbox:
    return Inbox(bench.base, "https://bill.example")


def numbers(bench: Bench, typed: str = "", page: int = 0) -> list[int]:
    asked = replace(wanted(typed), page=page)
    return [row.item.number for row in inbox(bench).list(WORKSPACE, FINANCE, asked).rows]


def fill(bench: Bench, count: int) -> None:
    """Put so many items into the inbox, of every status, in two currencies."""
    with bench.database.begin() as session:
        template = session.execute(select(items_table).limit(1)).one()
    row = dict(template._mapping) | {"lacks": [], "taken_in_at": bench.clock(), "changed_at": bench.clock()}
    row |= {"issued_on": None, "due_on": None, "total": Decimal(10), "tax": Decimal(0), "paid": False}
    statuses = list(ItemStatus)
    with bench.database.begin() as session:
        many = [
            row
            | {
                "id": f"n{number}",
                "number": number,
                "dext_id": str(number),
                "status": statuses[number % len(statuses)].value,
                "currency": "EUR" if number % 2 else "USD",
                "supplier_key": f"supplier {number}",
                "processed": True,
            }
            for number in range(1000, 1000 + count)
        ]
        for start in range(0, count, CHUNK):
            session.execute(insert(items_table), many[start : start + CHUNK])
    with bench.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


@pytest.mark.parametrize(
    ("typed", "section", "words"),
    [
        ("", Section.ALL, ""),
        ("ready", Section.READY, ""),
        ("READY  acme ltd", Section.READY, "acme ltd"),
        ("acme ready", Section.ALL, "acme ready"),
        ("all ready mix", Section.ALL, "ready mix"),
        ("review #7, 8", Section.REVIEW, "#7, 8"),
    ],
)
def test_a_section_is_the_first_word_and_the_rest_narrows_it(typed: str, section: Section, words: str) -> None:
    assert wanted(typed) == Wanted(section, words)


def test_every_status_belongs_to_one_section_and_all_shows_them_all() -> None:
    one_each = [section.statuses for section in Section if section is not Section.ALL]
    assert sorted(status for statuses in one_each for status in statuses) == sorted(ItemStatus)
    assert Section.ALL.statuses == tuple(ItemStatus)


def test_items_are_found_by_number_supplier_and_reference(both: Bench) -> None:
    for number, payee in (("ACS-1", "Acme Cloud Services"), ("Ä-2041", "Über & Söhne"), ("300", "Nobody")):
        both.ready_item(invoice_number=number, payee=payee)
    assert numbers(both) == [3, 2, 1]
    assert numbers(both, "1") == [1]
    assert numbers(both, "#1, 2") == [2, 1]
    assert numbers(both, "acme") == [1]
    assert numbers(both, "ÜBER & sö") == [2]
    assert numbers(both, "acs-1") == [1]
    assert numbers(both, "2041") == [2], "a number may be part of a reference as well"
    assert numbers(both, "300") == [3]
    assert numbers(both, "%") == numbers(both, "_") == numbers(both, "99999999999999999999") == []
    assert numbers(both, "ready") == [1]
    assert numbers(both, "review nobody") == [3]


def test_counts_are_of_all_items_and_totals_of_what_is_shown(both: Bench) -> None:
    both.ready_item(total_amount="100.10")
    both.ready_item(invoice_number="2", total_amount="0.20")
    both.ready_item(invoice_number="3", category=None, total_amount="5.00")
    shown = inbox(both).list(WORKSPACE, FINANCE, Wanted(Section.READY))
    assert {tally.status: tally.count for tally in shown.tallies} == {ItemStatus.READY: 2, ItemStatus.TO_REVIEW: 1}
    assert (shown.count, shown.totals) == (2, (Money("USD", Decimal("100.30")),))
    assert inbox(both).list(WORKSPACE, FINANCE, Wanted()).totals == (Money("USD", Decimal("105.30")),)


def test_credit_notes_count_against_the_sum_whatever_their_sign(both: Bench) -> None:
    both.ready_item(total_amount="100.00")
    both.ready_item(invoice_number="2", type="credit_note", total_amount="-10.00")
    both.ready_item(invoice_number="3", type="credit_note", total_amount="5.50")
    shown = inbox(both).list(WORKSPACE, FINANCE, Wanted(Section.READY))
    assert (shown.count, shown.totals) == (3, (Money("USD", Decimal("84.50")),))


def test_pages_are_full_and_one_beyond_the_last_is_the_last(bench: Bench) -> None:
    bench.ready_item()
    fill(bench, PAGE + 2)
    assert len(numbers(bench)) == PAGE
    assert len(numbers(bench, page=1)) == 3
    assert numbers(bench, page=99) == numbers(bench, page=1)
    assert numbers(bench, page=-1) == numbers(bench)


def test_what_waits_says_who_asked(bench: Bench) -> None:
    bench.ask(bench.ready_item().id)
    (row,) = inbox(bench).list(WORKSPACE, AUDITOR, Wanted(Section.WAITING)).rows
    assert row.waiting is not None
    assert row.waiting.requested_by == FINANCE


def test_a_stranger_sees_nothing_and_an_auditor_asks_for_nothing(bench: Bench) -> None:
    item = bench.ready_item()
    for look in (
        lambda: inbox(bench).list(WORKSPACE, STRANGER, Wanted()),
        lambda: inbox(bench).item(WORKSPACE, STRANGER, "1"),
        lambda: inbox(bench).open(WORKSPACE, STRANGER, item.id),
    ):
        with pytest.raises(NotAllowedError):
            look()
    assert not inbox(bench).list(WORKSPACE, AUDITOR, Wanted()).can_request
    assert not inbox(bench).open(WORKSPACE, APPROVER, item.id).can_request
    assert inbox(bench).open(WORKSPACE, FINANCE, item.id).can_request


def test_another_workspace_finds_no_item_of_ours(bench: Bench) -> None:
    item = bench.ready_item()
    with pytest.raises(NotFoundError):
        inbox(bench).open("T999", ADMIN, item.id)


@pytest.mark.parametrize("typed", ["", "acme", "-1", "9999999999", "1 2"])
def test_an_item_is_asked_for_by_its_number(bench: Bench, typed: str) -> None:
    bench.ready_item()
    assert inbox(bench).item(WORKSPACE, FINANCE, "#1", CHANNEL).item.number == 1
    with pytest.raises(InputError):
        inbox(bench).item(WORKSPACE, FINANCE, typed)
    with pytest.raises(NotFoundError, match="no item #2"):
        inbox(bench).item(WORKSPACE, FINANCE, "2")


def test_an_item_of_the_business_that_was_chosen_is_found_wherever_it_is_asked_for(bench: Bench) -> None:
    item = bench.ready_item()
    bench.people.found(WORKSPACE, ADMIN, "C999", "Another One")
    with pytest.raises(AmbiguousError):
        inbox(bench).item(WORKSPACE, FINANCE, "1")
    assert inbox(bench).item(WORKSPACE, FINANCE, "1", "", item.business_id).item.id == item.id


def test_an_items_course_is_told_in_order(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.work_off()
    view = inbox(bench).open(WORKSPACE, FINANCE, bench.publish(publish_id).item_id)
    assert [(moment.what, moment.by) for moment in view.history] == [
        ("taken in from Dext", ""),
        ("approval asked for", FINANCE),
        ("approved", APPROVER),
        ("published in Bill.com", ""),
    ]
    assert view.bill_url == f"https://bill.example/bills/{view.item.bill_id}"


Look = Callable[[Bench], object]
LOOKS: dict[str, Look] = {
    "items": lambda bench: inbox(bench).list(WORKSPACE, FINANCE, Wanted()),
    "items of a status": lambda bench: inbox(bench).list(WORKSPACE, FINANCE, Wanted(Section.READY, page=3)),
    "items with words": lambda bench: inbox(bench).list(WORKSPACE, FINANCE, Wanted(Section.ALL, "supplier 10")),
    "one item": lambda bench: inbox(bench).item(WORKSPACE, FINANCE, "1003"),
    "publish": lambda bench: bench.status.publish_list(WORKSPACE, FINANCE, "", 0),
    "publish with words": lambda bench: bench.status.publish_list(WORKSPACE, FINANCE, "supplier", 1),
}


def test_ten_thousand_items_take_the_statements_that_a_hundred_take(both: Bench) -> None:
    both.ready_item()
    fill(both, 100)
    few = {name: _statements(both, look) for name, look in LOOKS.items()}
    both.rows("SELECT 1")
    with both.database.begin() as session:
        session.execute(text("DELETE FROM items WHERE id LIKE 'n%'"))
    fill(both, 10_000)
    many = {name: _statements(both, look) for name, look in LOOKS.items()}
    assert {name: len(seen) for name, seen in many.items()} == {name: len(seen) for name, seen in few.items()}
    assert max(len(seen) for seen in many.values()) <= 20


ALL_OF_IT = "FROM items WHERE business_id = 'b'"


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (f"SELECT * {ALL_OF_IT} AND status = 'ready' ORDER BY number DESC LIMIT 8", "ix_items_status"),
        (f"SELECT * {ALL_OF_IT} ORDER BY number DESC LIMIT 8", "uq_items_number"),
        (
            f"SELECT status, currency, count(*), sum(CASE WHEN kind = 'c' THEN -abs(total) ELSE total END) {ALL_OF_IT} "
            "GROUP BY status, currency",
            "COVERING INDEX ix_items_totals",
        ),
    ],
)
def test_pages_and_sums_are_read_by_index_without_sorting(bench: Bench, query: str, index: str) -> None:
    bench.ready_item()
    fill(bench, 2000)
    plan = " ".join(row[-1] for row in bench.rows(f"EXPLAIN QUERY PLAN {query}"))
    assert index in plan
    assert "TEMP B-TREE" not in plan


def _statements(bench: Bench, look: Look) -> list[str]:
    with statements(bench.database) as seen:
        look(bench)
    return [one for one in seen if one.startswith(("SELECT", "INSERT", "UPDATE"))]
