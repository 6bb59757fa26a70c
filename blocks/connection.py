"""Messages about connecting: the link, Finish, and taking a connection down."""

from __future__ import annotations

from blocks.ids import Action, View
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    confirm,
    context,
    facts,
    foreign,
    message,
    modal,
    person,
    plural,
    section,
    when,
)
from bot.domain.businesses import Business
from bot.domain.connections import LegState
from bot.domain.links import Stage
from bot.domain.views.connecting import ConnectOffer, DisconnectForm, FinishPrompt

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
