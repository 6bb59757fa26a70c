"""The link to a document, and the question whose browser opened it."""

from __future__ import annotations

from collections.abc import Sequence

from blocks.ids import Action
from blocks.kit import Block, Message, actions, bare, button, clip, context, foreign, message, option, section, when
from bot.domain.items import Item
from bot.domain.previews import BrowserQuestion, DocumentOffer

_LABEL = 30


def document_button(item: Item) -> Block:
    """Return the button that gives somebody a link to an item's document."""
    return button(
        "Document",
        f"{Action.DOCUMENT_SHOW}.{item.number}",
        {"i": item.id},
        describes=f"Show the document of item {item.number}",
    )


def document_menu(items: Sequence[Item]) -> Block | None:
    """Return the menu that does the same for the items of a list, whose rows are too many for a button each."""
    if not items:
        return None
    return {
        "type": "static_select",
        "action_id": f"{Action.DOCUMENT_SHOW}.menu",
        "placeholder": {"type": "plain_text", "text": "Document of…", "emoji": False},
        "options": [option(clip(bare(f"#{item.number} {item.label}"), _LABEL), item.id) for item in items],
    }


def document_message(offer: DocumentOffer) -> Message:
    """Give a person their link to a document."""
    what = f"the document of #{offer.item.number} *{foreign(offer.item.label, 150)}*"
    return message(
        f"The document of item {offer.item.number} is ready to look at.",
        section(f"Here is {what}."),
        actions(button("Open Document", Action.DOCUMENT_OPEN, url=offer.url, style="primary")),
        context(f"Only you see this link. It works once, until {when(offer.expires_at)}."),
    )


def browser_message(question: BrowserQuestion) -> Message:
    """Ask a person whether the browser that opened their link is theirs; once answered, say so."""
    preview, item = question.preview, question.item
    what = f"the document of #{item.number} *{foreign(item.label, 150)}*"
    if preview.confirmed_at is not None:
        return message(
            "This browser is known as yours now.",
            section(f"You confirmed the browser in which you look at {what}. It is known as yours for 30 days."),
        )
    return message(
        f"Somebody opened your link to a document. If the page shows {preview.code}, it is you.",
        section(
            f"Your link to {what} was opened in a browser I don't know. Does the page there show *{preview.code}*? "
            "Then click, and it shows the document. If it is not you, do nothing: nobody sees anything."
        ),
        actions(button("Yes, Show It", Action.BROWSER_CONFIRM, {"v": preview.id}, style="primary")),
    )
