from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.clients.wire import UnreadableError, Wire, decode, encode, parse, parse_words


class Thing(Wire):
    session_id: int


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1284.50", "1284.50"),
        ("0.1", "0.1"),
        ("1E+3", "1000"),
        ("-12.30", "-12.30"),
        ("12345678901234567890.12", "12345678901234567890.12"),
    ],
)
def test_amounts_are_written_digit_for_digit(amount: str, text: str) -> None:
    assert encode({"a": [Decimal(amount)]}) == f'{{"a":[{text}]}}'.encode()


def test_other_values_are_written_as_json() -> None:
    assert encode({"a": True, "b": None, "c": 'q"ü', "d": (1, 2)}) == b'{"a":true,"b":null,"c":"q\\"\\u00fc","d":[1,2]}'


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_what_is_no_number_is_not_written(amount: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        encode([Decimal(amount)])


class Words(Wire):
    name: str | None = None
    is_old: bool | None = None
    more: tuple[Words, ...] = ()


WORDS = TypeAdapter(Words)
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
ROWS = st.dictionaries(st.sampled_from(["name", "isOld", "more", "else"]), VALUES, max_size=4)
SHAPES = st.fixed_dictionaries({"name": VALUES}, optional={"isOld": VALUES, "more": st.lists(ROWS, max_size=3)})


@given(SHAPES, st.booleans())
def test_words_are_parsed_alike_the_quick_way(value: object, escaped: bool) -> None:
    body = json.dumps(value, ensure_ascii=escaped).encode(errors="surrogatepass")
    try:
        expected: object = parse(WORDS, body)
    except UnreadableError as error:
        expected = str(error)
    try:
        found: object = parse_words(WORDS, body)
    except UnreadableError as error:
        found = str(error)
    assert found == expected


@pytest.mark.parametrize("text", ['"A\\u0000B"', '"A\\uD800B"', '"A\\ud83d\\ude00B"', '"A\\\\u0000B"'])
def test_what_no_database_keeps_is_taken_out_of_text_only(text: str) -> None:
    kept = {"\\u0000": "AB", "\\uD800": "A?B", "\\ud83d": "A\U0001f600B", "\\\\u0000": "A\\u0000B"}
    (expected,) = {what for how, what in kept.items() if text[2:].startswith(how)}
    assert decode(f'{{"name": {text}, {text}: [{text}]}}'.encode()) == {"name": expected, expected: [expected]}


def test_fractions_are_read_exactly() -> None:
    assert decode(b'{"a": 0.1, "b": 1284.50}') == {"a": Decimal("0.1"), "b": Decimal("1284.50")}


@pytest.mark.parametrize("text", [b"", b"<html>", b"[NaN]", b"\xff\xfe\x00", b"[" * 200_000, b"9" * 5000])
def test_what_cannot_be_read_says_so_without_quoting(text: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        decode(text)
    assert "html" not in str(caught.value)


def test_a_wrong_shape_names_the_field_and_not_the_value() -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(Thing, b'{"sessionId": "s3cret"}')
    assert "sessionId" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    with pytest.raises(UnreadableError, match="whole"):
        parse(Thing, b"[]")
