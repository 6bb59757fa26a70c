"""Plans as JSON columns: amounts as text, so that nothing passes through a float."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from bot.domain.plans import Plan

_ADAPTER = TypeAdapter(Plan)


def dump(plan: Plan) -> Any:
    """Return a plan as values that JSON knows."""
    return _ADAPTER.dump_python(plan, mode="json")


def load(stored: Any) -> Plan:
    """Return the plan that `dump` wrote."""
    return _ADAPTER.validate_python(stored)
