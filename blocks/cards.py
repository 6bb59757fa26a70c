"""Approval cards, and what the requester is told."""

from __future__ import annotations

from blocks.documents import document_button
from blocks.editing import told_line
from blocks.ids import Action, Field, View
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    channel,
    context,
    day,
    facts,
    field,
    foreign,
    message,
    modal,
    person,
    section,
    when,
)
from bot.domain.approvals import Request, RequestState
from bot.domain.businesses import TaxTreatment
from bot.domain.editing import EDITABLE_IN
from bot.domain.money import Money
from bot.domain.plans import LAST_TIME, TAX_LINE, Plan
from bot.domain.publishing import Publish, PublishState
from bot.domain.views.items import Card

_MOST_LINES = 12


def card_message(card: Card) -> Message:
    """Show a request with everything needed to decide; once decided, what became of it."""
    request, plan = card.request, card.request.plan
    title = f"{foreign(plan.supplier)}, {_money(plan)}"
    state, buttons = _state(card)
    return message(
        f"{_headline(card)}: {title}",
        section(f"{_headline(card)}\n*{foreign(plan.supplier, 150)}* – *{_money(plan)}*", document_button(card.item)),
        _new_supplier(card),
        facts(_facts(plan)),
        _split(plan),
        context(*(f":small_orange_diamond: {foreign(flag)}" for flag in _flags(request)[:10])),
        context(_approver(plan), *(told_line(one) for one in plan.story[:9])),
        _changes(request),
        section(state) if state else None,
        buttons,
        context(
            f"#{card.item.number} · {foreign(card.business.name)} · asked for {_asker(request)}, "
            f"{when(request.requested_at)}",
            foreign(request.why, 600),
        ),
    )


def _flags(request: Request) -> list[str]:
    """Return the plan's remarks; what stopped it the last time is only for whoever decides."""
    pending = request.state is RequestState.PENDING
    return [flag for flag in request.plan.flags if pending or not flag.startswith(LAST_TIME)]


def _new_supplier(card: Card) -> Block | None:
    """Say that the supplier was just added, and by whom: an approval is the last look at whom the money goes to."""
    order = card.new_supplier
    if order is None:
        return None
    return section(
        f":warning: *New supplier*, added to Bill.com by {person(order.user_id)}, {when(order.created_at)}. "
        "Make sure that it is who you mean to pay."
    )


def _approver(plan: Plan) -> str:
    return (
        f"First approver in Bill.com: {foreign(plan.approver)}; this starts no workflow there" if plan.approver else ""
    )


def _asker(request: Request) -> str:
    return f"by {person(request.requested_by)}" if request.requested_by else "by a rule"


def _split(plan: Plan) -> Block | None:
    """Show the lines of a bill that has more than one, apart from the tax's own."""
    lines = [(line, name) for line, name in zip(plan.draft.lines, plan.line_names, strict=False)]
    if len([name for _, name in lines if name != TAX_LINE]) < 2:
        return None
    shown = [
        f"• {Money(plan.currency, line.amount)} {foreign(name, 80)}"
        + (f" – {foreign(line.description, 80)}" if name != TAX_LINE else "")
        for line, name in lines[:_MOST_LINES]
    ]
    more = len(lines) - len(shown)
    return section("\n".join([*shown, f"and {more} more lines"] if more > 0 else shown))


def _headline(card: Card) -> str:
    request, publish = card.request, card.publish
    match request.state:
        case RequestState.PENDING:
            return "Approve for publishing?"
        case RequestState.REJECTED:
            return "Rejected"
        case RequestState.APPROVED:
            if publish is None:
                return "Approved"
            titles = {
                PublishState.RUNNING: "Publishing…",
                PublishState.HELD: "Held",
                PublishState.STOPPED: "Not published",
                PublishState.DONE: "Published",
            }
            return titles[publish.state]


def _facts(plan: Plan) -> list[tuple[str, str]]:
    draft = plan.draft
    return [
        ("Credit number" if plan.credit else "Invoice number", foreign(draft.invoice_number)),
        ("Category", foreign(plan.category)),
        ("Date", day(draft.invoice_date)),
        ("Due", "" if plan.credit else "already paid" if plan.pays else day(draft.due_date)),
        ("Tax", _tax(plan)),
        ("Paid with", foreign(plan.payment_method)),
        ("Class", foreign(plan.project_class)),
        ("Location", foreign(plan.project_location)),
        ("Customer", foreign(plan.customer)),
        ("Number on the document", foreign(plan.original_number) if _renumbered(plan) else ""),
    ]


def _renumbered(plan: Plan) -> bool:
    return bool(plan.original_number) and plan.original_number.strip() != plan.draft.invoice_number


def _tax(plan: Plan) -> str:
    if not plan.tax:
        return "none"
    own_line = plan.treatment is TaxTreatment.OWN_LINE
    rate = f" {foreign(plan.tax_name)}," if plan.tax_name else ","
    return f"{Money(plan.currency, plan.tax)}{rate} {'on a line of its own' if own_line else 'inside the category'}"


def _changes(request: Request) -> Block | None:
    if not request.changes or request.state is not RequestState.PENDING:
        return None
    lines = "\n".join(f"• {foreign(change)}" for change in request.changes)
    return section(f":warning: *Changed since it was asked for. The card shows it as it is now.*\n{lines}")


def _state(card: Card) -> tuple[str, Block | None]:
    """Return the sentence on where the request stands, and the buttons it still has."""
    request, publish = card.request, card.publish
    decided = f"{person(request.decided_by)}, {when(request.decided_at)}" if request.decided_at else ""
    if request.state is RequestState.PENDING:
        value = {"r": request.id}
        return "", actions(
            button(
                "Approve", Action.ITEM_APPROVE, value, style="primary", describes=f"Approve item {card.item.number}"
            ),
            button("Reject…", Action.ITEM_REJECT, value, describes=f"Reject item {card.item.number}"),
        )
    if request.state is RequestState.REJECTED:
        return f"Rejected by {decided}: “{foreign(request.reason, 600)}”", None
    return _published(card, publish, f"Approved by {decided}.")


def _published(card: Card, publish: Publish | None, approved: str) -> tuple[str, Block | None]:
    if publish is None:
        return approved, None
    match publish.state:
        case PublishState.RUNNING:
            if publish.bill_id:
                follows = "." if publish.plan.credit else "; its document follows."
                return f"{approved} {_kind(publish)} {foreign(publish.bill_id)} is in Bill.com{follows}", None
            waiting = f" {_sentence(publish.problem)}" if publish.problem else " On its way to Bill.com."
            return approved + waiting, None
        case PublishState.HELD if publish.paused_by:
            resume = button("Resume", Action.PUBLISH_RESUME, {"r": card.request.id})
            text = f"{approved} Paused by {person(publish.paused_by)}: it does not go out before somebody resumes it."
            return text, actions(resume)
        case PublishState.HELD:
            pause = button("Pause", Action.PUBLISH_PAUSE, {"r": card.request.id})
            return f"{approved} It {foreign(publish.problem)}; you need do nothing more for it.", actions(pause)
        case PublishState.STOPPED:
            retry = button("Try Again", Action.PUBLISH_RETRY, {"r": card.request.id})
            text = f"{approved} :warning: Not published: {foreign(publish.problem, 600).rstrip('.')}."
            return text, actions(retry, _edit(card, publish))
        case PublishState.DONE:
            what = f"{_kind(publish)} *{foreign(publish.bill_id)}*"
            text = f"{approved} :white_check_mark: {what} is in Bill.com{_with(publish)}."
            text += "".join(f"\n:warning: Published, but {foreign(short)}." for short in publish.shortfalls)
            link = button("Open in Bill.com", Action.BILL_OPEN, {"r": card.request.id}, url=card.bill_url)
            return text, actions(link)


def _edit(card: Card, publish: Publish) -> Block | None:
    """Return the button that opens the item's form, unless a bill of it may exist; whether they may is asked then."""
    item = card.item
    if publish.bill_id or publish.creating_at is not None or item.status not in EDITABLE_IN:
        return None
    own = {"i": item.id, "b": card.business.id}
    return button("Edit…", f"{Action.ITEM_EDIT}.{item.number}", own, describes=f"Edit item {item.number}")


def _money(plan: Plan) -> str:
    return f"a credit of {plan.money}" if plan.credit else str(plan.money)


def _kind(publish: Publish) -> str:
    return "Vendor credit" if publish.plan.credit else "Bill"


def _with(publish: Publish) -> str:
    parts = ["its document"] if publish.document_id else []
    if publish.payment_id:
        parts.append("its payment")
    if publish.approver_set_at is not None:
        parts.append("its first approver")
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
    return f", with {listed}" if parts else ""


def outcome_message(card: Card) -> Message:
    """Tell the requester what became of the request."""
    plan, request, publish = card.request.plan, card.request, card.publish
    what = f"*{foreign(plan.supplier)}*, {_money(plan)} (#{card.item.number})"
    if request.state is RequestState.REJECTED:
        text = f"{person(request.decided_by)} rejected {what}: “{foreign(request.reason, 600)}”"
        follow = f"Put it right with `/dext edit {card.item.number}`, then ask again with `/dext publish`."
        return message(f"Rejected: {foreign(plan.supplier)}, {plan.money}", section(f"{text}\n{follow}"))
    if publish is None and request.state is RequestState.APPROVED:
        return message(f"Approved: {foreign(plan.supplier)}", section(f"{person(request.decided_by)} approved {what}."))
    place = f" See its card in {channel(request.channel_id)}." if request.channel_id else ""
    if request.state is RequestState.PENDING:
        changes = "; ".join(foreign(change) for change in request.changes)
        text = f"{what} changed after it was asked for ({changes}). It waits for approval again, as it is now.{place}"
        return message(f"Waiting for approval again: {foreign(plan.supplier)}, {plan.money}", section(text))
    sentence, _ = _state(card)
    title = _headline(card)
    text = f"{title}: {foreign(plan.supplier)}, {plan.money}"
    done = publish is not None and publish.state is PublishState.DONE
    link = actions(button("Open in Bill.com", Action.BILL_OPEN, {"r": request.id}, url=card.bill_url)) if done else None
    # No button that decides: this message is not rewritten when somebody else was faster.
    return message(text, section(f"{title}: {what}\n{sentence}{'' if done else place}"), link)


def reject_modal(card: Card) -> Block:
    """Ask for the reason of a rejection."""
    plan = card.request.plan
    reason = {"type": "plain_text_input", "action_id": Field.REASON, "multiline": True, "max_length": 500}
    return modal(
        View.REJECT,
        "Reject",
        "Reject",
        {"r": card.request.id},
        section(f"*{foreign(plan.supplier)}*, {_money(plan)} (#{card.item.number})"),
        field(
            Field.REASON,
            "Why?",
            reason,
            hint="The person who asked reads this. Say what has to be put right.",
        ),
    )


def _sentence(text: str) -> str:
    clean = foreign(text)
    return f"{clean[:1].upper()}{clean[1:]}."
