"""The living message of a break, or of many with one cause, from its first sign to the catch-up after it."""

from __future__ import annotations

from blocks.ids import Action
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    channel,
    context,
    day,
    foreign,
    message,
    person,
    plural,
    section,
    when,
)
from bot.domain.breaks import OPERATORS, BreakStage, Closing
from bot.domain.hours import today
from bot.domain.views.breaks import BreakRow, PromptView, StoppedItems

_MOST_ROWS = 15


def prompt_message(view: PromptView) -> Message:
    """Say what happened to a connection, what it means, who is on it, and what became of it."""
    if len(view.rows) == 1:
        return _single(view, view.rows[0])
    return _grouped(view)


def moved_message(view: PromptView) -> Message:
    """Say where a prompt went, in place of the message that it left."""
    service, where = view.prompt.provider.label, _place(view.prompt.channel_id)
    what = f"Nobody reconnected {service} in time, so the message moved to {where}."
    return message(what, section(what))


def nudge_message(view: PromptView) -> Message:
    """Remind the admins, once, below the prompt."""
    waiting = [row for row in view.rows if row.broken.closed_at is None]
    names = ", ".join(foreign(row.business.name) for row in waiting[:5])
    held = sum(row.held for row in waiting)
    held_text = f" {plural(held, 'approved item waits', 'approved items wait')} for it." if held else ""
    who = "".join(f"{person(admin)} " for admin in view.admins[:5])
    text = f"{view.prompt.provider.label} still does not let us in for {names}.{held_text}"
    advice = "*Reconnect* is on the message above."
    if all(row.broken.cause in OPERATORS for row in waiting):
        advice = "Please pass it on to whoever runs the bot: they have to check its key."
    return message(text, section(f"{who}{text} {advice}"))


def stopped_message(view: StoppedItems) -> Message:
    """List the items that were held and could not go out, each with its reason and a way on."""
    if not view.items:
        text = "All of them are settled by now."
        return message(text, section(text))
    lead = f"{plural(len(view.items), 'held item')} of {foreign(view.business.name)} could not go out"
    rows = [
        section(
            f"#{one.item.number} *{foreign(one.item.label, 120)}*\n{_sentence(one.problem)}",
            button("Try Again", f"{Action.PUBLISH_RETRY}.{one.item.number}", {"r": one.request_id}),
        )
        for one in view.items
    ]
    return message(f"{lead}.", section(f"*{lead}*"), *rows)


def _sentence(problem: str) -> str:
    said = foreign(problem, 400)
    return f"{said[:1].upper()}{said[1:]}"


def _single(view: PromptView, row: BreakRow) -> Message:
    broken, name, service = row.broken, foreign(row.business.name), row.broken.provider.label
    began = f"Since {when(broken.opened_at)}"
    if broken.closed_at is not None:
        head, text = _ended(row)
        return message(head, section(text), _needs_you(row), context(f"{began}, until {when(broken.closed_at)}."))
    head, text, small = _open(view, row)
    if broken.stage is BreakStage.OUTAGE:
        return message(head, section(text), context(f"{began}. {small}"))
    if broken.repairing_by and broken.repairing_at is not None:
        head = f"{person(broken.repairing_by)} is reconnecting {name} to {service}."
        return message(
            head,
            section(f":wrench: *{head}* Nothing is lost.{_held(row)}"),
            _buttons(view, row, calm=True),
            context(f"{began}. {person(broken.repairing_by)} is on it since {when(broken.repairing_at)}."),
        )
    return message(head, section(text), _buttons(view, row), context(f"{began}. {small}", _snoozed(view)))


def _open(view: PromptView, row: BreakRow) -> tuple[str, str, str]:
    """Return the headline, the sentence and the small print of a break that lasts."""
    broken, name, service = row.broken, foreign(row.business.name), row.broken.provider.label
    match broken.stage:
        case BreakStage.ENDING:
            head = f"{service}'s connection of {name} {_ends(view, row)}."
            advice = "Everything works until then. Reconnect before, and nothing waits; it takes an admin two minutes."
            if _days_left(view, row) < 0:
                advice = "Put the new date into `/dext settings`, or reconnect when it stops."
            return head, f":calendar: *{head}* {advice}", "The date was entered in `/dext settings`."
        case BreakStage.OUTAGE:
            head = f"{service} is not answering for {name}. There is nothing for you to do."
            text = f":hourglass_flowing_sand: *{service} is not answering for {name}.* There is nothing for you to do: "
            return head, f"{text}approved items wait and go out by themselves when it is back.", "We keep trying."
        case BreakStage.EXPIRED if broken.cause in OPERATORS:
            head = f"{service} does not accept this bot's key for {name}. Whoever runs the bot has to check it."
            text = (
                f":warning: *{service} does not accept this bot's own key, so nothing goes through for {name}.* "
                "Reconnecting does not help: whoever runs the bot has to check the key and that it belongs to this "
                f"environment. Nothing is lost.{_held(row)}"
            )
            return head, text, "It is tried again by itself; this message changes when it works."
        case BreakStage.EXPIRED:
            head = f"{service} no longer lets us in for {name}. An admin has to reconnect."
            text = (
                f":warning: *{service} no longer lets us in for {name}.* What is approved waits until an admin "
                f"reconnects; nothing is lost.{_held(row)}"
            )
            return head, text, "Usually a password, a token or a person's access was changed there."


def _held(row: BreakRow) -> str:
    parts = []
    if row.held:
        parts.append(f"{plural(row.held, 'approved item is', 'approved items are')} held and will go out")
    if row.paused:
        parts.append(f"{plural(row.paused, 'item is', 'items are')} paused by a person and will stay")
    return f" {', '.join(parts)}." if parts else ""


def _days_left(view: PromptView, row: BreakRow) -> int:
    if row.expires_at is None:
        return 0
    return (today(row.expires_at, row.business.zone) - today(view.now, row.business.zone)).days


def _ends(view: PromptView, row: BreakRow) -> str:
    if row.expires_at is None:
        return "is about to end"
    last, days = today(row.expires_at, row.business.zone), _days_left(view, row)
    if days < 0:
        return f"was to end on {day(last)} and still works"
    if days == 0:
        return "ends today"
    return f"ends in {plural(days, 'day')}, on {day(last)}"


def _ended(row: BreakRow) -> tuple[str, str]:
    """Return the headline and the sentence of a break that is over."""
    broken, name, service = row.broken, foreign(row.business.name), row.broken.provider.label
    by = f" by {person(broken.closed_by)}" if broken.closed_by else ""
    match broken.closing:
        case Closing.DISCONNECTED:
            return f"{name} was disconnected.", f":electric_plug: *{name} was disconnected*{by}."
        case Closing.WITHDRAWN:
            head = f"The end of {service}'s connection of {name} was moved; nothing is to be done."
            return head, f":white_check_mark: {head}"
        case Closing.ANSWERED:
            head = f"{service} answers again for {name}."
            return head, f":white_check_mark: *{service} answers again for {name}*; what waited goes out by itself."
        case _:
            how = f"reconnected{by}" if broken.closing is Closing.RECONNECTED else "repaired outside Slack"
            text = f":white_check_mark: *{service} works again for {name}*, {how}.{_caught_up(row)}"
            return f"The connection of {name} to {service} works again.", text


def _caught_up(row: BreakRow) -> str:
    """Say what became of the items that the break held."""
    total = row.held + row.published + row.stopped + row.under_way
    kept = f" {plural(row.paused, 'item stays', 'items stay')} paused." if row.paused else ""
    if not total:
        return kept or ("" if row.broken.stage is BreakStage.ENDING else " Nothing was waiting.")
    text = f" {row.published} of {plural(total, 'held item')} published"
    if row.under_way or row.held:
        return f"{text}, the rest is on its way.{kept}"
    needs = f", {row.stopped} {'needs' if row.stopped == 1 else 'need'} you" if row.stopped else ""
    return f"{text}{needs}.{kept}"


def _needs_you(row: BreakRow) -> Block | None:
    """Return the button that leads to the items which did not go out."""
    if not row.stopped:
        return None
    label = "Show the Item" if row.stopped == 1 else f"Show the {row.stopped} Items"
    return actions(button(label, f"{Action.BREAK_STOPPED}.{row.broken.id}", {"k": row.broken.id}, style="primary"))


def _buttons(view: PromptView, row: BreakRow, *, calm: bool = False) -> Block | None:
    own = {"b": row.business.id}
    reconnect = button("Reconnect", Action.LINK_NEW, own, style="" if calm else "primary")
    return actions(
        None if row.broken.cause in OPERATORS else reconnect,
        # Nobody is reminded of an end that is only near, so there is nothing to put off.
        _snooze(view) if row.broken.stage is BreakStage.EXPIRED else None,
    )


def _snooze(view: PromptView) -> Block:
    value = {"m": view.prompt.id}
    if view.prompt.snoozed_until is not None and view.prompt.snoozed_until > view.now:
        return button("End Snooze", Action.BREAK_WAKE, value)
    return button("Snooze", Action.BREAK_SNOOZE, value)


def _snoozed(view: PromptView) -> str:
    until = view.prompt.snoozed_until
    if until is None or until <= view.now:
        return ""
    return f"Snoozed by {person(view.prompt.snoozed_by)}: no reminder before {when(until)}."


def _place(place: str) -> str:
    return person(place) if place.startswith(("U", "W")) else channel(place)


def _grouped(view: PromptView) -> Message:
    """Tell many breaks of one cause in one message, a line each; what is done comes last."""
    service = view.prompt.provider.label
    waiting = sorted((row for row in view.rows if row.broken.closed_at is None), key=_rank)
    done = [row for row in view.rows if row.broken.closed_at is not None]
    if not waiting:
        head = f"{service} works again for all {plural(len(done), 'business', 'businesses')}."
        lead = f":white_check_mark: *{head}*"
    else:
        head = _grouped_head(service, waiting)
        lead = f":warning: *{head}*{_sum_held(waiting)}"
    shown = [*waiting, *done][:_MOST_ROWS]
    more = len(view.rows) - len(shown)
    mixed = len({_rank(row) for row in waiting}) > 1
    why = "They began to fail in the same way" if mixed else "The same is wrong with each"
    shared = f"{why}, so they share this message." if len(view.rows) > 1 else ""
    return message(
        head,
        section(lead),
        *(_line(row, mixed=mixed) for row in shown),
        section(f"and {plural(more, 'business', 'businesses')} more: type `/dext clients`") if more > 0 else None,
        actions(_snooze(view)) if waiting and waiting[0].broken.stage is BreakStage.EXPIRED else None,
        context(f"Since {when(view.prompt.opened_at)}. {shared}", _snoozed(view)),
    )


def _rank(row: BreakRow) -> int:
    """Return how soon a break needs an admin; an outage needs nobody."""
    match row.broken.stage:
        case BreakStage.EXPIRED:
            return 1 if row.broken.cause in OPERATORS else 0
        case BreakStage.ENDING:
            return 2
        case BreakStage.OUTAGE:
            return 3


def _grouped_head(service: str, waiting: list[BreakRow]) -> str:
    """Return the headline: of those that need an admin soonest."""
    first = waiting[0].broken
    number = sum(_rank(row) == _rank(waiting[0]) for row in waiting)
    count, each = plural(number, "business", "businesses"), "it" if number == 1 else "each"
    if first.stage is BreakStage.OUTAGE:
        return f"{service} is not answering for {count}. There is nothing for you to do; we keep trying."
    if first.stage is BreakStage.ENDING:
        return f"{service}'s connection of {count} ends soon. Reconnect before, and nothing waits."
    if first.cause in OPERATORS:
        return (
            f"{service} does not accept this bot's own key, so nothing goes through for {count}. Whoever runs the bot "
            "has to check it; reconnecting does not help."
        )
    return f"{service} no longer lets us in for {count}. An admin has to reconnect {each}."


def _sum_held(waiting: list[BreakRow]) -> str:
    held = sum(row.held for row in waiting)
    return f" {plural(held, 'approved item is', 'approved items are')} held; nothing is lost." if held else ""


def _line(row: BreakRow, *, mixed: bool) -> Block:
    broken, name = row.broken, foreign(row.business.name, 80)
    if broken.closed_at is not None:
        return section(_ended(row)[1], _stopped_button(row))
    state = _LINES[broken.stage] if mixed else ""
    repairing = f"{person(broken.repairing_by)} is on it" if broken.repairing_by else ""
    text = " · ".join(part for part in (f"*{name}*", state, _held(row).strip(), repairing) if part)
    if broken.cause in OPERATORS or broken.stage is BreakStage.OUTAGE:
        return section(text)
    return section(text, button("Reconnect", f"{Action.LINK_NEW}.{broken.id}", {"b": row.business.id}))


_LINES = {
    BreakStage.EXPIRED: "not let in",
    BreakStage.ENDING: "ends soon",
    BreakStage.OUTAGE: "not answering; nothing to do",
}


def _stopped_button(row: BreakRow) -> Block | None:
    if not row.stopped:
        return None
    return button("Show", f"{Action.BREAK_STOPPED}.{row.broken.id}", {"k": row.broken.id})
