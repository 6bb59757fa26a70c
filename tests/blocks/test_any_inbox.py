"""Whatever an item holds, and however many: Slack takes the inbox, an item, a receipt's messages, a supplier's."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from blocks.documents import browser_message, document_message
from blocks.inbox import inbox_message
from blocks.item import item_message
from blocks.kit import Message
from blocks.receipts import read_message, receipt_message
from blocks.suppliers import order_message, ordered_message, supplier_modal
from bot.domain.businesses import Business
from bot.domain.inbox import InboxRow, Section, Wanted
from bot.domain.items import Item, ItemStatus
from bot.domain.receipts import UploadState
from bot.domain.suppliers import OrderState

from . import inbox_views as iv
from . import views as v
from .reading import (
    assert_buttons_are_answered,
    assert_known_ids,
    assert_only_our_markup,
    assert_values_hold_ids_only,
    hard,
    problems_of,
)
from .states import on_the_wire, payload
from .test_any_input import businesses, items_of, some, strings

ITEMS = items_of(8, *ItemStatus)


def check(said: Message) -> None:
    sent = payload(said)
    assert hard(problems_of(sent)) == []
    assert_known_ids(sent)
    assert_only_our_markup(sent)
    assert_values_hold_ids_only(sent["blocks"])
    assert_buttons_are_answered(sent["blocks"])


@some
@given(ITEMS, strings, st.sampled_from(Section), businesses)
def test_the_inbox(items: list[Item], words: str, section: Section, business: Business) -> None:
    rows = tuple(InboxRow(item, v.request(), v.BILL_URL) for item in items)
    check(inbox_message(iv.inbox_list(rows=rows, wanted=Wanted(section, words, 3), business=business)))


@some
@given(items_of(1, *ItemStatus).filter(bool), strings, strings)
def test_an_item(items: list[Item], problem: str, name: str) -> None:
    shown = replace(items[0], bill_id=name)
    coding = iv.coding(supplier=iv.found(name), category=iv.found(name))
    publish = v.publish(problem=problem, shortfalls=(problem, name))
    check(item_message(iv.item_view(item=shown, coding=coding, request=v.request(), publish=publish)))
    check(document_message(replace(iv.document_offer(), item=shown)))
    check(browser_message(replace(iv.browser_question(), item=shown)))


@some
@given(st.sampled_from(UploadState), strings, strings, items_of(1, *ItemStatus), businesses)
def test_a_receipt(state: UploadState, name: str, problem: str, items: list[Item], business: Business) -> None:
    item = items[0] if items else None
    told = iv.report(
        state, file_name=name, problem=problem, item=item, earlier=iv.upload(), choices=(business,) * 3,
        business=business,
    )  # fmt: skip
    check(receipt_message(told))
    read = read_message(told)
    if read is not None:
        check(read)


@some
@given(st.sampled_from(OrderState), strings, strings, items_of(1, *ItemStatus).filter(bool))
def test_a_supplier(state: OrderState, name: str, problem: str, items: list[Item]) -> None:
    wanted = replace(iv.order().supplier, name=name)
    check(order_message(iv.order_report(state, items[0], supplier=wanted, problem=problem, vendor_id=name)))
    check(ordered_message(iv.order(supplier=wanted)))
    form = on_the_wire(supplier_modal(iv.supplier_form(item=items[0])))
    assert hard(problems_of(form)) == []
    assert_only_our_markup(form)
