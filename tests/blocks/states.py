"""Every state a message or a form can be in, by name: what the golden files are made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from blocks.alarms import alarm_message
from blocks.asks import ask_message, ask_modal, asked_outcome_message, refused_message
from blocks.breaks import moved_message, nudge_message, prompt_message, stopped_message
from blocks.cards import card_message, outcome_message, reject_modal
from blocks.clients import clients_message, copied_text, copy_modal, which_message
from blocks.connection import connect_message, disconnect_modal, disconnected_message, finish_message
from blocks.entries import entries_message, lists_message
from blocks.home import home_view
from blocks.items import publish_message
from blocks.kit import Block, Message
from blocks.lists import refresh_message, refreshed_message
from blocks.settings import settings_modal
from blocks.standing import history_message, standing_message
from blocks.words import asked_message, help_message, intake_message, plain_answer, reconnect_answer
from bot.domain.approvals import RequestState
from bot.domain.asks import AskState
from bot.domain.breaks import BreakStage, Closing
from bot.domain.businesses import TaxTreatment
from bot.domain.clients import Move, Work
from bot.domain.connections import LegState, Provider
from bot.domain.fields import ItemField
from bot.domain.items import ItemStatus
from bot.domain.lines import Ref
from bot.domain.links import Stage
from bot.domain.lists import Entry, Found, ListName
from bot.domain.people import Right, Role
from bot.domain.plans import LAST_TIME
from bot.domain.publishing import PublishState
from bot.domain.refreshing import ListResult, ListState, RefreshState, Why
from bot.domain.rules import RuleKind
from bot.domain.sightings import SightingKind

from . import views as v
from .inbox_states import inbox_states, supplier_forms
from .states_editing import editing_forms, editing_messages, rule_forms, rule_messages

_EXPIRED = (
    "Bill.com no longer lets us in. Ask and approve as usual: what is approved is held and goes out when an admin has "
    "reconnected."
)
_NOT_YET = "Publishing is not available yet: Bill.com is not connected. An admin types `/dext connect`."
_LONG = "The Incredibly Long-Winded & Thorough Trading Company of Upper Lower Middle Harbour " * 3
_OBJECTION = (
    "You signed in to Other & Sons (00801OTHER); this connection is Harbour & Pine (books) (00801ORG). "
    "Nothing was changed."
)
_BILL: dict[str, Any] = {"bill_id": v.BILL_ID}
_WHOLE: dict[str, Any] = {**_BILL, "document_id": "00d01DOC", "payment_id": "stp01PAY"}


def _words() -> dict[str, Message]:
    refused = tuple((v.item(number), "it is waiting for approval already") for number in (8, 9))
    return {
        "help": help_message(),
        "unknown word": help_message("<!channel> pubish"),
        "refused": plain_answer(
            f"You can't connect Dext and Bill.com for Harbour Ltd. These people can: <@{v.ADMIN}>."
        ),
        "refused because not connected": reconnect_answer(_NOT_YET),
        "asked for one": asked_message((v.item(),), (), f" in <#{v.CHANNEL}>"),
        "asked for many": asked_message((v.item(7), v.item(8), v.item(9)), (), f" in <#{v.CHANNEL}>"),
        "asked for one, two refused": asked_message((v.item(7),), refused, ""),
        "asked for none": asked_message((), refused[:1], ""),
        "nothing to ask for": asked_message((), (), ""),
        "intake without Dext": intake_message(None, 4, "biz1"),
        "intake that Dext refuses": intake_message(None, 4, "biz1", let_in=False),
        "intake brought nothing": intake_message(0, 4, "b1"),
        "intake brought one": intake_message(1, 1, "b1"),
        "intake brought many": intake_message(1204, 31, "b1"),
    }


def _admins() -> dict[str, Message]:
    """Return what concerns admins: what they are asked for, a second writer, many clients."""
    refused = f"You can't approve or reject for Harbour Ltd. These people can: <@{v.ADMIN}>."
    bill, dext = SightingKind.BILL, SightingKind.DEXT
    many = [replace(v.BUSINESS, id=f"biz{n}", name=f"Client {n}", channel_id="") for n in range(1, 9)]
    rows = [
        v.client_row(Move.RECONNECT, 1, work=Work(ready=4, held=3)),
        v.client_row(Move.CONNECT, 2),
        v.client_row(Move.MEND, 3, work=Work(failed=1)),
        v.client_row(Move.DECIDE, 4, work=Work(waiting=2, to_review=1)),
        v.client_row(Move.REQUEST, 5, work=Work(ready=1204)),
        v.client_row(Move.REVIEW, 6, work=Work(to_review=9)),
        v.client_row(Move.SYNC, 7),
        v.client_row(Move.NOTHING, 8),
    ]
    return {
        "refused, ask an admin": refused_message(refused, "biz1", Right.APPROVE),
        "ask, for a role": ask_message(v.ask_view()),
        "ask, to reconnect": ask_message(v.ask_view(Right.CONNECT)),
        "ask, to refresh": ask_message(v.ask_view(Right.REFRESH)),
        "ask, done": ask_message(v.ask_view(state=AskState.DONE)),
        "ask, declined": ask_message(v.ask_view(state=AskState.DECLINED)),
        "asked, done": asked_outcome_message(v.ask_view(state=AskState.DONE)),
        "asked, declined": asked_outcome_message(v.ask_view(state=AskState.DECLINED)),
        "second writer, one bill": alarm_message(v.alarm(bill)),
        "second writer, Dext": alarm_message(v.alarm(dext)),
        "second writer, many": alarm_message(v.alarm(*[bill, dext] * 7)),
        "second writer, settled": alarm_message(v.alarm(bill, dext, settled=True)),
        "clients": clients_message(v.clients_page(*rows, pressing=3)),
        "clients, one": clients_message(v.clients_page()),
        "clients, second page of three, narrowed": clients_message(
            v.clients_page(*rows[:2], count=22, pressing=2, page=1, pages=3, words="client <co>")
        ),
        "clients, none matches": clients_message(v.clients_page(count=0, words="pine")),
        "which of two": which_message([v.BUSINESS, many[0]], "publish acme"),
        "which of many": which_message(many, "status"),
        "which, without words": which_message(many[:2], ""),
        "which, none": which_message([], "publish"),
        "copied": plain_answer(copied_text(v.copied())),
        "copied, not all": plain_answer(
            copied_text(v.copied(left=("how tax is booked: the account “VAT” is not in Pine's chart of accounts",)))
        ),
        "copied nothing": plain_answer(copied_text(v.copied(taken=(), left=("how tax is booked",)))),
    }


def _connection() -> dict[str, Message]:
    nothing = v.connection(LegState.NOT_CONNECTED, LegState.NOT_CONNECTED)
    finance = frozenset({Role.FINANCE})
    return {
        "connect, first time": connect_message(v.offer()),
        "connect, again": connect_message(v.offer(before=v.connection(bill=LegState.EXPIRED))),
        "connect, although it works": connect_message(v.offer(before=v.connection())),
        "finish, asking": finish_message(v.prompt()),
        "finish, objection": finish_message(v.prompt(_OBJECTION)),
        "finish, finished": finish_message(v.prompt(stage=Stage.FINISHED)),
        "finish, finished, with a second admin": finish_message(replace(v.prompt(stage=Stage.FINISHED), admins=2)),
        "finish, finished again": finish_message(replace(v.prompt(stage=Stage.FINISHED), again=True, admins=2)),
        "finish, overtaken": finish_message(v.prompt(stage=Stage.OVERTAKEN, overtaken_by=v.APPROVER)),
        "finish, dropped": finish_message(v.prompt(stage=Stage.DROPPED)),
        "standing, nothing connected, admin": standing_message(
            v.standing(
                business=replace(v.BUSINESS, channel_id=""), connection=nothing, lists=(), ready=0, ready_totals=(),
                why_not=_NOT_YET,
            )
        ),
        "standing, nothing connected, finance": standing_message(
            v.standing(
                connection=nothing, lists=(), ready=0, ready_totals=(), why_not=_NOT_YET, roles=finance, admins=()
            )
        ),
        "standing, live, admin": standing_message(v.standing()),
        "standing, live, finance": standing_message(v.standing(roles=finance)),
        "standing, live, auditor": standing_message(
            v.standing(roles=frozenset({Role.AUDITOR}), can_publish=False, ready=1, waiting=1)
        ),
        "standing, first refresh running": standing_message(
            v.standing(
                lists=v.list_lines(synced_at=None, total=0), refreshing=True, ready=0, ready_totals=(),
                why_not="Publishing is not available yet: the lists are being synchronised. It takes a couple of "
                "minutes.",
            )
        ),
        "standing, degraded": standing_message(v.standing(connection=v.connection(bill=LegState.DEGRADED))),
        "standing, expired, admin, with work held": standing_message(
            v.standing(
                connection=v.connection(bill=LegState.EXPIRED), notice=_EXPIRED, to_review=9, waiting=1, held=2,
                failed=3, rejected=1,
            )
        ),
        "standing, expired, finance": standing_message(
            v.standing(connection=v.connection(dext=LegState.EXPIRED), notice=_EXPIRED, roles=finance, held=1)
        ),
        "standing, disconnected": standing_message(
            v.standing(
                connection=v.connection(LegState.DISCONNECTED, LegState.DISCONNECTED), why_not=_EXPIRED, lists=()
            )
        ),
        "standing, with a history": standing_message(
            v.standing(history=(v.turn(LegState.ACTIVE, by=v.ADMIN), v.turn()), now=v.NOW)
        ),
        "standing, locked out": standing_message(
            v.standing(
                connection=replace(
                    v.connection(), bill=v.leg(Provider.BILL, locked_until=v.NOW + timedelta(minutes=20))
                )
            )
        ),
        "standing, ends soon": standing_message(
            v.standing(
                connection=replace(v.connection(), bill=v.leg(Provider.BILL, expires_at=v.NOW + timedelta(days=5)))
            )
        ),
        "history": history_message(v.history(3, more=True)),
        "history, second page": history_message(v.history(2, page=1)),
        "history, nothing yet": history_message(v.history(0)),
        "disconnected": disconnected_message(v.BUSINESS, v.ADMIN),
        "standing, lists with problems": standing_message(
            v.standing(
                lists=(
                    *v.list_lines(problem="Bill.com refused it: <limit> & more")[:2],
                    *v.list_lines(synced_at=None, problem="switched off in Bill.com")[2:],
                )
            )
        ),
    }  # fmt: skip


def _items() -> dict[str, Message]:
    ten = tuple(v.item(number) for number in range(11, 21))
    long_names = tuple(
        v.item(number, details=v.details(supplier=_LONG, category=_LONG, number=_LONG)) for number in range(11, 21)
    )
    return {
        "publish list, problem": publish_message(v.publish_list(problem=_NOT_YET)),
        "publish list, what is approved is held": publish_message(v.publish_list(notice=_EXPIRED)),
        "publish list, empty": publish_message(
            v.publish_list(ready=(), ready_count=0, ready_totals=(), lacking=(), lacking_count=0, waiting=0)
        ),
        "publish list, never looked": publish_message(
            v.publish_list(
                ready=(), ready_count=0, ready_totals=(), lacking=(), lacking_count=0, waiting=0, taken_in_at=None
            )
        ),
        "publish list, empty with words": publish_message(
            v.publish_list(ready=(), ready_count=0, ready_totals=(), lacking=(), lacking_count=0, words="<Acme> & Co")
        ),
        "publish list, one item": publish_message(
            v.publish_list(ready=(v.item(),), ready_count=1, lacking=(), lacking_count=0)
        ),
        "publish list, one page": publish_message(v.publish_list()),
        "publish list, middle page": publish_message(
            v.publish_list(ready=ten, ready_count=34, page=1, pages=4, words="müller")
        ),
        "publish list, more lacking than shown": publish_message(
            v.publish_list(lacking=tuple(v.lacking(number) for number in range(30, 35)), lacking_count=1210)
        ),
        "publish list, several lacks and totals unknown": publish_message(
            v.publish_list(
                lacking=(
                    v.lacking(
                        40, "supplier missing: choose one with Edit", "total missing: enter it with Edit",
                        details=v.details(supplier="", total=None),
                    ),
                ),
                lacking_count=1,
            )
        ),
        "publish list, long names": publish_message(
            v.publish_list(
                ready=long_names, ready_count=10,
                lacking=tuple(v.lacking(number, details=v.details(supplier=_LONG)) for number in range(30, 35)),
                lacking_count=5,
            )
        ),
    }  # fmt: skip


def _cards() -> dict[str, Message]:
    approved = v.decided()
    waiting = "Bill.com did not confirm; we are asking whether the bill arrived before anything is sent again"
    held = "goes out when Bill.com is reconnected"
    refused = "Bill.com refused it: <vendor> is archived & gone"
    failed = v.item(status=ItemStatus.FAILED, note=refused)
    short = ("the document could not be attached: Bill.com did not answer", "the item could not be marked in Dext")
    done = PublishState.DONE
    cards = {
        "pending": v.card(),
        "pending, every fact": v.card(v.request(plan=v.full_plan())),
        "pending, no tax": v.card(v.request(plan=v.plan(tax=Decimal(0)))),
        "pending, changed": v.card(
            v.request(changes=("total: USD 900.00 → USD 1,240.50", "category: Travel → Office *Supplies*"))
        ),
        "rejected": v.card(v.decided(RequestState.REJECTED, reason="Wrong category <b>, it is *travel* & meals")),
        "approved": v.card(approved),
        "publishing": v.card(approved, v.publish()),
        "held and paused": v.card(approved, v.publish(state=PublishState.HELD, paused_by=v.FINANCE)),
        "publishing, bill made": v.card(approved, v.publish(**_BILL)),
        "publishing, outcome unknown": v.card(approved, v.publish(creating_at=v.NOW, problem=waiting)),
        "held": v.card(approved, v.publish(PublishState.HELD, problem=held)),
        "stopped": v.card(approved, v.publish(PublishState.STOPPED, problem=refused), item=failed),
        "stopped, perhaps made": v.card(
            approved, v.publish(PublishState.STOPPED, problem=refused, creating_at=v.NOW), item=failed
        ),
        "stopped, again": v.card(
            replace(approved, plan=v.plan(flags=(f"{LAST_TIME}{refused}", "another remark"))),
            v.publish(PublishState.STOPPED, problem=refused),
            item=failed,
        ),
        "done, bill only": v.card(approved, v.publish(done, **_BILL)),
        "done, with document": v.card(approved, v.publish(done, **_BILL, document_id="00d01DOC")),
        "done, with document and payment": v.card(approved, v.publish(done, **_WHOLE)),
        "done, with shortfalls": v.card(approved, v.publish(done, **_BILL, shortfalls=short)),
    }
    credit = v.plan(credit=True, flags=("Bill.com keeps no document with a vendor credit; it stays in Dext",))
    noted = v.decided(plan=credit)
    cards |= {
        "credit, pending": v.card(v.request(plan=credit)),
        "credit, made": v.card(noted, v.publish(plan=credit, **_BILL)),
        "credit, done": v.card(noted, v.publish(done, plan=credit, **_BILL)),
    }
    told = (
        "credit, done",
        "rejected",
        "approved",
        "held",
        "stopped",
        "done, with document and payment",
        "done, with shortfalls",
    )
    return {f"card, {name}": card_message(card) for name, card in cards.items()} | {
        f"outcome, {name}": outcome_message(cards[name]) for name in told
    }


def _refreshes() -> dict[str, Message]:
    running = (
        ListResult(ListName.ACCOUNTS, ListState.DONE, read=140, added=140, total=140),
        ListResult(ListName.SUPPLIERS, ListState.READING, read=2300),
        *(ListResult(name) for name in (ListName.CUSTOMERS, ListName.CLASSES)),
    )
    nothing = v.list_results(added=0, changed=0, archived=0)
    problem = "Bill.com did not answer; the next refresh tries again"
    troubled = (
        v.list_results()[0],
        ListResult(ListName.CLASSES, ListState.UNAVAILABLE, problem="switched off in Bill.com"),
        ListResult(ListName.SUPPLIERS, ListState.FAILED, problem=problem),
    )
    states: dict[str, dict[str, Any]] = {
        "running": {"state": RefreshState.RUNNING, "finished_at": None, "lists": running},
        "running, first": {"state": RefreshState.RUNNING, "finished_at": None, "lists": running, "first": True},
        "running, scheduled": {
            "state": RefreshState.RUNNING,
            "finished_at": None,
            "lists": running,
            "requested_by": "",
        },
        "done": {},
        "done, first": {"first": True, "finished_at": v.NOW + timedelta(seconds=41)},
        "done, nothing changed": {"lists": nothing, "finished_at": v.NOW},
        "done, unavailable": {"lists": troubled[:2]},
        "done, failed": {"lists": troubled},
        "done, push problem": {"lists": v.list_results(push_problem="Dext refused it: <too many> & so on")},
        "stopped": {
            "state": RefreshState.STOPPED,
            "problem": "Bill.com refused it: <session> & more",
            "lists": troubled,
        },
    }
    return {f"refresh, {name}": refresh_message(v.progress(**changes)) for name, changes in states.items()}


def _outcomes() -> dict[str, Message]:
    nothing = v.list_results(added=0, changed=0, archived=0)
    many = tuple(v.affected(number) for number in range(7, 20))
    waiting = v.affected(8, status=ItemStatus.WAITING)
    problem = "Bill.com did not answer; the next refresh tries again"
    failed = (*v.list_results()[:2], ListResult(ListName.CLASSES, ListState.FAILED, problem=problem))
    refused = v.list_results(push_problem="Dext refused “A <b> & Co” (name taken)", added=0, changed=0, archived=0)
    changes = v.list_results(why=Why.CHANGES, since=v.NOW)
    mixed = (*changes[:3], *v.list_results(why=Why.DUE)[3:])
    every = v.affected_rule(kind=RuleKind.ACCOUNT, subject=Ref())
    gone = Entry("0091GONE", "Twin & <Co>", archived=True)
    memory = v.affected_rule(2, subject=Ref(name="TWIN*"), sets={ItemField.SUPPLIER: Ref(gone.id, gone.name)})
    memory = replace(memory, entries=((ListName.SUPPLIERS, gone),))
    states: dict[str, dict[str, Any]] = {
        "first": {"first": True},
        "nothing changed": {"lists": nothing},
        "changes only": {"lists": changes},
        "some in full": {"lists": mixed},
        "scheduled": {"requested_by": ""},
        "asked for in full": {"lists": v.list_results(why=Why.ASKED)},
        "failed": {"lists": failed},
        "dext refused some": {"lists": refused},
        "an item uses it": {"affected": (waiting,)},
        "many items use it": {"affected": many},
        "the tax account is gone": {"tax_account": "Sales <Tax>"},
        "a rule uses it": {"rules": (v.affected_rule(),)},
        "the rule for every document and a name's memory use it": {"rules": (every, memory)},
        "many rules and an item use it": {
            "affected": (waiting,),
            "rules": tuple(v.affected_rule(number) for number in range(1, 23)),
        },
    }
    return {f"refreshed, {name}": refreshed_message(v.outcome(**changes)) for name, changes in states.items()}


def _entries() -> dict[str, Message]:
    pages: dict[str, dict[str, Any]] = {
        "first page": {},
        "between pages": {"page": 2, "words": "acme", "found": replace(v.entry_page().found, more=True)},
        "nothing matches": {"words": "<zebra>", "found": Found((), False)},
        "behind the last page": {"page": 9, "found": Found((), False)},
        "not read yet": {"found": Found((), False), "total": 0, "synced_at": None},
        "last good copy": {"problem": "switched off in Bill.com"},
    }
    return {
        "lists, which": lists_message(v.standing()),
        "lists, unknown": lists_message(v.standing(), "<zebras>"),
        **{f"lists, {name}": entries_message(v.entry_page(**changes)) for name, changes in pages.items()},
    }


def _breaks() -> dict[str, Message]:
    repairing = {"repairing_by": v.ADMIN, "repairing_at": v.NOW - timedelta(minutes=1)}
    mended = {"closed_at": v.NOW, "closed_by": v.ADMIN, "closing": Closing.RECONNECTED}
    ending = {"stage": BreakStage.ENDING, "cause": "ending"}
    key = {"cause": "credentials:developer_key"}
    many = [replace(v.BUSINESS, id=f"biz{number}", name=f"Client {number} & Sons") for number in range(20)]
    snoozed = {"snoozed_by": v.ADMIN, "snoozed_until": v.NOW + timedelta(hours=20)}
    states = {
        "ends in 14 days": v.broken(expires_at=v.NOW + timedelta(days=14), **ending),
        "ends tomorrow": v.broken(expires_at=v.NOW + timedelta(days=1), **ending),
        "ends today": v.broken(expires_at=v.NOW, **ending),
        "is past its end": v.broken(expires_at=v.NOW - timedelta(days=1), **ending),
        "end was moved": v.broken(closed_at=v.NOW, closing=Closing.WITHDRAWN, **ending),
        "renewed before its end": v.broken(**ending, **mended),
        "outage": v.broken(stage=BreakStage.OUTAGE, cause="outage"),
        "outage over": v.broken(stage=BreakStage.OUTAGE, closed_at=v.NOW, closing=Closing.ANSWERED),
        "new": v.broken(),
        "one held": v.broken(held=1),
        "held and paused": v.broken(held=14, paused=1),
        "snoozed": v.broken(held=2, **snoozed),
        "key of the bot": v.broken(held=2, **key),
        "being repaired": v.broken(held=3, **repairing),
        "repaired elsewhere, nothing waited": v.broken(closed_at=v.NOW, closing=Closing.REPAIRED),
        "repaired, catching up": v.broken(published=1, under_way=2, **repairing, **mended),
        "caught up": v.broken(published=3, **mended),
        "caught up, one stopped": v.broken(published=14, stopped=1, **mended),
        "caught up, some stopped, one paused": v.broken(published=3, stopped=2, paused=1, **mended),
        "disconnected": v.broken(closed_at=v.NOW, closed_by=v.ADMIN, closing=Closing.DISCONNECTED),
        "many": v.broken(
            v.break_row(many[0], held=3), v.break_row(many[1], **repairing), v.break_row(many[2], **mended)
        ),
        "very many": v.broken(*(v.break_row(business) for business in many), **snoozed),
        "many by the key": v.broken(*(v.break_row(business, **key) for business in many[:3])),
        "many ends": v.broken(*(v.break_row(business, **ending) for business in many[:2])),
        "many outages": v.broken(*(v.break_row(business, stage=BreakStage.OUTAGE) for business in many[:2])),
        "many, of several kinds": v.broken(
            v.break_row(many[0], stage=BreakStage.OUTAGE), v.break_row(many[1], held=1), v.break_row(many[2], **ending)
        ),
        "many mended": v.broken(v.break_row(many[0], **mended), v.break_row(many[1], published=2, stopped=1, **mended)),
    }
    told = {f"break, {name}": prompt_message(view) for name, view in states.items()}
    return told | {
        "break, moved": moved_message(v.broken(moved_from="C0OLD", moved_at=v.NOW)),
        "break, nudge": nudge_message(v.broken(held=2)),
        "break, nudge, key of the bot": nudge_message(v.broken(**key)),
        "break, nudge, nothing held": nudge_message(v.broken()),
        "break, one stopped item": stopped_message(v.stopped_items(1)),
        "break, no stopped item": stopped_message(v.stopped_items(0)),
    }


def _homes() -> dict[str, Block]:
    waiting = tuple(v.request(id=f"req{number}") for number in range(12))
    auditor = v.standing(ready=0, ready_totals=(), roles=frozenset({Role.AUDITOR}), can_publish=False)
    second = v.standing(business=replace(v.BUSINESS, id="biz2", name="Harbour & Pine Events", channel_id=""))
    broken = replace(second, connection=v.connection(bill=LegState.EXPIRED))
    both = v.connection(LegState.EXPIRED, LegState.EXPIRED)
    return {
        "home, no role": home_view(v.home(standings=())),
        "home, no role and no admin": home_view(v.home(standings=(), admins=())),
        "home, admin": home_view(v.home()),
        "home, one to decide": home_view(v.home(to_decide=waiting[:1])),
        "home, many to decide": home_view(v.home(to_decide=waiting)),
        "home, two businesses": home_view(v.home(standings=(v.standing(), second))),
        "home, one to reconnect": home_view(v.home(standings=(v.standing(), replace(broken, held=2)))),
        "home, both to reconnect": home_view(v.home(standings=(replace(broken, connection=both),))),
        "home, nothing to do": home_view(v.home(standings=(auditor,))),
    }


def _modals() -> dict[str, Block]:
    full = replace(
        v.BUSINESS,
        tax_treatment=TaxTreatment.OWN_LINE,
        tax_account_id="0ca01TAX",
        admin_channel_id="C0ADMINS",
        fallback_channel_id="C0ALL",
        zone="Europe/London",
        closing_on=date(2026, 11, 30),
    )
    people = {
        Role.ADMIN: (v.ADMIN,),
        Role.FINANCE: (v.FINANCE,),
        Role.APPROVER: (v.APPROVER, v.ADMIN),
        Role.AUDITOR: (v.AUDITOR,),
    }
    return {
        "reject form": reject_modal(v.card()),
        "settings form, empty": settings_modal(v.settings_form()),
        "settings form, full": settings_modal(
            v.settings_form(
                business=full, roles=people, tax_account="2210 Sales <Tax> & Duty", connection=v.connection()
            )
        ),
        "ask an admin": ask_modal(v.ask_form()),
        "copy settings": copy_modal(),
        "disconnect form": disconnect_modal(v.disconnect_form()),
        "disconnect form, nothing sent yet": disconnect_modal(v.disconnect_form(kept_organization=False, under_way=2)),
    }


def payload(said: Message) -> dict[str, Any]:
    """Return a message as it goes to Slack."""
    return on_the_wire({"text": said.text, "blocks": list(said.blocks)})


def on_the_wire(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a payload as JSON carries it."""
    sent: dict[str, Any] = json.loads(json.dumps(value))
    return sent


_SOURCES: tuple[Callable[[], Mapping[str, Message]], ...] = (
    _words,
    _connection,
    _admins,
    _items,
    _cards,
    _refreshes,
    _outcomes,
    _entries,
    _breaks,
    inbox_states,
    editing_messages,
    rule_messages,
)

MESSAGES: Mapping[str, dict[str, Any]] = {name: payload(said) for source in _SOURCES for name, said in source().items()}
_FORMS: Mapping[str, Block] = {**_modals(), **_homes(), **supplier_forms(), **editing_forms(), **rule_forms()}
MODALS: Mapping[str, dict[str, Any]] = {name: on_the_wire(form) for name, form in _FORMS.items()}
