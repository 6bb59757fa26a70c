"""Column types that keep a value exact on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_SCALE = Decimal(10_000)

SortedText = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of its characters' numbers, on both databases: what begins alike stands together in an index."""


class UtcDateTime(TypeDecorator[datetime]):
    """Store an aware datetime in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive time: it could mean anything."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the time with its zone."""
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


class Amount(TypeDecorator[Decimal]):
    """Store a decimal amount as whole ten-thousandths, so that SQLite adds it up exactly."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Refuse an amount finer than can be kept: rounding would change money silently."""
        if value is None:
            return None
        scaled = value * _SCALE
        if scaled != scaled.to_integral_value():
            raise ValueError("an amount has at most four decimals")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Return the amount with the decimals it needs, two at least."""
        if value is None:
            return None
        amount = Decimal(value) / _SCALE
        cents = amount.quantize(Decimal("0.01"))
        return cents if cents == amount else amount.normalize()
