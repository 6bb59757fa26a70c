"""Every state a message or a form can be in, by name: what the golden files are made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from blocks.breaks import break_message
from blocks.cards import card_message, outcome_message, reject_modal
from blocks.connection import connect_message, finish_message, standing_message
from blocks.home import home_view
from blocks.items import publish_message
from blocks.kit import Block, Message
from blocks.lists import refresh_message
from blocks.settings import settings_modal
from blocks.words import asked_message, help_message, intake_message, plain_answer, reconnect_answer
from bot.domain.approvals import RequestState
from bot.domain.businesses import TaxTreatment
from bot.domain.connections import LegState
from bot.domain.links import Stage
from bot.domain.lists import ListName
from bot.domain.people import Role
from bot.domain.publishing import PublishState
from bot.domain.refreshing import ListResult, ListState, RefreshState

from . import views as v

_EXPIRED = "Publishing is not available: the connection has to be renewed. An admin types `/dext connect`."
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
        "intake brought nothing": intake_message(0, 4, "b1"),
        "intake brought one": intake_message(1, 1, "b1"),
        "intake brought many": intake_message(1204, 31, "b1"),
    }


def _connection() -> dict[str, Message]:
    nothing = v.connection(LegState.NOT_CONNECTED, LegState.NOT_CONNECTED)
    finance = frozenset({Role.FINANCE})
    return {
        "connect, first time": connect_message(v.offer()),
        "connect, again": connect_message(v.offer(again="Harbour & Pine (books)")),
        "finish, asking": finish_message(v.prompt()),
        "finish, objection": finish_message(v.prompt(_OBJECTION)),
        "finish, finished": finish_message(v.prompt(stage=Stage.FINISHED)),
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
                connection=v.connection(bill=LegState.EXPIRED), why_not=_EXPIRED, to_review=9, waiting=1, held=2,
                failed=3, rejected=1,
            )
        ),
        "standing, expired, finance": standing_message(
            v.standing(connection=v.connection(dext=LegState.EXPIRED), why_not=_EXPIRED, roles=finance, held=1)
        ),
        "standing, disconnected": standing_message(
            v.standing(
                connection=v.connection(LegState.DISCONNECTED, LegState.DISCONNECTED), why_not=_EXPIRED, lists=()
            )
        ),
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
        "publish list, problem": publish_message(v.publish_list(problem=_EXPIRED)),
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
                        40, "supplier missing: choose one in Dext", "total missing: enter it in Dext",
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
        "publishing, bill made": v.card(approved, v.publish(**_BILL)),
        "publishing, outcome unknown": v.card(approved, v.publish(creating_at=v.NOW, problem=waiting)),
        "held": v.card(approved, v.publish(PublishState.HELD, problem=held)),
        "stopped": v.card(approved, v.publish(PublishState.STOPPED, problem=refused)),
        "done, bill only": v.card(approved, v.publish(done, **_BILL)),
        "done, with document": v.card(approved, v.publish(done, **_BILL, document_id="00d01DOC")),
        "done, with document and payment": v.card(approved, v.publish(done, **_WHOLE)),
        "done, with shortfalls": v.card(approved, v.publish(done, **_BILL, shortfalls=short)),
    }
    told = ("rejected", "approved", "held", "stopped", "done, with document and payment", "done, with shortfalls")
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


def _breaks() -> dict[str, Message]:
    repairing = {"repairing_by": v.ADMIN, "repairing_at": v.NOW - timedelta(minutes=1)}
    closed = {"closed_at": v.NOW, "closed_by": v.ADMIN}
    return {
        "break, new": break_message(v.broken()),
        "break, one held": break_message(v.broken(held=1)),
        "break, being repaired": break_message(v.broken(held=3, **repairing)),
        "break, repaired elsewhere, nothing waited": break_message(v.broken(closed_at=v.NOW)),
        "break, repaired, catching up": break_message(v.broken(published=1, under_way=2, **repairing, **closed)),
        "break, caught up": break_message(v.broken(published=3, **closed)),
        "break, caught up, one stopped": break_message(v.broken(published=3, stopped=1, **closed)),
    }


def _homes() -> dict[str, Block]:
    waiting = tuple(v.request(id=f"req{number}") for number in range(12))
    auditor = v.standing(ready=0, ready_totals=(), roles=frozenset({Role.AUDITOR}), can_publish=False)
    second = v.standing(business=replace(v.BUSINESS, id="biz2", name="Harbour & Pine Events", channel_id=""))
    return {
        "home, no role": home_view(v.home(standings=())),
        "home, no role and no admin": home_view(v.home(standings=(), admins=())),
        "home, admin": home_view(v.home()),
        "home, one to decide": home_view(v.home(to_decide=waiting[:1])),
        "home, many to decide": home_view(v.home(to_decide=waiting)),
        "home, two businesses": home_view(v.home(standings=(v.standing(), second))),
        "home, nothing to do": home_view(v.home(standings=(auditor,))),
    }


def _modals() -> dict[str, Block]:
    full = replace(v.BUSINESS, tax_treatment=TaxTreatment.OWN_LINE, tax_account_id="0ca01TAX")
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
            v.settings_form(business=full, roles=people, tax_account="2210 Sales <Tax> & Duty")
        ),
    }


def payload(said: Message) -> dict[str, Any]:
    """Return a message as it goes to Slack."""
    return on_the_wire({"text": said.text, "blocks": list(said.blocks)})


def on_the_wire(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a payload as JSON carries it."""
    sent: dict[str, Any] = json.loads(json.dumps(value))
    return sent


_SOURCES: tuple[Callable[[], Mapping[str, Message]], ...] = (_words, _connection, _items, _cards, _refreshes, _breaks)

MESSAGES: Mapping[str, dict[str, Any]] = {name: payload(said) for source in _SOURCES for name, said in source().items()}
MODALS: Mapping[str, dict[str, Any]] = {name: on_the_wire(form) for name, form in {**_modals(), **_homes()}.items()}
