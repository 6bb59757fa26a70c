from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.items import Item, ItemStatus
from bot.domain.money import Money
from storage import items
from storage.database import Database
from tests.domain.makers import details
from tests.storage.conftest import NOW, statements

READY = [ItemStatus.READY]


def item(number: int, status: ItemStatus = ItemStatus.READY, **changes: object) -> Item:
    return Item(f"i{number}", "b1", number, details(dext_id=str(number), **changes), status, ("x",), NOW)


def keep(database: Database, *many: Item) -> None:
    with database.begin() as session:
        for one in many:
            items.add(session, one, f"digest{one.number}")


def numbers(database: Database, words: str = "", offset: int = 0, limit: int = 10) -> list[int]:
    with database.begin() as session:
        found = items.page(session, "b1", READY, words=words, offset=offset, limit=limit)
        if not offset and limit == 10:
            assert items.count(session, "b1", READY, words) == len(found)
    return [one.number for one in found]


def test_an_item_comes_back_as_it_was(database: Database, business: str) -> None:
    one = item(1, total=Decimal("1284.50"), tax=None, issued_on=None)
    keep(database, one)
    with database.begin() as session:
        assert items.get(session, "b1", "i1") == one
        assert items.digests(session, "b1", ["1", "2"]) == {"1": ("i1", "digest1")}
        items.keep(session, replace(one, note="n", lacks=()), NOW)
        assert items.digests(session, "b1", ["1"])["1"][1] == "digest1"


def test_pages_are_in_the_order_of_numbers(database: Database, business: str) -> None:
    keep(database, *[item(number) for number in (3, 1, 2)], item(4, ItemStatus.WAITING))
    assert numbers(database) == [1, 2, 3]
    assert numbers(database, offset=1, limit=1) == [2]


@pytest.mark.parametrize(
    ("words", "found"),
    [("", [1, 2, 3]), ("1,3", [1, 3]), ("#2", [2]), ("acme", [1]), ("ACME cl", [1]), ("%", [2]), ("_", [3]),
     ("A%e", []), ("99", []), ("99999999999999999999", [])],
)  # fmt: skip
def test_words_are_numbers_or_part_of_a_supplier_taken_literally(
    database: Database, business: str, words: str, found: list[int]
) -> None:
    keep(database, item(1, supplier="Acme Cloud"), item(2, supplier="100% Wool"), item(3, supplier="a_b"))
    assert numbers(database, words) == found


def test_a_supplier_is_found_whatever_its_case_beyond_ascii(database: Database, business: str) -> None:
    keep(database, item(1, supplier="Ärzte GmbH"))
    assert numbers(database, "ärzte") == [1]


def test_totals_are_exact_and_per_currency(database: Database, business: str) -> None:
    keep(database, *[item(number, total=Decimal("0.10")) for number in range(1, 31)])
    keep(
        database,
        item(31, currency="KWD", total=Decimal("0.001")),
        item(32, currency="JPY", total=Decimal("900719925474")),
    )
    keep(database, item(33, total=None), item(34, ItemStatus.WAITING, total=Decimal("5")))
    with database.begin() as session:
        assert items.totals(session, "b1", READY) == (
            Money("JPY", Decimal("900719925474")),
            Money("KWD", Decimal("0.001")),
            Money("USD", Decimal("3.00")),
        )
        assert items.totals(session, "b2", READY) == ()


def test_counting_is_one_statement(database: Database, business: str) -> None:
    keep(database, item(1), item(2), item(3, ItemStatus.HELD))
    with statements(database) as seen, database.begin() as session:
        assert items.counts(session, "b1") == {ItemStatus.READY: 2, ItemStatus.HELD: 1}
    assert len([one for one in seen if one.startswith("SELECT")]) == 1


@pytest.mark.parametrize("same", [{"number": 1}, {"dext_id": "1"}])
def test_a_number_and_a_document_are_one_items_only(database: Database, business: str, same: dict[str, object]) -> None:
    keep(database, item(1))
    other = item(2)
    if "number" in same:
        other = replace(other, number=1)
    else:
        other = replace(other, details=replace(other.details, dext_id="1"))
    with pytest.raises(IntegrityError):
        keep(database, other)
