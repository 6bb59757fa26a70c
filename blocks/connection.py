"""Messages about the connection: the link, Finish, and where things stand."""

from __future__ import annotations

from datetime import datetime

from blocks.ids import Action, View
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    channel,
    confirm,
    context,
    divider,
    facts,
    foreign,
    header,
    message,
    modal,
    person,
    plural,
    section,
    when,
)
from bot.domain.businesses import Business
from bot.domain.connections import Leg, LegState, Turn
from bot.domain.links import Stage
from bot.domain.people import Right, may
from bot.domain.views import ConnectOffer, DisconnectForm, FinishPrompt, HistoryPage, Standing

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

_ALONE = (
    ":warning: You are the only admin. When the connection expires while you are away, nobody can mend it: name a "
    "second admin in Settings."
)


def connect_message(offer: ConnectOffer) -> Message:
    """Give an admin the link to connect, or to reconnect to the same organisation."""
    name = foreign(offer.business.name)
    again = offer.before.bill.organization_name
    lead = f"Connect Dext and Bill.com for *{name}*."
    if again:
        lead = f"Reconnect *{name}*. Sign in to the same organisation as before, *{foreign(again)}*."
        if all(leg.state is LegState.ACTIVE for leg in (offer.before.bill, offer.before.dext)):
            lead = f"The connection of *{name}* works, so there is no need. If a password or token changed: {lead}"
    return message(
        f"Connect Dext and Bill.com for {name}: open the link in this message.",
        section(
            f"{lead}\nYou sign in to both, then click *Finish* in the direct message I send you. Nothing is live "
            "before that."
        ),
        actions(
            button("Open Connect Page", Action.LINK_OPEN, url=offer.url, style="primary"),
            button("New Link", Action.LINK_NEW, {"b": offer.business.id}),
        ),
        context(f"Only you see this link. It works once, until {when(offer.expires_at)}."),
    )


def finish_message(prompt: FinishPrompt) -> Message:
    """Ask the admin whether what was signed in to is what is to be connected."""
    attempt, name = prompt.attempt, foreign(prompt.business.name)
    organization = f"*{foreign(attempt.organization_name)}* ({foreign(attempt.organization_id)})"
    if attempt.stage is Stage.FINISHED:
        text = (
            f"*Connected.* Bills of *{name}* go to {organization} from now on. The lists are being synchronised; "
            "publishing is available when that is done.\nNext, say who asks for approval and who approves."
        )
        if prompt.again:
            text = (
                f"*Reconnected.* Bills of *{name}* go to {organization} as before. The lists are read again, and what "
                "was held goes out by itself, each item checked once more."
            )
        return message(
            f"{name} is {'reconnected' if prompt.again else 'connected'}.",
            section(text),
            actions(button("Settings", Action.SETTINGS_OPEN, {"b": prompt.business.id})),
            context(_signed_in(prompt), _ALONE if prompt.admins == 1 else ""),
        )
    if attempt.stage is Stage.OVERTAKEN:
        done = f"{person(attempt.overtaken_by)} has connected {name} already, so there is nothing left to do."
        return message(done, section(f":white_check_mark: {done} What you signed in to was not kept."))
    if attempt.stage is Stage.DROPPED:
        return message(
            "That sign-in was dropped.",
            section("That sign-in was dropped and its credentials forgotten. Type `/dext connect` to begin again."),
        )
    if prompt.problem:
        return message(
            foreign(prompt.problem, 600),
            section(f"*This can't be connected.* {foreign(prompt.problem, 600)}"),
            context(_signed_in(prompt)),
            actions(button("New Link", Action.LINK_NEW, {"b": prompt.business.id}), _drop(prompt)),
        )
    both_off = confirm(
        "One writer only",
        "Is Dext's own Bill.com connection, with its auto-publish, switched off for this business? Two writers could "
        "create the same bill twice.",
        "Yes, Finish",
    )
    return message(
        f"Almost done: check the organisation and click Finish to connect {name}.",
        section(
            f"*Almost done.* You signed in to the Bill.com organisation {organization}. Click Finish, and bills of the "
            f"business *{name}* go there."
        ),
        facts(
            [
                ("Bill.com user", foreign(attempt.bill_user)),
                ("Dext account", foreign(f"{attempt.dext_account_id} ({attempt.dext_users})")),
            ]
        ),
        actions(
            button(
                "Finish", Action.CONNECTION_FINISH, {"a": attempt.id}, style="primary", confirm=both_off,
            ),
            _drop(prompt),
        ),
        context(_signed_in(prompt), "If this was not you, click Cancel Sign-in: nothing is live yet."),
    )  # fmt: skip


def _signed_in(prompt: FinishPrompt) -> str:
    at = prompt.attempt.signed_in_at
    return f"Signed in as {foreign(prompt.attempt.bill_user)}, {when(at)}" if at else ""


def _drop(prompt: FinishPrompt) -> Block:
    return button("Cancel Sign-in", Action.CONNECTION_DROP, {"a": prompt.attempt.id})


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


def disconnect_modal(form: DisconnectForm) -> Block:
    """Ask for a confirmation that says what stays and what stops."""
    name = foreign(form.business.name)
    organization = foreign(form.connection.bill.organization_name) or "its organisation"
    stops = [
        "No bill goes to Bill.com, no document is taken from Dext, no list is refreshed",
        "The credentials of both are deleted here. Delete the token in Bill.com too, if you don't need it any more",
    ]
    if form.under_way:
        stops.append(f"{plural(form.under_way, 'approved item')} on the way: held until you connect again")
    stays = [
        "Lists, items, approvals, roles, settings and the history stay as they are",
        f"What is in Bill.com stays there: it belongs to {organization}",
        f"{name} can only be connected to {organization} again, since bills were sent there"
        if form.kept_organization
        else f"{name} can be connected to another organisation afterwards, since nothing was sent yet",
    ]
    return modal(
        View.DISCONNECT,
        "Disconnect",
        "Disconnect",
        {"b": form.business.id},
        section(f"*Disconnect {name} from Dext and Bill.com?*"),
        section("*What stops*\n" + "\n".join(f"• {line}." for line in stops)),
        section("*What stays*\n" + "\n".join(f"• {line}." for line in stays)),
    )


def disconnected_message(business: Business, user_id: str) -> Message:
    """Tell the channel that a business was disconnected."""
    text = f"{person(user_id)} disconnected *{foreign(business.name)}* from Dext and Bill.com."
    return message(
        f"{foreign(business.name)} was disconnected from Dext and Bill.com.",
        section(f":electric_plug: {text} Nothing goes out until an admin types `/dext connect`; everything is kept."),
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
