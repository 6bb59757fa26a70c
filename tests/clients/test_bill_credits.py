from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
import pytest

from bot.domain.bills import Bill, BillDraft, BillLine
from bot.errors import InvalidFieldError, NoSuchEntryError, OutcomeUnknownError

from .doubles import BillWorld, body, ok

DRAFT = BillDraft(
    "00901VENDOR", "CN-1", date(2026, 11, 2), date(2026, 11, 2), "Returned [dext:7]",
    (BillLine(Decimal("12.50"), "Returned", "0ca1", class_id="cls1"),),
)  # fmt: skip
ROW = {
    "id": "vcr01",
    "vendorId": "00901VENDOR",
    "referenceNumber": "CN-1",
    "creditDate": "2026-11-02",
    "description": "Returned [dext:7]",
    "amount": 12.5,
    "appliedAmount": 2.5,
    "status": "PARTIALLY_APPLIED",
    "createdTime": "2026-11-02T10:00:00.000+00:00",
}
CREDIT = Bill(
    "vcr01", "00901VENDOR", "CN-1", date(2026, 11, 2), Decimal("12.5"), "Returned [dext:7]", "PARTIALLY_APPLIED",
    Decimal("2.5"), False, datetime(2026, 11, 2, 10, tzinfo=UTC),
)  # fmt: skip
CREATE, LIST = "POST /v3/vendor-credits", "GET /v3/vendor-credits"


def test_a_credit_is_created_with_its_own_names(world: BillWorld) -> None:
    world.up.on(CREATE, ok(ROW, 201))
    assert world.client().create_credit(DRAFT) == CREDIT
    assert body(world.up.requests[-1]) == {
        "vendorId": "00901VENDOR",
        "referenceNumber": "CN-1",
        "creditDate": "2026-11-02",
        "description": "Returned [dext:7]",
        "vendorCreditLineItems": [
            {
                "amount": 12.5,
                "description": "Returned",
                "classifications": {"chartOfAccountId": "0ca1", "accountingClassId": "cls1"},
            }
        ],
    }


@pytest.mark.parametrize("answer", [httpx.ReadTimeout("slow"), httpx.Response(503), ok({"id": "vcr01"}, 201)])
def test_a_lost_answer_is_unknown_and_never_sent_again(world: BillWorld, answer: httpx.Response | Exception) -> None:
    world.up.on(CREATE, answer)
    with pytest.raises(OutcomeUnknownError):
        world.client().create_credit(DRAFT)
    assert sum(request.method == "POST" for request in world.up.requests if "credits" in request.url.path) == 1


def test_a_number_too_long_is_not_even_sent(world: BillWorld) -> None:
    long = BillDraft("v", "x" * 22, DRAFT.invoice_date, DRAFT.due_date, "", DRAFT.lines)
    with pytest.raises(InvalidFieldError):
        world.client().create_credit(long)


def test_a_vendors_credits_are_listed_oldest_first(world: BillWorld) -> None:
    world.up.on(LIST, ok({"results": [ROW]}))
    since = datetime(2026, 11, 1, tzinfo=UTC)
    assert list(world.client().credits(vendor_id="00901VENDOR", created_since=since)) == [CREDIT]
    asked = world.up.requests[-1].url.params
    assert asked["filters"] == 'vendorId:eq:00901VENDOR,createdTime:gte:"2026-11-01T00:00:00.000+00:00"'
    assert asked["sort"] == "createdTime:asc"
    with pytest.raises(NoSuchEntryError):
        list(world.client().credits(vendor_id="x,archived:eq:true", created_since=since))
