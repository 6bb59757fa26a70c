"""Rules: listed, made, changed, ordered, tried; what was done to them is kept with its old and new phrase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.fields import ItemField, shown
from bot.domain.layers import explain
from bot.domain.lines import Ref
from bot.domain.people import Right, Role, may
from bot.domain.receiving import document_of, receive
from bot.domain.rules import Rule, RuleKind
from bot.domain.tax import NO_TAX
from bot.domain.views.rules import RuleForm, RuleList, RuleRow, Trial
from bot.errors import ConflictError, InputError
from bot.services.base import Base, business_in, find_business
from bot.services.coder import code
from bot.services.people import require
from bot.services.rule_forms import WantedRule, read_rule, rule_from, uses
from bot.services.ruling import verdicts
from storage import changes, inbox, items, lists, people
from storage import rules as stored
from storage.changes import RuleChange

PAGE = 8


class Rules:
    """Keep the rules of businesses."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def listing(
        self, workspace_id: str, user_id: str, page: int, channel_id: str = "", business_id: str = ""
    ) -> RuleList:
        """Return a page of rules; everybody with a role reads them. Pages count from 0."""
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SEE)
            known = stored.in_force(session, business.id)
            # Rules that somebody made come first; confirmed names of suppliers take care of themselves.
            known.sort(key=lambda rule: (rule.only_names_the_supplier, rule.position, rule.id))
            pages = max(1, -(-len(known) // PAGE))
            page = min(max(page, 0), pages - 1)
            shown_ = known[page * PAGE : (page + 1) * PAGE]
            return RuleList(
                business=business,
                rows=tuple(self._rows(session, business, shown_)),
                count=len(known),
                names=sum(rule.only_names_the_supplier for rule in known),
                page=page,
                pages=pages,
                may_change=may(people.roles_of(session, business.id, user_id), Right.RULES),
                admins=tuple(people.holders(session, business.id, [Role.ADMIN])),
            )

    def form(
        self,
        workspace_id: str,
        user_id: str,
        business_id: str,
        channel_id: str = "",
        *,
        rule_id: str = "",
        item_id: str = "",
    ) -> RuleForm:
        """Return the form of a rule that is there, of one made from an item, or of a new one."""
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.RULES)
            rates = tuple(rate for rate in stored.rates(session, business.id) if not rate.removed)
            if rule_id:
                return RuleForm(business, stored.get(session, business.id, rule_id), rates)
            if item_id:
                item = items.get(session, business.id, item_id)
                (coding,) = code(session, business, [item.details])
                return RuleForm(business, rule_from(item, coding), rates, item)
            return RuleForm(business, Rule("", business.id, RuleKind.SUPPLIER, Ref()), rates)

    def save(
        self, workspace_id: str, user_id: str, business_id: str, rule_id: str, version: int, wanted: WantedRule
    ) -> Rule:
        """Store a rule, new or changed, and log it with its old and new phrase.

        It acts on documents that arrive from now on. Raises `FormError` for what cannot be used, `ConflictError`
        when somebody else changed the rule meanwhile.
        """
        now = self._base.clock()
        with self._base.database.begin() as session:
            business = business_in(session, workspace_id, business_id, lock=True)
            require(session, business, user_id, Right.RULES)
            made = read_rule(session, business, wanted)
            if rule_id:
                before = stored.get(session, business.id, rule_id, lock=True)
                if before.version != version:
                    raise ConflictError(
                        f"Nothing was saved: somebody else changed this rule meanwhile. It now says “{before.label}”."
                    )
                rule = replace(
                    made, id=before.id, position=before.position, version=before.version + 1,
                    made_by=before.made_by, made_at=before.made_at,
                )  # fmt: skip
                stored.keep(session, rule)
                self._log(session, rule, user_id, "changed", before.label, rule.label, now)
                return rule
            self._check_new(session, made)
            rule = replace(
                made, id=self._base.new_id(), position=stored.next_position(session, business.id), made_by=user_id,
                made_at=now,
            )  # fmt: skip
            stored.add(session, rule)
            self._log(session, rule, user_id, "added", "", rule.label, now)
            return rule

    def remove(self, workspace_id: str, user_id: str, business_id: str, rule_id: str) -> Rule:
        """Take a rule out of force; what it did to items that are here stays."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            business = business_in(session, workspace_id, business_id)
            require(session, business, user_id, Right.RULES)
            rule = stored.get(session, business.id, rule_id, lock=True)
            stored.remove(session, rule.id, now)
            self._log(session, rule, user_id, "removed", rule.label, "", now)
            return rule

    def move(self, workspace_id: str, user_id: str, business_id: str, rule_id: str, up: bool) -> None:
        """Put a rule one place further up or down among those of its kind; at the end it stays where it is."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            business = business_in(session, workspace_id, business_id, lock=True)
            require(session, business, user_id, Right.RULES)
            rule = stored.get(session, business.id, rule_id)
            alike = [
                one for one in stored.in_force(session, business.id)
                if one.kind is rule.kind and not one.only_names_the_supplier
            ]  # fmt: skip
            place = next((index for index, one in enumerate(alike) if one.id == rule.id), -1)
            other = place - 1 if up else place + 1
            if place < 0 or not 0 <= other < len(alike):
                return
            stored.order(session, [(rule.id, alike[other].position), (alike[other].id, rule.position)])
            self._log(session, rule, user_id, "moved", f"place {place + 1}", f"place {other + 1}", now)

    def trial(self, workspace_id: str, user_id: str, number: int, channel_id: str = "", business_id: str = "") -> Trial:
        """Return what the rules in force would make of an item if its document arrived now, and why."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SEE)
            item = inbox.numbered(session, business.id, number)
            document = document_of(item)
            (verdict,) = verdicts(session, business, [(document, item.uploader)], now)
        fresh, made = receive(replace(item, seen=document), verdict.values, now)
        told = [said for name in ItemField if (said := explain(name, fresh.layers)) is not None]
        return Trial(business, item, verdict, tuple(told), made)

    def _rows(self, session: Session, business: Business, shown_: Sequence[Rule]) -> list[RuleRow]:
        ids = sorted({ref.id for rule in shown_ for _, ref in uses(rule)})
        known = lists.by_ids(session, business.id, ids)
        rates = {rate.id for rate in stored.rates(session, business.id) if not rate.removed}
        rows = []
        for rule in shown_:
            problems = []
            for name, ref in uses(rule):
                entry = known.get((name, ref.id))
                if entry is None or entry.archived:
                    problems.append(f"{name.one} “{entry.name if entry else shown(ref)}” is archived in Bill.com")
            if rule.sets.get(ItemField.TAX_SETTING, "") not in ("", NO_TAX, *rates):
                problems.append("its tax setting is no longer offered")
            rows.append(RuleRow(rule, tuple(problems)))
        return rows

    def _check_new(self, session: Session, rule: Rule) -> None:
        """Refuse a second rule for the same, where people would look for the first."""
        for other in stored.in_force(session, rule.business_id):
            if other.kind is rule.kind and other.subject == rule.subject and not other.only_names_the_supplier:
                raise InputError(
                    f"There is a rule for that already: “{other.label}”. Change that one in `/dext rules`.",
                    field="rule_subject" if rule.kind is not RuleKind.ACCOUNT else "rule_kind",
                )

    def _log(self, session: Session, rule: Rule, by: str, what: str, old: str, new: str, now: datetime) -> None:
        changes.add_of_rule(session, rule.business_id, RuleChange(rule.id, now, by, what, old, new))
