from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bills import BillDraft, BillLine
from bot.domain.items import DocumentKind
from bot.domain.plans import Plan, bill_number, differences, make_plan, marker
from tests.domain.makers import INSIDE, OWN_LINE, coding, details, found, plan


def amounts(made: Plan) -> list[tuple[str, Decimal]]:
    return [(line.account_id, line.amount) for line in made.draft.lines]


# Lines and tax.


def test_tax_inside_is_part_of_the_categorys_line() -> None:
    assert amounts(plan(INSIDE)) == [("account1", Decimal("1284.50"))]


def test_tax_on_its_own_line_is_taken_out_of_the_categorys() -> None:
    assert amounts(plan(OWN_LINE)) == [("account1", Decimal("1184.50")), ("taxaccount", Decimal("100.00"))]


def test_no_tax_makes_no_line_of_its_own() -> None:
    assert amounts(plan(OWN_LINE, tax=Decimal("0.00"))) == [("account1", Decimal("1284.50"))]


def test_a_document_that_is_all_tax_still_adds_up() -> None:
    made = plan(OWN_LINE, tax=Decimal("1284.50"))
    assert made.draft.total == Decimal("1284.50")
    assert all(line.amount >= 0 for line in made.draft.lines)


def test_every_line_carries_class_location_and_customer() -> None:
    coded = coding(customer=found("c1", "Lakeside"), project_location=found("l1", "North"))
    made = plan(OWN_LINE, coded=coded, customer="Lakeside", project="North")
    assert {(line.class_id, line.location_id, line.customer_id) for line in made.draft.lines} == {(None, "l1", "c1")}
    assert (made.customer, made.project_location) == ("Lakeside", "North")


@pytest.mark.parametrize("missing", [{"total": None}, {"tax": None}, {"issued_on": None}])
def test_a_plan_of_an_incomplete_item_is_a_mistake(missing: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a plan needs"):
        plan(**missing)


# What is flagged for the approver, and what the description keeps.


def test_an_approver_sees_what_was_assumed() -> None:
    assert plan().flags == ()
    by_name = replace(coding().supplier, by_name=True)
    flags = plan(coded=coding(supplier=by_name), number="", due_on=None, paid=True).flags
    assert [flag.split(";")[0].split("“")[0] for flag in flags] == [
        "the document has no invoice number",
        "no due date on the document",
        "supplier found in Bill.com by its name ",
    ]


@pytest.mark.parametrize(
    ("due_on", "flagged"), [(date(2026, 11, 16), True), (date(2026, 11, 17), False), (date(2026, 12, 17), False)]
)
def test_a_document_that_is_due_before_its_date_says_so_on_its_card(due_on: date, flagged: bool) -> None:
    early = "the due date is before the date of the document"
    assert (early in plan(due_on=due_on).flags) is flagged
    assert early not in plan(due_on=due_on, kind=DocumentKind.CREDIT_NOTE).flags


def test_a_paid_document_without_due_date_is_due_on_its_own_date() -> None:
    made = plan(due_on=None, paid=True)
    assert made.draft.due_date == made.draft.invoice_date
    assert made.pays


def test_the_description_keeps_what_found_no_field() -> None:
    number = "DPW/2026/AUTUMN-CATALOGUE/0117"
    text = plan(number=number, payment_method="Company Card").draft.description
    assert text == (
        f"Hosting · Invoice number on the document: {number} · Payment method: Company Card [dext:1048200001]"
    )


def test_a_blank_number_is_not_kept_as_if_it_were_one() -> None:
    assert "on the document" not in plan(number="   ").draft.description


# The invoice number.


@given(st.text(max_size=60), st.integers(1, 10**15))
def test_a_number_always_fits_and_stays_the_same(original: str, dext_id: int) -> None:
    number, remark = bill_number(original, str(dext_id))
    assert 1 <= len(number) <= 21
    assert (number, remark) == bill_number(original, str(dext_id))
    assert (remark == "") == (number == " ".join(original.split()))


@given(st.text("ABC/-0123456789", min_size=22, max_size=40), st.text("0123456789", min_size=1, max_size=8))
def test_long_numbers_that_begin_alike_stay_apart(number: str, ending: str) -> None:
    assert bill_number(number, "1")[0] != bill_number(number + ending, "1")[0]


def test_documents_without_a_number_get_different_ones() -> None:
    assert bill_number("", "1048200001")[0] == "DEXT-1048200001"
    assert bill_number(" ", "1048200002")[0] == "DEXT-1048200002"


# The fingerprint.


def test_names_and_remarks_do_not_count() -> None:
    made = plan()
    renamed = replace(
        made, supplier="New", category="New", customer="New", project_class="New", project_location="New", flags=("x",)
    )
    assert renamed.fingerprint == made.fingerprint


def test_five_is_five_however_it_is_written() -> None:
    written = {plan(total=Decimal(text), tax=Decimal(0)).fingerprint for text in ("5", "5.0", "5.00", "0.5E+1")}
    assert len(written) == 1
    assert plan(total=Decimal("50"), tax=Decimal(0)).fingerprint not in written


def changed_drafts() -> list[BillDraft]:
    draft = plan().draft
    line = draft.lines[0]
    drafts = [
        replace(draft, vendor_id="other"),
        replace(draft, invoice_number="other"),
        replace(draft, invoice_date=date(2026, 1, 1)),
        replace(draft, due_date=date(2026, 1, 1)),
        replace(draft, description="other"),
        replace(draft, pay_from_account_id="other"),
        replace(draft, lines=(line, line)),
    ]
    values: dict[str, Any] = {"amount": Decimal("1")}
    fields = [field.name for field in dataclasses.fields(BillLine)]
    return drafts + [replace(draft, lines=(replace(line, **{name: values.get(name, "other")}),)) for name in fields]


@pytest.mark.parametrize("draft", changed_drafts())
def test_everything_that_is_sent_counts(draft: BillDraft) -> None:
    made = plan()
    changed = replace(made, draft=draft)
    assert changed.fingerprint != made.fingerprint
    assert differences(made, changed)


@pytest.mark.parametrize("change", [{"dext_id": "2"}, {"currency": "EUR"}, {"pays": True}])
def test_document_currency_and_payment_count_too(change: dict[str, Any]) -> None:
    made = plan()
    assert replace(made, **change).fingerprint != made.fingerprint


def test_every_field_of_a_draft_was_tried() -> None:
    assert len(dataclasses.fields(BillDraft)) == 7, "a new field needs a line in changed_drafts"


def test_the_same_item_read_twice_has_one_fingerprint() -> None:
    assert make_plan(details(), coding(), INSIDE).fingerprint == plan().fingerprint


# Differences.


def test_nothing_differs_from_itself() -> None:
    assert differences(plan(), plan()) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"total": Decimal("1284.60")}, "total: USD 1,284.50 → USD 1,284.60"),
        ({"currency": "EUR"}, "total: USD 1,284.50 → EUR 1,284.50"),
        ({"number": "ACS-1"}, "invoice number: ACS-20417 → ACS-1"),
        ({"issued_on": date(2026, 11, 18)}, "date: 17 Nov 2026 → 18 Nov 2026"),
        ({"due_on": date(2026, 12, 2)}, "due date: 17 Dec 2026 → 2 Dec 2026"),
        ({"paid": True}, "paid: no → yes"),
        ({"description": "Other"}, "description, class, location or customer changed"),
    ],
)
def test_a_difference_is_named_with_its_old_value_first(changes: dict[str, Any], said: str) -> None:
    assert differences(plan(), plan(**changes)) == (said,)


def test_another_supplier_or_category_is_named() -> None:
    coded = coding(supplier=found("vendor2", "Beta", "USD"), category=found("account2", "Travel"))
    assert differences(plan(), plan(coded=coded)) == (
        "supplier: Acme Cloud Services → Beta",
        "category: Software → Travel",
    )


def test_a_change_of_tax_on_its_own_line_is_named() -> None:
    assert differences(plan(OWN_LINE), plan(OWN_LINE, tax=Decimal("90.00"))) == ("tax: 100.00 → 90.00",)


def test_the_marker_tells_items_apart() -> None:
    assert marker("12") not in marker("123")
