from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.clients.bill_errors import NO_REASON, clean, complaints, refusal
from bot.clients.http import Operation, Repeat
from bot.errors import (
    AuthError,
    CredentialsError,
    DuplicateError,
    GarbledReplyError,
    InvalidFieldError,
    LockedOutError,
    MfaRequiredError,
    NoSuchEntryError,
    OutcomeUnknownError,
    PermissionMissingError,
    QuotaError,
    RateLimitedError,
    RefusedError,
    SessionEndedError,
    UnavailableError,
)

from .doubles import NOW, bdc, ok

READ = Operation("GET", "/v3/bills", Repeat.SAFE)
CREATE = Operation("POST", "/v3/bills", Repeat.FIND_FIRST)
HTML = "<html>busy</html>"

SAME_FOR_BOTH = [
    (bdc("BDC_1109", 401), SessionEndedError),
    (bdc("BDC_1109", 403), SessionEndedError),
    (bdc("BDC_1361", 403), MfaRequiredError),
    (bdc("BDC_1145", 403), PermissionMissingError),
    (bdc("BDC_1145", 401), PermissionMissingError),
    (bdc("BDC_1107", 423), LockedOutError),
    (httpx.Response(423, text=HTML), LockedOutError),
    (bdc("BDC_1101", 401), CredentialsError),
    (bdc("BDC_1144", 422), QuotaError),
    (bdc("BDC_1144", 429), QuotaError),
    (bdc("BDC_1322", 422), RateLimitedError),
    (bdc("BDC_1322", 429), RateLimitedError),
    (httpx.Response(429, text=HTML), RateLimitedError),
    (bdc("BDC_1171", 422), DuplicateError),
    (bdc("BDC_1143", 400, "Duplicate bill number for this vendor"), DuplicateError),
    (bdc("BDC_9999", 422, "Invoice number is already used"), DuplicateError),
    (ok([{"message": "This number is a duplicate"}], 409), DuplicateError),
    (bdc("BDC_1143", 400, "invoiceNumber: too long"), InvalidFieldError),
    (ok([{"message": "email: must not be blank"}], 400), InvalidFieldError),
    (ok({"message": "email: must not be blank"}, 400), InvalidFieldError),
    (bdc("BDC_1120", 404), NoSuchEntryError),
    (bdc("BDC_1121", 404), RefusedError),
    (bdc("BDC_1122", 400), RefusedError),
    (bdc("BDC_1151", 422), RefusedError),
    (ok([{"message": "not here"}], 404), RefusedError),
    (bdc("BDC_7777", 403), RefusedError),
    (bdc("BDC_7777", 401), AuthError),
    (ok([{"code": "BDC_5", "message": "x"}, "text", 7, {}, {"code": "BDC_1145"}], 400), PermissionMissingError),
    (ok({"errors": [{"code": "BDC_1145"}]}, 403), PermissionMissingError),
]


@pytest.mark.parametrize(("answer", "error"), SAME_FOR_BOTH)
@pytest.mark.parametrize("operation", [READ, CREATE])
def test_codes_become_errors(operation: Operation, answer: httpx.Response, error: type[Exception]) -> None:
    found = refusal(answer, operation, now=NOW)
    assert type(found) is error
    assert found.service == "Bill.com"
    assert "BDC" not in found.user_message
    assert found.detail.startswith(f"/v3/bills: HTTP {answer.status_code}")


@pytest.mark.parametrize(
    ("answer", "reading", "creating"),
    [
        (bdc("BDC_1001", 500), UnavailableError, OutcomeUnknownError),
        (bdc("BDC_1002", 400), UnavailableError, OutcomeUnknownError),
        (httpx.Response(500, text=HTML), UnavailableError, OutcomeUnknownError),
        (httpx.Response(503, text=HTML), UnavailableError, OutcomeUnknownError),
        (httpx.Response(504), UnavailableError, OutcomeUnknownError),
        (httpx.Response(408), UnavailableError, OutcomeUnknownError),
        (httpx.Response(302), GarbledReplyError, OutcomeUnknownError),
        (httpx.Response(404, text=HTML), GarbledReplyError, RefusedError),
        (httpx.Response(403, text=HTML), GarbledReplyError, RefusedError),
        (httpx.Response(400, text="{"), GarbledReplyError, RefusedError),
        (ok({"status": 404, "error": "Not Found"}, 404), GarbledReplyError, RefusedError),
        (ok([], 400), GarbledReplyError, RefusedError),
    ],
)
def test_answers_without_a_clear_word(
    answer: httpx.Response, reading: type[Exception], creating: type[Exception]
) -> None:
    assert type(refusal(answer, READ, now=NOW)) is reading
    assert type(refusal(answer, CREATE, now=NOW)) is creating


def test_a_bearer_token_ends_by_status_alone() -> None:
    assert type(refusal(httpx.Response(401), READ, now=NOW, bearer=True)) is SessionEndedError
    assert type(refusal(httpx.Response(401), READ, now=NOW)) is AuthError


def test_the_quota_comes_back_on_the_hour() -> None:
    now = datetime(2026, 11, 22, 23, 58, 30, tzinfo=UTC)
    spent = refusal(bdc("BDC_1144", 429), READ, now=now)
    assert isinstance(spent, QuotaError)
    assert spent.retry_after == 90
    busy = refusal(httpx.Response(429, headers={"retry-after": "9"}), READ, now=now)
    assert isinstance(busy, RateLimitedError)
    assert busy.retry_after == 9


@pytest.mark.parametrize(
    ("which", "code"),
    [
        ("token_name_or_value", "BDC_1101"),
        ("developer_key", "BDC_1102"),
        ("developer_key", "BDC_1103"),
        ("organization_id", "BDC_1123"),
    ],
)
def test_which_value_is_wrong(which: str, code: str) -> None:
    error = refusal(bdc(code, 401), READ, now=NOW)
    assert isinstance(error, CredentialsError)
    assert error.which == which


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("BDC_1171: Duplicate number.", "Duplicate number."),
        ("Refused (BDC_1171) here", "Refused here"),
        ("00n01ABCDEFGHIJKLMNO: must not be null", "must not be null"),
        ("email: must not be blank", "email: must not be blank"),
        ("Organizationname: is wrong", "Organizationname: is wrong"),
        ("Field ${paramName0}\n is  wrong", "Field … is wrong"),
    ],
)
def test_texts_are_cleaned_for_people(message: str, text: str) -> None:
    assert clean(message) == text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([{"message": "00n01ABCDEFGHIJKLMNO: too long"}, {"message": "00n01ABCDEFGHIJKLMNP: too long"}], "too long."),
        ([{"message": "a"}, {"message": "b!"}, {"message": "c"}, {"message": "d"}], "a. b! c."),
        (
            [{"message": "${f} is bad", "params": [{"name": "f", "value": "dueDate"}, {"name": "x"}, 3]}],
            "dueDate is bad.",
        ),
        ([{"message": "${f} is bad", "params": {"name": "f", "value": "dueDate"}}], "dueDate is bad."),
        ([{"code": "BDC_1143"}], NO_REASON),
        ([{"message": "x" * 400}], "x" * 299 + "…"),
    ],
)
def test_reasons(body: Any, reason: str) -> None:
    error = refusal(ok(body, 400), CREATE, now=NOW)
    assert isinstance(error, InvalidFieldError)
    assert error.reason == reason


def test_v2_refusals_are_read_from_their_envelope() -> None:
    found = complaints(
        b'{"response_status":1,"response_data":{"error_code":"BDC_1109","error_message":"Session is invalid"}}'
    )
    assert [(one.code, one.message) for one in found] == [("BDC_1109", "Session is invalid")]
