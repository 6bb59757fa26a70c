"""JSON as the clients read and write it: numbers are `Decimal`, never binary fractions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    """Be the base of what a service answers: unknown fields are ignored, names are camelCase."""

    model_config = ConfigDict(
        extra="ignore",
        alias_generator=to_camel,
        coerce_numbers_to_str=True,
        # An error of pydantic would otherwise repeat the value, which may be a session id.
        hide_input_in_errors=True,
    )


Reply = TypeVar("Reply")

_ODD = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)
"""What NUL and halves of a surrogate pair, whole pairs included, are written as."""


class UnreadableError(Exception):
    """Say why a body cannot be read, without any of its values; never leaves `bot.clients`."""


def decode(body: bytes) -> object:
    """Parse JSON with fractions as `Decimal` and text that a database keeps; raises UnreadableError."""
    try:
        value: object = json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse_constant)
        return _storable(value) if _ODD.search(body) else value
    except (ValueError, RecursionError) as error:
        # The text of the error is dropped: it can quote the body.
        raise UnreadableError(f"not JSON ({type(error).__name__}, {len(body)} bytes)") from None


def parse(shape: type[Reply] | TypeAdapter[Reply], body: bytes) -> Reply:
    """Parse JSON into a shape; raises UnreadableError that names the fields at fault."""
    return fit(shape, decode(body))


def parse_words(shape: TypeAdapter[Reply], body: bytes) -> Reply:
    """Parse like `parse`, in half the time, a shape that holds words only: fractions would be rounded."""
    if not _ODD.search(body):
        try:
            return shape.validate_json(body)
        except ValidationError:
            pass  # said below, in words that quote nothing
    return parse(shape, body)


def fit(shape: type[Reply] | TypeAdapter[Reply], value: object) -> Reply:
    """Fit what `decode` gave into a shape; raises UnreadableError that names the fields at fault."""
    adapter = shape if isinstance(shape, TypeAdapter) else TypeAdapter(shape)
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        places = sorted({".".join(str(step) for step in fault["loc"]) or "(whole)" for fault in error.errors()})
        raise UnreadableError("unexpected shape at " + ", ".join(places[:5])) from None


def encode(value: object) -> bytes:
    """Write JSON with every `Decimal` digit for digit; raises ValueError for NaN and infinities."""
    return _text(value).encode()


def _text(value: object) -> str:
    # The standard encoder can only write a Decimal as a float or as a string; both would change an amount.
    match value:
        case Decimal():
            if not value.is_finite():
                raise ValueError("an amount must be a finite number")
            return format(value, "f")
        case Mapping():
            return "{" + ",".join(f"{json.dumps(str(key))}:{_text(item)}" for key, item in value.items()) + "}"
        case str():
            return json.dumps(value)
        case Sequence():
            return "[" + ",".join(_text(item) for item in value) + "]"
        case _:
            return json.dumps(value, allow_nan=False)


def _storable(value: object) -> object:
    # No database keeps NUL, and half a surrogate pair is no text at all.
    match value:
        case str():
            return value.replace("\0", "").encode(errors="replace").decode()
        case dict():
            return {_storable(name): _storable(item) for name, item in value.items()}
        case list():
            return [_storable(item) for item in value]
        case _:
            return value


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
