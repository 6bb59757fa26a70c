"""The alarm about a second writer: one message until somebody settles it."""

from __future__ import annotations

from blocks.ids import Action
from blocks.kit import Block, Message, actions, button, context, foreign, message, person, plural, section, when
from bot.domain.sightings import SightingKind
from bot.domain.views.watching import AlarmRow, AlarmView

_MOST = 10


def alarm_message(view: AlarmView) -> Message:
    """Say what was seen, why it matters, and what to do; once settled, by whom."""
    name = foreign(view.business.name)
    first = view.rows[0].sighting
    seen = "\n".join(_line(row) for row in view.rows[:_MOST])
    more = len(view.rows) - _MOST
    rest = context(f"and {plural(more, 'document')} more") if more > 0 else None
    if first.settled_at is not None:
        return message(
            f"Settled: {name} had bills that this bot did not create.",
            section(f":white_check_mark: *{name} had bills that this bot did not create.*\n{seen}"),
            rest,
            context(f"Settled by {person(first.settled_by)}, {when(first.settled_at)}."),
        )
    who = " ".join(person(admin) for admin in view.admins[:5])
    return message(
        f"{name}: {plural(len(view.rows), 'document')} may have two bills.",
        section(
            f":rotating_light: {who}: *Somebody else makes bills of {name}'s documents.* What this bot did not create "
            "may be paid twice."
        ),
        section(seen),
        rest,
        section(
            "*What to do:* in Dext, see that its own Bill.com connection and its auto-publish are off. In Bill.com, "
            "look at each bill; where one was made twice, archive one of the two. A bill that somebody keyed by hand "
            "is told here too."
        ),
        actions(button("Settled", Action.ALARM_SETTLE, {"k": first.alarm_id}, style="primary"), *_links(view)),
    )


def _line(row: AlarmRow) -> str:
    item = f"#{row.item.number} *{foreign(row.item.label, 120)}*"
    number = f", {foreign(row.item.details.number, 40)}" if row.item.details.number else ""
    if row.sighting.kind is SightingKind.DEXT:
        return f"• {item}{number}: Dext published it by itself, seen {when(row.sighting.seen_at)}"
    return f"• {item}{number}: Bill.com has a bill for it that this bot did not create ({row.sighting.remote_id})"


def _links(view: AlarmView) -> list[Block]:
    shown = [row for row in view.rows if row.url][:4]
    return [
        button(f"Open Bill of #{row.item.number}", f"{Action.BILL_OPEN}.{place}", url=row.url)
        for place, row in enumerate(shown)
    ]
