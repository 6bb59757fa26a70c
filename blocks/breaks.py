"""The living message of a break: expired, being repaired, restored, caught up."""

from __future__ import annotations

from blocks.ids import Action
from blocks.kit import Message, actions, button, context, foreign, message, person, plural, section, when
from bot.domain.views import BreakView


def break_message(view: BreakView) -> Message:
    """Say what happened to the connection, what it means, and who is on it."""
    broken, name = view.broken, foreign(view.business.name)
    service = broken.provider.label
    began = f"Since {when(broken.opened_at)}"
    if broken.closed_at is not None:
        how = f"reconnected by {person(broken.closed_by)}" if broken.closed_by else "repaired outside Slack"
        return message(
            f"The connection of {name} to {service} works again.",
            section(f":white_check_mark: *{service} works again for {name}*, {how}.{_caught_up(view)}"),
            context(f"{began}, until {when(broken.closed_at)}."),
        )
    held = f" {plural(view.held, 'approved item is', 'approved items are')} held and will go out." if view.held else ""
    text = (
        f":warning: *{service} no longer lets us in for {name}.* Publishing waits until an admin reconnects; "
        f"nothing is lost.{held}"
    )
    if broken.repairing_by and broken.repairing_at is not None:
        return message(
            f"{person(broken.repairing_by)} is reconnecting {name} to {service}.",
            section(text),
            actions(button("Reconnect", Action.LINK_NEW, {"b": view.business.id})),
            context(f"{began}. {person(broken.repairing_by)} is on it, {when(broken.repairing_at)}."),
        )
    return message(
        f"{service} no longer lets us in for {name}. An admin has to reconnect.",
        section(text),
        actions(button("Reconnect", Action.LINK_NEW, {"b": view.business.id}, style="primary")),
        context(f"{began}. Usually a password, a token or a person's access was changed there."),
    )


def _caught_up(view: BreakView) -> str:
    """Say what became of the items that the break held."""
    total = view.held + view.published + view.stopped + view.under_way
    if not total:
        return " Nothing was waiting."
    text = f" {view.published} of {plural(total, 'held item')} published"
    if view.under_way or view.held:
        return text + ", the rest is on its way."
    needs = f", {plural(view.stopped, 'needs', 'need')} you: see the card for the reason" if view.stopped else ""
    return f"{text}{needs}."
