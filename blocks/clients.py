"""Many businesses: which one is meant, how each stands, and one set up from another."""

from __future__ import annotations

from typing import Any

from blocks.ids import Action, Field, View
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    channel,
    clip,
    context,
    field,
    foreign,
    message,
    modal,
    option,
    person,
    plural,
    section,
)
from bot.domain.businesses import Business
from bot.domain.clients import Move
from bot.domain.connections import Leg, LegState
from bot.domain.views.clients import ClientRow, ClientsPage, Copied

_FEW = 5
_WORDS = 200
_NEXT = {
    Move.RECONNECT: "reconnect",
    Move.CONNECT: "connect",
    Move.MEND: "put right what could not be published",
    Move.DECIDE: "decide what waits",
    Move.REQUEST: "ask for approval of what is ready",
    Move.REVIEW: "put right what lacks something",
    Move.SYNC: "nothing: the lists are being synchronised",
    Move.NOTHING: "nothing",
}
_STATES = {
    LegState.NOT_CONNECTED: "not connected",
    LegState.LINKING: "being connected",
    LegState.DEGRADED: "not answering",
    LegState.EXPIRED: "expired",
    LegState.DISCONNECTED: "disconnected",
}
_PARTS = (
    ("roles", "Roles", "Adds the people; takes nobody's role away."),
    ("tax", "How tax is booked", "The account is found by its name."),
    ("times", "Time zone, closing date, outages", "When reminders come."),
    ("channels", "Channels for admins", "Where an expired connection is told."),
    ("rates", "Tax rates", "Adds those that the other lacks."),
    ("rules", "Rules", "Adds those whose entries the other has by name, for documents to come."),
)


def which_message(known: list[Business], words: str) -> Message:
    """Ask which business is meant; choosing goes on with what was typed."""
    if not known:
        text = "You have no role in any business here yet. An admin gives roles with `/dext settings`."
        return message(text, section(text))
    lead = f"Which business do you mean with `/dext {foreign(words, 60)}`?" if words else "Which business do you mean?"
    memory = clip(words, _WORDS)
    choice: Block | None
    if len(known) <= _FEW:
        choice = actions(
            *(
                button(business.name, f"{Action.BUSINESS_CHOOSE}.{place}", {"b": business.id, "w": memory})
                for place, business in enumerate(known)
            )
        )
    else:
        choice = actions(business_menu(f"{Action.BUSINESS_FIND}"))
    if choice is not None and len(known) > _FEW:
        choice["block_id"] = f"which:{memory}"
    places = [f"{channel(one.channel_id)} for {foreign(one.name, 60)}" for one in known if one.channel_id][:_FEW]
    hint = f"In a business's own channel nothing has to be chosen: {', '.join(places)}." if places else ""
    return message(lead.replace("`", ""), section(lead), choice, context(hint))


def business_menu(action: str) -> dict[str, Any]:
    """Return a menu that looks for businesses as one types."""
    return {
        "type": "external_select",
        "action_id": action,
        "min_query_length": 0,
        "placeholder": {"type": "plain_text", "text": "Choose a business", "emoji": False},
    }


def business_options(known: list[Business]) -> Block:
    """Return businesses as the choices of a menu."""
    return {"options": [option(business.name, business.id) for business in known]}


def clients_message(view: ClientsPage) -> Message:
    """List the businesses somebody looks after, the most pressing first."""
    lead = f"*{plural(view.count, 'business', 'businesses')}*"
    if view.words:
        lead += f" matching “{foreign(view.words, 60)}”"
    if view.pressing:
        lead += f", {plural(view.pressing, 'needs', 'need')} somebody now"
    if not view.count:
        text = f"No business of yours matches “{foreign(view.words, 60)}”. Type `/dext clients` for all."
        return message("No business of yours matches.", section(text))
    turn = {"w": clip(view.words, 100)} if view.words else {}
    return message(
        f"{plural(view.count, 'business', 'businesses')}, {view.pressing} to see to.",
        section(lead),
        *(_row(row, place) for place, row in enumerate(view.rows)),
        actions(
            button("Previous", f"{Action.CLIENTS_PAGE}.previous", {"p": view.page - 1} | turn) if view.page else None,
            button("Next", f"{Action.CLIENTS_PAGE}.next", {"p": view.page + 1} | turn)
            if view.page + 1 < view.pages
            else None,
            button("Copy Settings…", Action.SETTINGS_COPY) if view.count > 1 or view.words else None,
        ),
        context(f"Page {view.page + 1} of {view.pages}" if view.pages > 1 else ""),
    )


def copy_modal() -> Block:
    """Ask which business is set up from which, and what is taken over."""
    return modal(
        View.COPY,
        "Copy settings",
        "Copy",
        {},
        section("Set one business up from another's settings. You need to be an admin of both."),
        field(Field.COPY_FROM, "From", business_menu(f"{Action.BUSINESS_FIND}.from")),
        field(Field.COPY_TO, "Into", business_menu(f"{Action.BUSINESS_FIND}.to")),
        field(
            Field.COPY_WHAT,
            "What",
            {
                "type": "checkboxes",
                "action_id": Field.COPY_WHAT,
                "options": [
                    option(label, value) | {"description": {"type": "plain_text", "text": says, "emoji": False}}
                    for value, label, says in _PARTS
                ],
            },
        ),
    )


def copied_text(copied: Copied) -> str:
    """Say what was taken over, and what was not."""
    source, target = copied.source.name, copied.target.name
    text = f"From {source} into {target}: {'; '.join(copied.taken)}." if copied.taken else "Nothing was taken over."
    return f"{text} Left as it was: {'; '.join(copied.left)}." if copied.left else text


def _row(row: ClientRow, place: int) -> Block:
    where = f" in {channel(row.business.channel_id)}" if row.business.channel_id else ""
    who = ", ".join(person(user) for user in row.whose[:3])
    whose = f" – {who}" if who else ""
    lines = [
        f"*{foreign(row.business.name, 80)}*{where}",
        f"{_health(row)} · {_work(row)}",
        f"Next: {_NEXT[row.move]}{whose}",
    ]
    return section("\n".join(lines), _move(row, place))


def _move(row: ClientRow, place: int) -> Block | None:
    own = {"b": row.business.id}
    match row.move:
        case Move.RECONNECT | Move.CONNECT:
            label = "Reconnect" if row.move is Move.RECONNECT else "Connect"
            return button(label, f"{Action.LINK_NEW}.{place}", own, describes=f"{label} {row.business.name}")
        case Move.SYNC | Move.NOTHING | Move.DECIDE:
            return button("Status", f"{Action.STATUS_SHOW}.{place}", own, describes=f"Status of {row.business.name}")
        case _:
            value = {"p": 0, "w": ""} | own
            return button(
                "Show Items", f"{Action.ITEMS_PAGE}.{place}", value, describes=f"Show items of {row.business.name}"
            )


def _health(row: ClientRow) -> str:
    bad = [leg for leg in (row.connection.bill, row.connection.dext) if leg.state is not LegState.ACTIVE]
    return ", ".join(_leg(leg) for leg in bad) or ":large_green_circle: working"


def _leg(leg: Leg) -> str:
    sign = ":red_circle:" if leg.state is LegState.EXPIRED else ":white_circle:"
    return f"{sign} {leg.provider.label} {_STATES[leg.state]}"


def _work(row: ClientRow) -> str:
    work = row.work
    parts = [
        f"{work.held:,} held" if work.held else "",
        f"{work.waiting:,} waiting for approval" if work.waiting else "",
        f"{work.failed:,} not published" if work.failed else "",
        f"{work.ready:,} ready" if work.ready else "",
        f"{work.to_review:,} to review" if work.to_review else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing open"
