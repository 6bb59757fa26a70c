"""Asking an admin for what one may not do, and the admins' answer."""

from __future__ import annotations

from blocks.ids import Action, Field, View
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    context,
    field,
    foreign,
    message,
    modal,
    person,
    section,
    spoken,
    when,
)
from bot.domain.asks import TEXT_LIMIT, Ask, AskState
from bot.domain.people import WHAT, Right
from bot.domain.views.asking import AskForm, AskView

_OFFERS: dict[Right, tuple[str, Action]] = {
    Right.CONNECT: ("Connect or Reconnect", Action.LINK_NEW),
    Right.REFRESH: ("Refresh Lists", Action.LISTS_REFRESH),
}
"""What an admin can do at once instead of the person; for every other right it is the settings."""


def refused_message(text: str, business_id: str, right: Right) -> Message:
    """Refuse, naming who can, with a way to tell them what is wanted."""
    ask = button("Ask an Admin", Action.ASK_OPEN, {"b": business_id, "t": right.value})
    return message(spoken(text), section(spoken(text)), actions(ask))


def ask_modal(form: AskForm) -> Block:
    """Ask what is wanted and why."""
    admins = ", ".join(person(admin) for admin in form.admins[:5])
    return modal(
        View.ASK,
        "Ask an Admin",
        "Send",
        {"b": form.business.id, "t": form.right.value},
        section(f"To {WHAT[form.right]} for *{foreign(form.business.name)}* you need an admin: {admins}."),
        field(
            Field.WANT,
            "What do you need, and why?",
            {"type": "plain_text_input", "action_id": Field.WANT, "multiline": True, "max_length": TEXT_LIMIT},
            hint="The admins read it with your name. You hear from me when one of them answers.",
        ),
    )


def ask_sent_text(form: AskForm) -> str:
    """Say that the admins were told."""
    admins = ", ".join(person(admin) for admin in form.admins[:5])
    return f"{admins} can read it now. You hear from me when it is answered."


def ask_message(view: AskView) -> Message:
    """Tell the admins what somebody wants; once answered, by whom."""
    ask, name = view.ask, foreign(view.business.name)
    what = f"{person(ask.user_id)} asks you to let them {WHAT[ask.right]} for *{name}*"
    if ask.right in _OFFERS:
        what = f"{person(ask.user_id)} asks you to {WHAT[ask.right]} for *{name}*"
    quoted = f"“{foreign(ask.text, TEXT_LIMIT)}”"
    if ask.state is not AskState.OPEN:
        answered = "done" if ask.state is AskState.DONE else "declined"
        return message(
            f"Answered: a request for {name}.",
            section(f"{what}.\n{quoted}"),
            context(f"{answered.capitalize()} by {person(ask.settled_by)}{_at(ask)}. {person(ask.user_id)} was told."),
        )
    who = " ".join(person(admin) for admin in view.admins[:5])
    label, action = _OFFERS.get(ask.right, ("Settings", Action.SETTINGS_OPEN))
    return message(
        f"Somebody asks the admins of {name} for something.",
        section(f"{who}: {what}.\n{quoted}"),
        actions(
            button(label, action, {"b": view.business.id}, style="primary"),
            button("Done", Action.ASK_DONE, {"q": ask.id}) if ask.right in _OFFERS else None,
            button("Decline", Action.ASK_DECLINE, {"q": ask.id}),
        ),
        context(f"Asked {when(ask.asked_at)}. {_how(ask)}"),
    )


def asked_outcome_message(view: AskView) -> Message:
    """Tell whoever asked what came of it."""
    ask, name = view.ask, foreign(view.business.name)
    who = person(ask.settled_by)
    if ask.state is AskState.DONE:
        text = f"{who} has seen to what you asked for: to {WHAT[ask.right]} for *{name}*. Type `/dext` to go on."
        return message(f"Done: what you asked for in {name}.", section(f":white_check_mark: {text}"))
    text = f"{who} declined what you asked for: to {WHAT[ask.right]} for *{name}*. Talk to them if it can't wait."
    return message(f"Declined: what you asked for in {name}.", section(text))


def _how(ask: Ask) -> str:
    if ask.right in _OFFERS:
        return f"Done and Decline tell {person(ask.user_id)} so."
    return f"Give them a role in Settings, and {person(ask.user_id)} is told; or decline."


def _at(ask: Ask) -> str:
    return f", {when(ask.settled_at)}" if ask.settled_at else ""
