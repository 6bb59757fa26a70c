"""What is said of a document that somebody sends to Dext from Slack."""

from __future__ import annotations

from typing import Any

from blocks.documents import document_button
from blocks.ids import Action
from blocks.item import money_of, open_button, request_button, why
from blocks.kit import Block, Message, actions, context, foreign, message, option, person, plural, section, when
from bot.domain.items import ItemStatus
from bot.domain.receipts import Report, Taken, Upload, UploadState

_MOST_CHOICES = 100


def taken_message(taken: Taken) -> Message:
    """Answer the person who used the shortcut."""
    if not taken.new:
        upload = taken.before[0]
        told = f"You sent {_name(upload)} to Dext already. How it stands is told where you sent it from."
        return _plain(told, when(upload.created_at))
    more = f" {plural(len(taken.before), 'file')} you had sent before." if taken.before else ""
    what = plural(len(taken.new), "file")
    return _plain(f"Sending {what} to Dext. I report back in the thread.{more}")


def receipt_message(report: Report) -> Message:
    """Say how a document stands; at its end, what became of it in a line."""
    upload = report.upload
    name, by = _name(upload), person(upload.user_id)
    place = f" ({foreign(report.business.name, 100)})" if report.business is not None else ""
    match upload.state:
        case UploadState.ASKING:
            return _asking(report)
        case UploadState.WAITING:
            wait = f" {foreign(upload.problem[:1].upper() + upload.problem[1:])}." if upload.problem else ""
            return _plain(f"Sending {name} to Dext{place}…{wait}", f"sent by {by}")
        case UploadState.READING | UploadState.TAKING:
            return _plain(f"{_start(name)} is in Dext{place}, which is reading it.", f"sent by {by}")
        case UploadState.READ:
            return _plain(f"Dext{place} has read {name}.", f"sent by {by}")
        case UploadState.KNOWN:
            return _known(report, name)
        case UploadState.REFUSED:
            why_not = foreign(upload.problem, 400).rstrip(".")
            return _plain(f"{_start(name)} did not get into Dext{place}: {why_not}.", f"sent by {by}")
        case UploadState.SLOW:
            told = "Dext has not finished reading it in two days. Look for it there; once read, `/dext items` shows it."
            return _plain(f"{_start(name)}: {told}", f"sent by {by}")


def read_message(report: Report) -> Message | None:
    """Say what Dext has read, with what can be done next; nothing before that."""
    upload, item = report.upload, report.item
    if upload.state is not UploadState.READ:
        return None
    if item is None:
        return _plain(
            f"{person(upload.user_id)} Dext has read {_name(upload)}, but it is not in Dext's inbox: somebody may have "
            "archived it there."
        )
    supplier = foreign(item.details.supplier, 120) or "Unknown supplier"
    lead = f"#{item.number} *{supplier}* – *{money_of(item)}* · {item.status.label}"
    reason = why(item)
    ready = "It can be sent for approval." if item.status is ItemStatus.READY else ""
    return message(
        f"Dext has read item {item.number}, {supplier}, {money_of(item)}: {item.status.label.lower()}",
        section(f"{person(upload.user_id)} {lead}\n{reason or ready}".rstrip()),
        actions(request_button(item, {}), open_button(item), document_button(item)),
    )


def _known(report: Report, name: str) -> Message:
    upload, item, earlier = report.upload, report.item, report.earlier
    sent = f", sent by {person(earlier.user_id)} {when(earlier.created_at)}" if earlier is not None else ""
    if item is not None:
        label = f"#{item.number} *{foreign(item.label, 150)}*"
        return message(
            f"Dext has this file already, as item {item.number}.",
            section(f"{_start(name)} is in Dext already{sent}. It is {label}. It was not sent a second time."),
            actions(open_button(item), document_button(item)),
            context(f"sent again by {person(upload.user_id)}"),
        )
    which = "" if upload.dext_id or earlier is not None else " I could not find out which document it is."
    return _plain(
        f"{_start(name)} is in Dext already{sent}. It was not sent a second time.{which}",
        f"sent again by {person(upload.user_id)}",
    )


def _asking(report: Report) -> Message:
    upload = report.upload
    menu: dict[str, Any] = {
        "type": "static_select",
        "action_id": Action.RECEIPT_BUSINESS,
        "placeholder": {"type": "plain_text", "text": "Choose a business", "emoji": False},
        "options": [option(one.name, f"{upload.id}:{one.id}") for one in report.choices[:_MOST_CHOICES]],
    }
    text = f"{person(upload.user_id)} Which business is this file for? I send it to that business's Dext."
    if not report.choices:
        return _plain("You may send documents to no business any more. Ask an admin for a role.")
    return message("Which business is this file for?", section(text, menu))


def _plain(text: str, small: str = "") -> Message:
    return message(text, section(text), _small(small))


def _small(text: str) -> Block | None:
    return context(text) if text else None


def _name(upload: Upload) -> str:
    return f"*{foreign(upload.file_name, 120)}*" if upload.file_name.strip() else "the file"


def _start(name: str) -> str:
    return "The file" if name == "the file" else f"The file {name}"
