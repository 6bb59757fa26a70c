"""Where a business stands: connection, lists and work, and the course of its connection."""

from __future__ import annotations

from datetime import datetime

from blocks.ids import Action
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    channel,
    context,
    divider,
    foreign,
    header,
    message,
    person,
    plural,
    section,
    when,
)
from bot.domain.connections import Leg, LegState, Turn
from bot.domain.people import Right, may
from bot.domain.views.standing import HistoryPage, Standing

LIST_TITLES = {
    "accounts": "Chart of Accounts",
    "suppliers": "Suppliers",
    "customers": "Customers",
    "classes": "Classes",
    "locations": "Locations",
    "payment_methods": "Payment Methods",
    "approvers": "Bill.com approvers",
}
"""The lists as people know them."""


_STATES = {
    LegState.NOT_CONNECTED: "not connected",
    LegState.LINKING: "being connected",
    LegState.ACTIVE: "working",
    LegState.DEGRADED: "not answering",
    LegState.EXPIRED: "*expired*",
    LegState.DISCONNECTED: "disconnected",
}


_MENDED = {
    LegState.DEGRADED: "We keep trying.",
    LegState.EXPIRED: "An admin has to reconnect.",
}


_UNCHECKED = frozenset({LegState.NOT_CONNECTED, LegState.DISCONNECTED})


def standing_message(standing: Standing) -> Message:
    """Say where a business stands: connection, lists, what is ready and what waits."""
    name = foreign(standing.business.name)
    connection = standing.connection
    blocks: list[Block | None] = [
        header(standing.business.name),
        section(_leg(connection.bill, "Bill.com", standing.now) + "\n" + _leg(connection.dext, "Dext", standing.now)),
    ]
    if standing.lists:
        blocks += [divider(), section("*Lists*\n" + "\n".join(_list_line(standing)))]
    blocks += [divider(), section(_work(standing))]
    if standing.why_not or standing.notice:
        blocks.append(section(standing.why_not or f":warning: {standing.notice}"))
    if standing.history:
        blocks.append(context("*Lately* " + " · ".join(_turn(turn) for turn in standing.history)))
    admin, own = may(standing.roles, Right.CONNECT), {"b": standing.business.id}
    blocks.append(
        actions(
            button("Publish Items", Action.ITEMS_PAGE, {"p": 0, "w": ""} | own, style="primary")
            if standing.can_publish and not standing.why_not
            else None,
            button("Connect or Reconnect", Action.LINK_NEW, own) if admin and not connection.live else None,
            button("History", Action.HISTORY_PAGE, {"p": 0} | own) if standing.history else None,
            button("Refresh Lists", Action.LISTS_REFRESH, own) if admin and connection.live else None,
            button("Settings", Action.SETTINGS_OPEN, own) if admin else None,
        )
    )
    place = f"Cards and notices go to {channel(standing.business.channel_id)}. " if standing.business.channel_id else ""
    blocks.append(context(f"{place}Admins: {', '.join(person(user) for user in standing.admins[:5]) or 'nobody yet'}"))
    return message(f"{name}: {_summary(standing)}", *blocks)


def history_message(view: HistoryPage) -> Message:
    """Show a page of a connection's history, newest first."""
    name, own = foreign(view.business.name), {"b": view.business.id}
    if not view.turns:
        text = f"Nothing has happened to the connection of {name} yet."
        return message(text, section(text))
    lines = "\n".join(f"{when(turn.at)} – {_turn_in_full(turn)}" for turn in view.turns)
    return message(
        f"History of the connection of {name}",
        section(f"*History of the connection of {name}*, newest first"),
        section(lines),
        actions(
            button("Newer", f"{Action.HISTORY_PAGE}.newer", {"p": view.page - 1} | own) if view.page else None,
            button("Older", f"{Action.HISTORY_PAGE}.older", {"p": view.page + 1} | own) if view.more else None,
        ),
    )


def _turn(turn: Turn) -> str:
    return f"{turn.provider.label} {_turned(turn)}, {when(turn.at)}"


def _turn_in_full(turn: Turn) -> str:
    why = f": {_REASONS[turn.reason]}" if turn.reason in _REASONS else ""
    return f"{turn.provider.label} {_turned(turn)}{why}"


def _turned(turn: Turn) -> str:
    if not turn.by:
        return _TURNED[turn.now]
    return f"{'connected' if turn.now is LegState.ACTIVE else _TURNED[turn.now]} by {person(turn.by)}"


_TURNED = {
    LegState.NOT_CONNECTED: "not connected",
    LegState.LINKING: "being connected",
    LegState.ACTIVE: "working",
    LegState.DEGRADED: "not answering",
    LegState.EXPIRED: "expired",
    LegState.DISCONNECTED: "disconnected",
}


_REASONS = {
    "credentials:token_name_or_value": "its token is no longer accepted",
    "credentials:developer_key": "this bot's key is not accepted; that is for whoever runs the bot",
    "credentials:client": "this bot's sign-in arrangement is not accepted; that is for whoever runs the bot",
    "credentials:organization_id": "the organisation is not known there",
    "credentials": "the sign-in is no longer accepted",
    "token_revoked": "its permission was taken back there",
    "session_ended": "its session ended and could not be renewed",
    "unavailable": "no answer",
    "outcome_unknown": "an answer got lost",
    "garbled": "an answer that can't be read",
}
"""Why a leg changed, for people; codes are for the log."""


def _summary(standing: Standing) -> str:
    if standing.why_not or standing.notice:
        return standing.why_not or standing.notice
    return f"{plural(standing.ready, 'item')} ready to publish, {standing.waiting} waiting for approval."


def _leg(leg: Leg, title: str, now: datetime) -> str:
    who = f" – {foreign(leg.organization_name)}" if leg.organization_name else ""
    checked = f", checked {when(leg.checked_at)}" if leg.checked_at and leg.state not in _UNCHECKED else ""
    since = f" since {when(leg.since)}" if leg.since and leg.state is not LegState.NOT_CONNECTED else ""
    locked = (
        f" Its sign-in is locked until {when(leg.locked_until)}; we wait."
        if leg.locked_until and leg.locked_until > now
        else ""
    )
    ends = f" Ends on {when(leg.expires_at)}." if leg.expires_at else ""
    mended = f" {_MENDED[leg.state]}" if leg.state in _MENDED else ""
    return f"*{title}*{who}: {_STATES[leg.state]}{since}{checked}.{mended}{locked}{ends}"


def _list_line(standing: Standing) -> list[str]:
    lines = []
    for line in standing.lists:
        title = LIST_TITLES[line.name]
        if line.synced_at is None:
            lines.append(f"• {title}: {foreign(line.problem) or 'not read yet'}")
            continue
        count = plural(line.total, "entry", "entries")
        trouble = f" – last refresh: {foreign(line.problem)}" if line.problem else ""
        lines.append(f"• {title}: {count}, as of {when(line.synced_at)}{trouble}")
    if standing.refreshing:
        lines.append("_A refresh is under way._")
    return lines


def _work(standing: Standing) -> str:
    totals = " · ".join(str(money) for money in standing.ready_totals)
    lines = [f"*{plural(standing.ready, 'item')}* ready to publish" + (f" ({totals})" if totals else "")]
    if standing.to_review:
        lines.append(f"*{plural(standing.to_review, 'item')}* to review")
    if standing.failed:
        lines.append(f"*{plural(standing.failed, 'item')}* not published: see the cards for the reason")
    if standing.rejected:
        lines.append(f"*{plural(standing.rejected, 'item')}* rejected")
    if standing.waiting:
        lines.append(f"*{plural(standing.waiting, 'item')}* waiting for approval")
    if standing.held:
        held = plural(standing.held, "item is", "items are")
        lines.append(f"*{held} held* and will go out when the connection is renewed")
    return "\n".join(lines)
