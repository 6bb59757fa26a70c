"""Messages about the connection: the link, Finish, and where things stand."""

from __future__ import annotations

from blocks.ids import Action
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
    person,
    plural,
    section,
    when,
)
from bot.domain.connections import Leg, LegState
from bot.domain.links import Stage
from bot.domain.people import Right, may
from bot.domain.views import ConnectOffer, FinishPrompt, Standing

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
    LegState.ACTIVE: "working",
    LegState.DEGRADED: "not answering at the moment; we keep trying",
    LegState.EXPIRED: "*expired*: an admin has to reconnect",
    LegState.DISCONNECTED: "disconnected",
}


def connect_message(offer: ConnectOffer) -> Message:
    """Give an admin the link to connect, or to reconnect to the same organisation."""
    name = foreign(offer.business.name)
    lead = f"Connect Dext and Bill.com for *{name}*."
    if offer.again:
        lead = f"Reconnect *{name}*. Sign in to the same organisation as before, *{foreign(offer.again)}*."
    return message(
        f"Connect Dext and Bill.com for {name}: open the link in this message.",
        section(f"{lead}\nYou sign in to both, come back here, and click *Finish*. Nothing is live before that."),
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
        return message(
            f"{name} is connected.",
            section(text),
            actions(button("Settings", Action.SETTINGS_OPEN, {"b": prompt.business.id})),
            context(_signed_in(prompt)),
        )
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
        section(_leg(connection.bill, "Bill.com") + "\n" + _leg(connection.dext, "Dext")),
    ]
    if standing.lists:
        blocks += [divider(), section("*Lists*\n" + "\n".join(_list_line(standing)))]
    blocks += [divider(), section(_work(standing))]
    if standing.why_not:
        blocks.append(section(standing.why_not))
    admin, own = may(standing.roles, Right.CONNECT), {"b": standing.business.id}
    blocks.append(
        actions(
            button("Publish Items", Action.ITEMS_PAGE, {"p": 0, "w": ""} | own, style="primary")
            if standing.can_publish and not standing.why_not
            else None,
            button("Connect or Reconnect", Action.LINK_NEW, own) if admin and not connection.live else None,
            button("Refresh Lists", Action.LISTS_REFRESH, own) if admin and connection.live else None,
            button("Settings", Action.SETTINGS_OPEN, own) if admin else None,
        )
    )
    place = f"Cards and notices go to {channel(standing.business.channel_id)}. " if standing.business.channel_id else ""
    blocks.append(context(f"{place}Admins: {', '.join(person(user) for user in standing.admins[:5]) or 'nobody yet'}"))
    return message(f"{name}: {_summary(standing)}", *blocks)


def _summary(standing: Standing) -> str:
    if standing.why_not:
        return standing.why_not
    return f"{plural(standing.ready, 'item')} ready to publish, {standing.waiting} waiting for approval."


def _leg(leg: Leg, title: str) -> str:
    who = f" – {foreign(leg.organization_name)}" if leg.organization_name else ""
    checked = f", checked {when(leg.checked_at)}" if leg.checked_at and leg.state is not LegState.NOT_CONNECTED else ""
    return f"*{title}*{who}: {_STATES[leg.state]}{checked}"


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
