"""What rules say of documents: many of them in four statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.coding import Coding, Match, normalised
from bot.domain.fields import ItemField
from bot.domain.items import Details, Item
from bot.domain.lines import Ref
from bot.domain.rules import Matched, Rule, RuleBook, RuleKind, Verdict
from bot.services.base import Base
from bot.services.coder import code
from bot.services.facts import facts_of
from storage import changes, rules
from storage.changes import RuleChange


def verdicts(
    session: Session,
    business: Business,
    documents: Sequence[tuple[Details, str]],
    now: datetime,
    also: Sequence[Rule] = (),
) -> list[Verdict]:
    """Return what a business's rules say of documents, each given as Dext has it and who sent it from Slack.

    `also` are rules that are asked as if they were in force, in place of those with the same id.
    """
    if not documents:
        return []
    changed = {rule.id for rule in also}
    book = RuleBook([*(rule for rule in rules.in_force(session, business.id) if rule.id not in changed), *also])
    codings = code(session, business, [details for details, _ in documents])
    return [
        book.judge(_matched(details, coding, uploader), now)
        for (details, uploader), coding in zip(documents, codings, strict=True)
    ]


def remember_supplier(base: Base, session: Session, item: Item, vendor: Ref, by: str) -> Rule | None:
    """Remember whom the supplier's name on a document stands for, unless a rule says so already.

    What is remembered is the name as the document has it; the next one of that name is matched by id.
    """
    written = facts_of(item).supplier
    if not written or not vendor.id:
        return None
    known = rules.in_force(session, item.business_id)
    for rule in known:
        said = rule.sets.get(ItemField.SUPPLIER)
        names_it = rule.kind is RuleKind.SUPPLIER and normalised(rule.subject.name) == normalised(written)
        if names_it and isinstance(said, Ref) and not rule.subject.id:
            return None
    now = base.clock()
    rule = Rule(
        id=base.new_id(),
        business_id=item.business_id,
        kind=RuleKind.SUPPLIER,
        subject=Ref(name=written),
        sets={ItemField.SUPPLIER: vendor},
        position=rules.next_position(session, item.business_id),
        made_by=by,
        made_at=now,
    )
    rules.add(session, rule)
    changes.add_of_rule(session, item.business_id, RuleChange(rule.id, now, by, "confirmed", "", rule.label))
    return rule


def _matched(details: Details, coding: Coding, uploader: str) -> Matched:
    return Matched(details, _id(coding.supplier), _id(coding.customer), _id(coding.payment_account), uploader)


def _id(found: Match) -> str:
    return found.entry.id if found.entry is not None else ""
