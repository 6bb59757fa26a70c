"""Rows of the database from frozen dataclasses."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any


def row_of(value: Any) -> dict[str, Any]:
    """Return the columns of a flat dataclass; what is an enum is stored as its value."""
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: one.value if isinstance(one, Enum) else one for name, one in found.items()}
