"""Applying a rule to the items that are in the inbox already: counted first, done when somebody says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.fields import same
from bot.domain.items import OPEN, Item, ItemStatus
from bot.domain.layers import Source
from bot.domain.people import Right
from bot.domain.readiness import lacks
from bot.domain.receiving import Change, apply_rule, value_of
from bot.domain.rules import Rule, Verdict
from bot.domain.views.rules import Applied, RuleEffect
from bot.domain.work import Job, Queue
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
_BUSY = (ItemStatus.WAITING, ItemStatus.HELD, ItemStatus.PUBLISHING)


@dataclass(frozen=True)
class Progress:
    """Be how far one application of a rule has come: the number of the last item looked at, and the counts so far.

    `token` names the application; whoever asked is told in the channel, if it was one.
    """

    token: str
    channel_id: str = ""
    after: int = 0
    changed: int = 0
    covered: int = 0

    @property
    def args(self) -> tuple[str, ...]:
        """Return it as a job carries it."""
        return (self.token, self.channel_id, str(self.after), str(self.changed), str(self.covered))

    @classmethod
    def of(cls, rule_id: str, args: Sequence[str]) -> Progress:
        """Read it from a job; one that was asked for before jobs carried it is named after its rule."""
        if not args:
            return cls(rule_id)
        token, channel_id, *counts = args
        return cls(token, channel_id, *map(int, counts))


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

    def request(
        self, workspace_id: str, user_id: str, business_id: str, rule_id: str, version: int, channel_id: str = ""
    ) -> Rule:
        """Ask for a rule to be applied to the inbox; whoever asks has thereby prepared the items it changes.

        They are told in the channel when it is done. Raises `ConflictError` when the rule is no longer what was
        counted.
        """
        with self._base.database.begin() as session:
            business = business_in(session, workspace_id, business_id)
            require(session, business, user_id, Right.RULES)
            rule = rules.get(session, business.id, rule_id)
            if rule.version != version:
                raise ConflictError("Somebody changed this rule meanwhile. Open it again in `/dext rules`.")
            change = RuleChange(rule.id, self._base.clock(), user_id, "applied", "", rule.label)
            changes.add_of_rule(session, business.id, change)
            self._go_on(session, business.id, rule.id, user_id, Progress(self._base.new_id(), channel_id))
        return rule

    def run(self, business_id: str, rule_id: str, by: str, far: Progress) -> int:
        """Apply a rule to the next items of the inbox; return how many of them changed.

        The job for what follows is asked for in the same transaction and carries the count: begun again after a kill,
        this one finds its items done and asks for a job that is there already, so that none is counted anew.
        """
        now = self._base.clock()
        with self._base.database.begin() as session:
            business = people.business(session, business_id)
            # One that was removed meanwhile changes nothing more, and still comes to the end that is told.
            rule = next((one for one in rules.in_force(session, business_id) if one.id == rule_id), None)
            chunk = items.page(session, business_id, _INBOX, after=far.after, limit=_CHUNK, lock=True)
            looked = list(self._looked_at(session, business, rule, chunk, now)) if rule is not None else []
            made = [(item, changes_) for item, changes_, _ in looked if changes_]
            self._keep(session, business, made, by, now)
            covered = sum(covered for _, _, covered in looked)
            far = replace(far, changed=far.changed + len(made), covered=far.covered + covered)
            if len(chunk) == _CHUNK:
                self._go_on(session, business_id, rule_id, by, replace(far, after=chunk[-1].number))
            else:
                self._log.info("rule applied", business=business_id, rule=rule_id, items=far.changed)
                busy = self._busy(session, business, rule, now) if rule is not None else 0
                self._tell(session, business_id, rule_id, by, far, busy)
        return len(made)

    def report(self, business_id: str, rule_id: str, by: str, channel_id: str, *counts: str) -> Applied:
        """Return what came of applying a rule, to be told to whoever asked."""
        changed, covered, busy = map(int, counts)
        with self._base.database.begin() as session:
            business = people.business(session, business_id)
            rule = next((one for one in rules.in_force(session, business_id) if one.id == rule_id), None)
        return Applied(business, rule, by, channel_id, changed, covered, busy)

    def _go_on(self, session: Session, business_id: str, rule_id: str, by: str, far: Progress) -> None:
        job_id = f"apply:{rule_id}:{far.token}:{far.after}"
        self._base.work.enqueue_in(session, Job("apply_rule", job_id, (business_id, rule_id, by, *far.args)))

    def _tell(self, session: Session, business_id: str, rule_id: str, by: str, far: Progress, busy: int) -> None:
        """Ask once for the ending to be told: the job is named after the application."""
        told = (far.token, business_id, rule_id, by, far.channel_id, far.changed, far.covered, busy)
        subject = ":".join(map(str, told))
        job = Job("tell", f"tell:applied:{far.token}", ("applied", subject, by), Queue.MESSAGES, by)
        self._base.work.enqueue_in(session, job)

    def _busy(self, session: Session, business: Business, rule: Rule, now: datetime) -> int:
        """Count the items that the rule would change if they were not asked for already."""
        many, seen = 0, 0
        while seen < _MOST_COUNTED:
            chunk = items.page(session, business.id, _BUSY, offset=seen, limit=_CHUNK)
            many += len(list(self._changed(session, business, rule, chunk, now)))
            seen += len(chunk)
            if len(chunk) < _CHUNK:
                break
        return many

    def _changed(
        self, session: Session, business: Business, rule: Rule, chunk: Sequence[Item], now: datetime
    ) -> Iterator[tuple[Item, tuple[Change, ...]]]:
        """Yield the items that the rule changes, as they are afterwards."""
        for item, made, _ in self._looked_at(session, business, rule, chunk, now):
            if made:
                yield item, made

    def _looked_at(
        self, session: Session, business: Business, rule: Rule, chunk: Sequence[Item], now: datetime
    ) -> Iterator[tuple[Item, tuple[Change, ...], bool]]:
        """Yield items as they are with the rule, what it changes, and whether something stronger keeps it from all."""
        documents = [(facts_of(item), item.uploader) for item in chunk]
        for item, verdict in zip(chunk, verdicts(session, business, documents, now), strict=True):
            applied, made = apply_rule(item, verdict.values, rule.id)
            yield applied, made, not made and _is_covered(applied, verdict, rule)

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


def _is_covered(item: Item, verdict: Verdict, rule: Rule) -> bool:
    """Say whether an item holds something else than a rule says of it; defaults and terms yield by their nature."""
    return any(
        given.by == rule.id
        and given.source.rank < Source.RECEIPT.rank
        and not same(value_of(item.details, name), given.value)
        for name, said in verdict.values.items()
        for given in said
    )
