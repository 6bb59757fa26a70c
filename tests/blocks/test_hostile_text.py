"""The worst texts, in every place at once where text of others is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from blocks.breaks import prompt_message
from blocks.cards import card_message, outcome_message, reject_modal
from blocks.connection import connect_message, finish_message
from blocks.entries import entries_message
from blocks.home import home_view
from blocks.items import publish_message
from blocks.lists import refresh_message, refreshed_message
from blocks.settings import settings_modal
from blocks.standing import standing_message
from blocks.words import asked_message, help_message
from bot.domain.approvals import RequestState
from bot.domain.businesses import TaxTreatment
from bot.domain.connections import Connection, Leg, LegState, Provider
from bot.domain.items import ItemStatus
from bot.domain.lines import Ref
from bot.domain.links import Stage
from bot.domain.lists import Entry, Found
from bot.domain.plans import Plan
from bot.domain.publishing import Publish, PublishState
from bot.domain.refreshing import ListState, RefreshState
from bot.domain.views.items import Card
from bot.domain.views.standing import Standing

from . import views as v
from .reading import assert_known_ids, assert_only_our_markup, hard, problems_of
from .states import on_the_wire, payload

TEXTS = {
    "mention": "<!channel> & <@U0EVIL> <https://evil.example|Approve>",
    "escapes": "&" * 10_000,
    "emoji": "😀" * 10_000,
    "marks": "*_~`" * 2_500,
    "right to left": "\u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627 " * 50,
    "lines": "a\n" * 3_000,
    "blank": " ",
}
Made = dict[str, Any]


def _plan(text: str) -> Plan:
    names = ("supplier", "category", "original_number", "customer", "project_class", "project_location")
    foreign = dict.fromkeys((*names, "payment_method"), text)
    return v.full_plan(**foreign, flags=(text,) * 12)


def _card(text: str, state: RequestState, going: Publish | None) -> Card:
    asked = replace(v.decided(state), plan=_plan(text), reason=text, changes=(text,) * 8)
    return v.card(asked, going, business=replace(v.BUSINESS, name=text))


def _going(text: str, state: PublishState) -> Publish:
    bill = v.BILL_ID if state is PublishState.DONE else ""
    return v.publish(state, bill_id=bill, problem=text, shortfalls=(text,) * 3)


def _list(text: str) -> Made:
    details = v.details(supplier=text, number=text, category=text)
    ready = tuple(v.item(number, details=details, id=f"{number:032x}") for number in range(1, 11))
    lacking = tuple(
        v.item(20 + place, status=status, lacks=(text,) * 4, note=text, details=details)
        for place, status in enumerate([ItemStatus.TO_REVIEW, ItemStatus.FAILED, ItemStatus.REJECTED] * 2)
    )
    business = replace(v.BUSINESS, name=text)
    view = v.publish_list(
        business=business, ready=ready, ready_count=40, lacking=lacking[:5], lacking_count=9, words=text
    )
    return payload(publish_message(replace(view, pages=4)))


def _standing(text: str) -> Standing:
    def leg(provider: Provider) -> Leg:
        return v.leg(provider, LegState.EXPIRED, organization_name=text)

    return v.standing(
        business=replace(v.BUSINESS, name=text),
        connection=Connection(leg(Provider.BILL), leg(Provider.DEXT)),
        lists=v.list_lines(problem=text),
    )


def _home(text: str) -> Made:
    asked = tuple(v.request(plan=_plan(text)) for _ in range(12))
    view = v.home(standings=(_standing(text),), to_decide=asked)
    return on_the_wire(home_view(view))


def _finish(text: str, stage: Stage, problem: str) -> Made:
    attempt = dict.fromkeys(
        ("organization_name", "organization_id", "bill_user", "dext_account_id", "dext_users"), text
    )
    prompt = v.prompt(problem, stage=stage, **attempt)
    return payload(finish_message(replace(prompt, business=replace(v.BUSINESS, name=text))))


def _refresh(text: str, state: RefreshState, lists: ListState) -> Made:
    view = v.progress(state=state, problem=text, lists=v.list_results(lists, problem=text, push_problem=text))
    return payload(refresh_message(replace(view, business=replace(v.BUSINESS, name=text))))


def _settings(text: str) -> Made:
    business = replace(v.BUSINESS, name=text, tax_treatment=TaxTreatment.OWN_LINE, tax_account_id="0ca01TAX")
    return on_the_wire(settings_modal(v.settings_form(business=business, tax_account=text)))


def _asked(text: str) -> Made:
    items = [v.item(number, details=v.details(supplier=text, total=Decimal(1))) for number in range(1, 11)]
    return payload(asked_message((items[0],), tuple((item, text) for item in items[1:]), ""))


BUILDERS: dict[str, Callable[[str], Made]] = {
    "card, pending": lambda text: payload(card_message(_card(text, RequestState.PENDING, None))),
    "card, rejected": lambda text: payload(card_message(_card(text, RequestState.REJECTED, None))),
    "outcome, rejected": lambda text: payload(outcome_message(_card(text, RequestState.REJECTED, None))),
    "outcome, approved": lambda text: payload(outcome_message(_card(text, RequestState.APPROVED, None))),
    **{
        f"card, {state}": lambda text, state=state: payload(  # type: ignore[misc]
            card_message(_card(text, RequestState.APPROVED, _going(text, state)))
        )
        for state in PublishState
    },
    **{
        f"outcome, {state}": lambda text, state=state: payload(  # type: ignore[misc]
            outcome_message(_card(text, RequestState.APPROVED, _going(text, state)))
        )
        for state in PublishState
    },
    "reject form": lambda text: on_the_wire(reject_modal(_card(text, RequestState.PENDING, None))),
    "settings form": _settings,
    "publish list": _list,
    "asked": _asked,
    "standing": lambda text: payload(standing_message(_standing(text))),
    "home": _home,
    "connect": lambda text: payload(
        connect_message(v.offer(business=replace(v.BUSINESS, name=text), before=v.joined_to(text)))
    ),
    "finish, asking": lambda text: _finish(text, Stage.SIGNED_IN, ""),
    "finish, objection": lambda text: _finish(text, Stage.SIGNED_IN, text),
    "finish, finished": lambda text: _finish(text, Stage.FINISHED, ""),
    "refreshed": lambda text: payload(
        refreshed_message(
            v.outcome(
                affected=(v.affected(details=v.details(supplier=text)),),
                tax_account=text,
                rules=(v.affected_rule(subject=Ref("0091", text)),),
            )
        )
    ),
    "a list": lambda text: payload(
        entries_message(v.entry_page(words=text, problem=text, found=Found((Entry("009", text),), more=True)))
    ),
    "refresh, running": lambda text: _refresh(text, RefreshState.RUNNING, ListState.DONE),
    "refresh, done": lambda text: _refresh(text, RefreshState.DONE, ListState.DONE),
    "refresh, failed": lambda text: _refresh(text, RefreshState.DONE, ListState.FAILED),
    "refresh, stopped": lambda text: _refresh(text, RefreshState.STOPPED, ListState.UNAVAILABLE),
    "break": lambda text: payload(prompt_message(v.broken(v.break_row(replace(v.BUSINESS, name=text), held=2)))),
    "unknown word": lambda text: payload(help_message(text)),
}

everywhere = pytest.mark.parametrize("builder", list(BUILDERS.values()), ids=list(BUILDERS))
with_each = pytest.mark.parametrize("text", list(TEXTS.values()), ids=list(TEXTS))


@everywhere
@with_each
def test_slack_takes_it(builder: Callable[[str], Made], text: str) -> None:
    sent = builder(text)
    assert hard(problems_of(sent)) == []
    assert_known_ids(sent)


@everywhere
@with_each
def test_nothing_in_it_is_taken_for_markup(builder: Callable[[str], Made], text: str) -> None:
    assert_only_our_markup(builder(text))
