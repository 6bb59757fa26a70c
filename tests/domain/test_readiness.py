from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.businesses import TaxTreatment
from bot.domain.coding import Coding, Match
from bot.domain.items import Details, DocumentKind
from bot.domain.lists import Entry
from bot.domain.money import minor_digits
from bot.domain.plans import make_plan, marker
from bot.domain.readiness import lacks
from tests.domain.makers import INSIDE, OWN_LINE, TODAY, coding, details, found

ARCHIVED = Match(archived=Entry("old", "Old one", archived=True))


def reasons(coded: Coding | None = None, treatment: TaxTreatment = INSIDE, /, **changes: Any) -> tuple[str, ...]:
    return lacks(details(**changes), coded or coding(), treatment, TODAY)


def test_a_complete_item_lacks_nothing() -> None:
    assert reasons() == ()
    assert reasons(None, OWN_LINE) == ()


@pytest.mark.parametrize(
    ("changes", "coded", "said"),
    [
        ({"supplier": ""}, coding(supplier=Match()), "supplier missing"),
        ({"category": ""}, coding(category=Match()), "category missing"),
        ({"total": None}, None, "total missing"),
        ({"tax": None}, None, "tax setting missing"),
        ({"currency": ""}, None, "currency missing"),
        ({"issued_on": None}, None, "date missing"),
        ({"due_on": None}, None, "due date missing"),
    ],
)
def test_a_missing_field_is_the_one_reason_given(changes: dict[str, Any], coded: Coding | None, said: str) -> None:
    (reason,) = reasons(coded, **changes)
    assert reason.startswith(said)


@pytest.mark.parametrize("field", ["supplier", "category"])
def test_an_entry_that_bill_com_does_not_offer_is_named(field: str) -> None:
    (unknown,) = reasons(coding(**{field: Match()}), **{field: "Nobody"})
    assert unknown.startswith(f"{field} “Nobody” is not in Bill.com")
    (archived,) = reasons(coding(**{field: ARCHIVED}))
    assert archived.startswith(f"{field} “Old one” is archived")
    (ambiguous,) = reasons(coding(**{field: Match(several=2)}), **{field: "Twice"})
    assert ambiguous.startswith("2 entries in Bill.com are called “Twice”")


@pytest.mark.parametrize(
    ("field", "match", "said"),
    [("customer", "customer", "customer"), ("project", "project_class", "class or location")],
)
def test_what_is_optional_is_a_reason_only_when_it_is_named_and_not_found(field: str, match: str, said: str) -> None:
    assert reasons(**{field: ""}) == ()
    assert reasons(coding(**{match: found("x1")}), **{field: "Lakeside"}) == ()
    (unknown,) = reasons(**{field: "Lakeside"})
    assert unknown.startswith(f"{said} “Lakeside” is not in Bill.com")
    (archived,) = reasons(coding(**{match: ARCHIVED}), **{field: "Lakeside"})
    assert "is archived" in archived


def test_a_project_may_be_a_location() -> None:
    assert reasons(coding(project_location=found("l1")), project="Lakeside") == ()
    (archived,) = reasons(coding(project_location=ARCHIVED), project="Lakeside")
    assert "is archived" in archived


def test_a_payment_method_matters_only_for_what_was_paid() -> None:
    assert reasons(payment_method="Company Card") == ()
    (unknown,) = reasons(payment_method="Company Card", paid=True)
    assert unknown.startswith("payment method “Company Card” is not in Bill.com")
    assert reasons(coding(payment_account=found("bank1")), payment_method="Company Card", paid=True) == ()
    assert reasons(paid=True, due_on=None) == ()


def test_only_costs_that_are_owed_or_paid_become_bills() -> None:
    (sale,) = reasons(kind=DocumentKind.SALE, total=None)
    assert "main accounting software" in sale
    (credit,) = reasons(kind=DocumentKind.CREDIT_NOTE, total=None)
    assert credit.startswith("total missing")


CREDIT: dict[str, Any] = {"kind": DocumentKind.CREDIT_NOTE, "due_on": None}


@pytest.mark.parametrize(("total", "tax"), [("10", "1"), ("-10", "-1"), ("-10", "1"), ("-10", "0"), ("10", "-0")])
def test_a_credit_note_is_worth_what_it_says_whatever_its_sign(total: str, tax: str) -> None:
    changes = CREDIT | {"total": Decimal(total), "tax": Decimal(tax)}
    assert reasons(**changes) == ()
    for treatment in (INSIDE, OWN_LINE):
        made = make_plan(details(**changes), coding(), treatment)
        assert (made.credit, made.pays, made.draft.total) == (True, False, Decimal(10))
        assert all(line.amount > 0 for line in made.draft.lines)
        assert any("no document" in flag for flag in made.flags)
        assert any("counts above zero" in flag for flag in made.flags) is total.startswith("-")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"total": Decimal(0), "tax": Decimal(0)}, "total is not above zero"),
        ({"total": Decimal(-5), "tax": Decimal(-6)}, "tax is more than the total"),
        ({"paid": True}, "marked as paid in Dext, so it was refunded already"),
        ({"issued_on": None}, "date missing"),
    ],
)
def test_a_credit_note_can_lack_something_too(changes: dict[str, Any], said: str) -> None:
    (reason,) = reasons(**(CREDIT | changes))
    assert reason.startswith(said)


def test_a_credit_and_a_bill_of_the_same_figures_are_approved_apart() -> None:
    bill = make_plan(details(due_on=details().issued_on), coding(), INSIDE)
    credit = make_plan(details(**CREDIT), coding(), INSIDE)
    assert bill.draft == credit.draft
    assert bill.fingerprint != credit.fingerprint


@pytest.mark.parametrize("total", ["0", "0.00", "-0.01", "-1284.50"])
def test_a_bill_is_above_zero(total: str) -> None:
    assert any(reason.startswith("total is not above zero") for reason in reasons(total=Decimal(total), tax=Decimal(0)))


@pytest.mark.parametrize("treatment", [INSIDE, OWN_LINE])
@pytest.mark.parametrize("tax", ["1284.51", "-0.01", "99999"])
def test_tax_lies_between_nothing_and_the_total(tax: str, treatment: TaxTreatment) -> None:
    assert any(reason.startswith("tax") for reason in reasons(None, treatment, tax=Decimal(tax)))


@pytest.mark.parametrize("tax", ["0", "0.00", "1284.50"])
def test_no_tax_is_a_choice_and_all_tax_is_possible(tax: str) -> None:
    assert reasons(tax=Decimal(tax)) == ()


def test_tax_on_its_own_line_needs_an_active_account() -> None:
    for account in (Match(), ARCHIVED):
        (reason,) = reasons(coding(tax_account=account), OWN_LINE)
        assert reason.startswith("tax account missing")
        assert reasons(coding(tax_account=account), OWN_LINE, tax=Decimal("0.00")) == ()
        assert reasons(coding(tax_account=account), INSIDE) == ()


@pytest.mark.parametrize("field", ["issued_on", "due_on"])
@pytest.mark.parametrize(
    "day", [date(1926, 11, 17), date(2015, 12, 31), date(2029, 1, 1), date(2126, 11, 17), date.max]
)
def test_a_day_in_another_century_looks_wrong(field: str, day: date) -> None:
    (reason,) = reasons(**{field: day})
    assert f"date {day.day} {day:%b %Y} looks wrong" in reason


@pytest.mark.parametrize("field", ["issued_on", "due_on"])
@pytest.mark.parametrize("day", [date(2016, 1, 1), date(2028, 12, 31)])
def test_a_day_within_reason_is_believed(field: str, day: date) -> None:
    assert reasons(**{field: day}) == ()


def test_the_currency_must_be_the_one_bill_com_pays_the_supplier_in() -> None:
    (reason,) = reasons(coding(supplier=found("v1", kind="EUR")))
    assert reason == "currency is USD, but Bill.com pays this supplier in EUR"


@pytest.mark.parametrize(
    ("currency", "total", "tax"),
    [("USD", "10.001", "0"), ("USD", "10.00", "0.001"), ("JPY", "10.5", "0"), ("JPY", "100", "9.5"),
     ("KWD", "1.0001", "0")],
)  # fmt: skip
def test_amounts_have_no_more_decimals_than_their_currency(currency: str, total: str, tax: str) -> None:
    (reason,) = reasons(
        coding(supplier=found("v1", kind=currency)), currency=currency, total=Decimal(total), tax=Decimal(tax)
    )
    assert reason.startswith("amounts have more decimals")


def test_every_reason_is_named_and_not_only_the_first() -> None:
    found_lacking = reasons(
        coding(supplier=Match(), category=Match()),
        supplier="", category="", total=None, tax=None, currency="", issued_on=None, due_on=None,
    )  # fmt: skip
    assert [reason.split(" missing")[0] for reason in found_lacking] == [
        "supplier", "category", "total", "currency", "tax setting", "date", "due date",
    ]  # fmt: skip


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.text("ab-/ ", max_size=5000)
DAYS = st.none() | st.dates(date(2014, 1, 1), date(2030, 1, 1))
MATCHES = st.sampled_from(
    [Match(), Match(several=2), ARCHIVED, found("e1"), found("e2", kind="USD"), found("e3", kind="JPY")]
)


@st.composite
def documents(draw: st.DrawFn) -> Details:
    currency = draw(st.sampled_from(["USD", "JPY", "KWD", ""]))
    amounts = st.none() | st.decimals(-10, 10**9, places=draw(st.sampled_from([minor_digits(currency), 3])))
    return Details(
        dext_id=str(draw(st.integers(1, 10**15))),
        kind=draw(st.sampled_from([DocumentKind.BILL, DocumentKind.BILL, DocumentKind.CREDIT_NOTE])),
        processed=True,
        supplier=draw(TEXTS),
        supplier_id="",
        number=draw(TEXTS),
        issued_on=draw(DAYS),
        due_on=draw(DAYS),
        currency=currency,
        total=draw(amounts),
        tax=draw(amounts | st.just(Decimal(0))),
        category=draw(TEXTS),
        category_id="",
        customer=draw(TEXTS),
        project=draw(TEXTS),
        payment_method=draw(TEXTS),
        description=draw(TEXTS),
        paid=draw(st.booleans()),
    )


@given(documents(), st.builds(Coding, *([MATCHES] * 7)), st.sampled_from(TaxTreatment))
def test_an_item_that_lacks_nothing_can_be_planned(item: Details, coded: Coding, treatment: TaxTreatment) -> None:
    if lacks(item, coded, treatment, TODAY):
        return
    check_plan(item, coded, treatment)


ENOUGH = st.sampled_from([found("e1"), found("e2")])


@given(
    st.sampled_from(["USD", "JPY", "KWD"]), st.integers(1, 10**12), st.integers(0, 10**12),
    st.sampled_from(TaxTreatment),
    st.builds(Coding, ENOUGH, ENOUGH, ENOUGH, MATCHES, ENOUGH, ENOUGH, ENOUGH), TEXTS, TEXTS, st.booleans(),
)  # fmt: skip
def test_the_lines_of_a_ready_item_add_up_to_its_total(
    currency: str, minor: int, tax: int, treatment: TaxTreatment, coded: Coding, number: str, text: str, paid: bool
) -> None:
    unit = Decimal(1).scaleb(-minor_digits(currency))
    item = details(
        currency=currency, total=minor * unit, tax=min(tax, minor) * unit, number=number, description=text,
        payment_method=text, paid=paid,
    )  # fmt: skip
    assert lacks(item, coded, treatment, TODAY) == ()
    check_plan(item, coded, treatment)


def check_plan(item: Details, coded: Coding, treatment: TaxTreatment) -> None:
    made = make_plan(item, coded, treatment)
    assert made.draft.total == item.total
    assert all(line.amount >= 0 for line in made.draft.lines)
    assert 1 <= len(made.draft.invoice_number) <= 21
    assert made.draft.invoice_number.strip() == made.draft.invoice_number
    assert marker(item.dext_id) in made.draft.description
    assert len(made.draft.description) <= 4000
    assert all(len(line.description) <= 4000 for line in made.draft.lines)
