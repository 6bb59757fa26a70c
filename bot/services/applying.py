"""Applying a rule to the items that are in the inbox already: counted first, done when somebody says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.items import OPEN, Item, ItemStatus
from bot.domain.people import Right
from bot.domain.readiness import lacks
from bot.domain.receiving import Change, apply_rule
from bot.domain.rules import Rule
from bot.domain.views import RuleEffect
from bot.domain.work import Job
from bot.errors import ConflictError
from bot.log import get_logger
from bot.services.base import Base, business_in
from bot.services.coder import code
from bot.services.facts import facts_of
from bot.services.intake import judged
from bot.services.people import require
from bot.services.ruling import verdicts
from storage import changes, items, people, rules
from storage.changes import RuleChange

_CHUNK = 200
_MOST_COUNTED = 2000
_EXAMPLES = 5
_INBOX = sorted(OPEN - {ItemStatus.PROCESSING})


class Applying:
    """Count what a rule would change in the inbox, and change it."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._log = get_logger(__name__)

    def effect(self, workspace_id: str, user_id: str, business_id: str, rule_id: str) -> RuleEffect:
        """Return how many items of the inbox a rule would change, with the first few of them.

        Items that wait for approval or are on their way are left alone. Of a very full inbox the oldest are looked
        at; `more` says so.
        """
        now = self._base.clock()
        with self._base.database.begin() as session:
            business = business_in(session, workspace_id, business_id)
            require(session, business, user_id, Right.RULES)
            rule = rules.get(session, business.id, rule_id)
            many, seen, examples = 0, 0, list[tuple[Item, tuple[Change, ...]]]()
            while seen < _MOST_COUNTED:
                chunk = items.page(session, business.id, _INBOX, offset=seen, limit=_CHUNK)
                for item, made in self._changed(session, business, rule, chunk, now):
                    many += 1
                    if len(examples) < _EXAMPLES:
                        examples.append((item, made))
                seen += len(chunk)
                if len(chunk) < _CHUNK:
                    break
            more = seen >= _MOST_COUNTED and items.count(session, business.id, _INBOX) > seen
        return RuleEffect(business, rule, many, tuple(examples), more)

    def request(self, workspace_id: str, user_id: str, business_id: str, rule_id: str, version: int) -> Rule:
        """Ask for a rule to be applied to the inbox; whoever asks has thereby prepared the items it changes.

        Raises `ConflictError` when the rule is no longer what was counted.
        """
        with self._base.database.begin() as session:
            business = business_in(session, workspace_id, business_id)
            require(session, business, user_id, Right.RULES)
            rule = rules.get(session, business.id, rule_id)
            if rule.version != version:
                raise ConflictError("Somebody changed this rule meanwhile. Open it again in `/dext rules`.")
            change = RuleChange(rule.id, self._base.clock(), user_id, "applied", "", rule.label)
            changes.add_of_rule(session, business.id, change)
            job = Job("apply_rule", f"apply:{rule.id}:{self._base.new_id()}", (business.id, rule.id, user_id))
            self._base.work.enqueue_in(session, job)
        return rule

    def run(self, business_id: str, rule_id: str, by: str) -> int:
        """Apply a rule to the inbox, a chunk a transaction; return how many items changed.

        Begun again after a kill it goes through all of them once more and finds the first ones done.
        """
        offset, many = 0, 0
        while True:
            now = self._base.clock()
            with self._base.database.begin() as session:
                business = people.business(session, business_id)
                rule = rules.get(session, business_id, rule_id)
                chunk = items.page(session, business_id, _INBOX, offset=offset, limit=_CHUNK, lock=True)
                made = list(self._changed(session, business, rule, chunk, now))
                self._keep(session, business, made, by, now)
            many += len(made)
            if len(chunk) < _CHUNK:
                self._log.info("rule applied", business=business_id, rule=rule_id, items=many)
                return many
            offset += _CHUNK

    def _changed(
        self, session: Session, business: Business, rule: Rule, chunk: Sequence[Item], now: datetime
    ) -> Iterator[tuple[Item, tuple[Change, ...]]]:
        """Yield the items that the rule changes, as they are afterwards."""
        documents = [(facts_of(item), item.uploader) for item in chunk]
        for item, verdict in zip(chunk, verdicts(session, business, documents, now), strict=True):
            applied, made = apply_rule(item, verdict.values, rule.id)
            if made:
                yield applied, made

    def _keep(
        self,
        session: Session,
        business: Business,
        made: Sequence[tuple[Item, tuple[Change, ...]]],
        by: str,
        now: datetime,
    ) -> None:
        codings = code(session, business, [item.details for item, _ in made])
        kept = []
        for (item, _), coding in zip(made, codings, strict=True):
            missing = lacks(item.details, coding, business.tax_treatment, now.date())
            # A rejection or a failure was about what now changed: the item is judged anew.
            status = judged(replace(item, status=ItemStatus.TO_REVIEW), missing)
            editors = item.editors if by in item.editors else (*item.editors, by)
            kept.append(replace(item, status=status, lacks=missing, note="", editors=editors))
        items.keep_held(session, kept, now)
        changes.add(session, made, now)
