"""What publishing an item would send, as things stand now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from bot.domain.approvals import Request
from bot.domain.businesses import Business
from bot.domain.items import Item
from bot.domain.plans import Plan, differences, make_plan
from bot.domain.readiness import lacks
from bot.services.coder import code


def current_plan(session: Session, business: Business, item: Item, today: date) -> tuple[Plan | None, str]:
    """Return what publishing the item would send as things stand now, or why it cannot be sent."""
    coding = code(session, business, [item.details])[0]
    missing = lacks(item.details, coding, business.tax_treatment, today)
    if missing:
        return None, "; ".join(missing)
    return make_plan(item.details, coding, business.tax_treatment, item.layers), ""


def as_it_is_now(session: Session, business: Business, item: Item, request: Request, today: date) -> Request | None:
    """Return a request that asks again for an item that changed since, with the differences; `None` if it did not.

    An item that now lacks something says so on its card, so that whoever looks next knows why Approve did nothing.
    """
    plan, problem = current_plan(session, business, item, today)
    if plan is None:
        return replace(request, changes=(problem,))
    if plan.fingerprint == request.fingerprint:
        return None
    changed = differences(request.plan, plan)
    return replace(request, plan=plan, fingerprint=plan.fingerprint, changes=changed)
