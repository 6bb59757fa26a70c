"""What background work tells people: a view from a service, blocks, Slack.

A message has a key. The first time it is posted, later it is edited, and an edit that would say
what the message says already is not sent.
"""

from __future__ import annotations

import time
from datetime import timedelta

from blocks.alarms import alarm_message
from blocks.asks import ask_message, asked_outcome_message
from blocks.breaks import moved_message, nudge_message, prompt_message
from blocks.cards import card_message, outcome_message
from blocks.connection import disconnected_message, finish_message
from blocks.documents import browser_message
from blocks.editing import unwritten_message
from blocks.home import home_view
from blocks.kit import Message, context, message
from blocks.lists import refresh_message, refreshed_message
from blocks.receipts import read_message, receipt_message
from blocks.rules import applied_message
from blocks.suppliers import order_message
from blocks.words import intake_message
from bot.clients.slack import SlackGateway, SlackTargetError
from bot.clients.slack_replies import replace_original
from bot.domain.approvals import RequestState
from bot.domain.publishing import PublishState
from bot.domain.views.lists import RefreshProgress
from bot.errors import RateLimitedError, UpstreamError
from bot.log import get_logger
from bot.services.applying import Applying
from bot.services.approvals import Approvals
from bot.services.asking import Asking
from bot.services.consequences import Consequences
from bot.services.finishing import Finishing
from bot.services.messages import Answer, Messages, Posted, digest
from bot.services.people import People
from bot.services.previews import Previews
from bot.services.prompts import Prompts
from bot.services.receipts import Receipts
from bot.services.refreshing import Refreshing
from bot.services.status import Status
from bot.services.suppliers import Suppliers
from bot.services.watching import Watching
from bot.services.writing import Writing

LOOK_AGAIN = timedelta(minutes=45)
"""How long a prompt that says what it should is trusted to stand where it was written."""

EDIT_PAUSE = timedelta(seconds=3)
"""At most one edit of a living message in this time: Slack allows about fifty a minute a workspace."""


class Notify:
    """Write and rewrite messages from what the database says."""

    def __init__(
        self,
        slack: SlackGateway,
        messages: Messages,
        people: People,
        prompts: Prompts,
        approvals: Approvals,
        finishing: Finishing,
        refreshing: Refreshing,
        consequences: Consequences,
        status: Status,
        asking: Asking,
        watching: Watching,
        previews: Previews,
        receipts: Receipts,
        suppliers: Suppliers,
        writing: Writing,
        applying: Applying,
    ) -> None:
        self._slack = slack
        self._messages = messages
        self._people = people
        self._prompts = prompts
        self._approvals = approvals
        self._finishing = finishing
        self._refreshing = refreshing
        self._consequences = consequences
        self._quiet_until = 0.0
        self._status = status
        self._asking = asking
        self._watching = watching
        self._previews = previews
        self._receipts = receipts
        self._suppliers = suppliers
        self._writing = writing
        self._applying = applying
        self._log = get_logger(__name__)

    def tell(self, kind: str, subject: str) -> None:
        """Write the message of a kind about a subject, as things stand now."""
        match kind:
            case "card":
                self._card(subject)
            case "outcome":
                self._outcome(subject)
            case "finish":
                prompt = self._finishing.prompt(subject)
                self._write(f"finish:{subject}", prompt.attempt.user_id, "", finish_message(prompt))
            case "refresh":
                self._refresh(self._refreshing.progress(subject))
            case "refreshed":
                self._refreshed(subject)
            case "prompt":
                self._prompt(subject)
            case "nudge":
                self._nudge(subject)
            case "disconnected":
                business_id, user_id, _ = subject.split(":")
                business = self._people.business(business_id)
                told = disconnected_message(business, user_id)
                self._write(f"disconnected:{subject}", business.channel_id or user_id, user_id, told)
            case "ask":
                view = self._asking.view(subject)
                self._write(f"ask:{subject}", view.ask.channel_id, next(iter(view.admins), ""), ask_message(view))
            case "asked":
                view = self._asking.view(subject)
                self._write(f"asked:{subject}", view.ask.user_id, "", asked_outcome_message(view))
            case "alarm":
                alarm = self._watching.view(subject)
                admin = next(iter(alarm.admins), "")
                self._write(f"alarm:{subject}", alarm.business.admins_channel_id or admin, admin, alarm_message(alarm))
            case "applied":
                token, *rest = subject.split(":")
                ending = self._applying.report(*rest)
                said = applied_message(ending)
                place = (ending.business.workspace_id, ending.user_id, ending.channel_id)
                self._messages.answer(*place, said.text, said.blocks, key=token)
            case "unwritten":
                self._unwritten(*subject.split(":"))
            case "home":
                workspace_id, _, user_id = subject.partition(":")
                self._slack.publish_home(user_id, home_view(self._status.home(workspace_id, user_id)))
            case "browser":
                question = self._previews.question(subject)
                self._write(f"browser:{subject}", question.preview.user_id, "", browser_message(question))
            case "receipt":
                self._receipt(subject)
            case "supplier":
                ordered = self._suppliers.report(subject)
                self._write(f"supplier:{subject}", ordered.order.user_id, "", order_message(ordered))
            case "answer":
                self._answer(subject)
            case _:
                raise ValueError(f"no message of kind {kind}")

    def progress(self, refresh_id: str) -> None:
        """Show how a refresh stands, unless that was shown a moment ago; a failure here stops nothing."""
        key = f"refresh:{refresh_id}"
        if time.monotonic() < self._quiet_until or self._messages.recently_written(key, EDIT_PAUSE):
            return
        try:
            self._refresh(self._refreshing.progress(refresh_id))
        except UpstreamError as error:
            self._log.info("progress not shown", refresh=refresh_id, code=error.code)
            # Not again at once: the end of a refresh is worth more than its progress, and is always written.
            pause = error.retry_after if isinstance(error, RateLimitedError) else EDIT_PAUSE.total_seconds()
            self._quiet_until = time.monotonic() + pause

    def taken_in(self, workspace_id: str, business_id: str, user_id: str, new: int | None, channel_id: str) -> None:
        """Tell somebody who asked what a look into Dext brought, in the channel where they did if it was one."""
        standing = self._status.standing(workspace_id, user_id, business_id=business_id)
        told = intake_message(new, standing.ready, business_id, let_in=standing.connection.dext.usable)
        self._messages.answer(workspace_id, user_id, channel_id, told.text, told.blocks)

    def zone_of(self, user_id: str) -> str:
        """Return the time zone a person set in Slack."""
        return self._slack.user(user_id).time_zone

    def _prompt(self, prompt_id: str) -> None:
        """Write the living message of a break; one that moved leaves a line behind, never a second message."""
        view = self._prompts.view(prompt_id)
        prompt, told = view.prompt, prompt_message(view)
        admin = next(iter(view.admins), "")
        if not prompt.moved_from:
            self._write(f"prompt:{prompt_id}", prompt.channel_id, admin, told, surely=prompt.closed_at is None)
            return
        if self._messages.posted(f"prompt:{prompt_id}") is not None:
            self._write(f"prompt:{prompt_id}", "", "", moved_message(view))
        key = f"prompt:{prompt_id}:moved"
        self._write(key, prompt.channel_id, admin, told, surely=prompt.closed_at is None)

    def _receipt(self, upload_id: str) -> None:
        """Write how a document sent from Slack stands, and at its end what became of it, where it was sent from."""
        report = self._receipts.report(upload_id)
        upload = report.upload
        told = receipt_message(report)
        self._write(f"receipt:{upload_id}", upload.channel_id, upload.user_id, told, thread=upload.thread_ts)
        outcome = read_message(report)
        if outcome is not None:
            # A message of its own: nobody is told of an edit.
            key = f"receipt:{upload_id}:read"
            self._write(key, upload.channel_id, upload.user_id, outcome, thread=upload.thread_ts)

    def _nudge(self, prompt_id: str) -> None:
        """Remind the admins once, in the thread of the prompt; one that was mended meanwhile needs no reminder."""
        view = self._prompts.view(prompt_id)
        standing = self._messages.posted(f"prompt:{prompt_id}")
        if view.prompt.closed_at is None and standing is not None:
            self._write(f"nudge:{prompt_id}", standing.channel_id, "", nudge_message(view), thread=standing.ts)

    def _unwritten(self, business_id: str, item_id: str) -> None:
        view = self._writing.unwritten(business_id, item_id)
        self._write(f"unwritten:{item_id}:{view.item.version}", view.user_id, "", unwritten_message(view))

    def _outcome(self, request_id: str) -> None:
        """Tell the requester, with a message for each turn: "held", later "published", a second stop."""
        card = self._approvals.card(request_id)
        turn = card.request.state.value
        if card.request.state is RequestState.PENDING:
            if not card.request.changes:
                return  # it waits as it was asked for: there is nothing to tell
            turn = f"again:{card.request.fingerprint[:8]}"
        elif card.publish is not None:
            count = card.publish.jobs if card.publish.state is PublishState.STOPPED else 0
            turn = f"{card.publish.state.value}:{count}"
        self._write(f"outcome:{request_id}:{turn}", card.request.requested_by, "", outcome_message(card))

    def _card(self, request_id: str) -> None:
        card = self._approvals.card(request_id)
        self._write(f"card:{request_id}", card.request.channel_id, card.request.requested_by, card_message(card))

    def _refresh(self, progress: RefreshProgress) -> None:
        """Write the living message of a refresh that somebody asked for; the clock's own are not shown.

        Raises RateLimitedError, without asking Slack, in a pause that it asked for while progress was shown.
        """
        refresh = progress.refresh
        if refresh.requested_by:
            left = self._quiet_until - time.monotonic()
            if left > 0:
                raise RateLimitedError(service="Slack", detail="a pause that Slack asked for", retry_after=left)
            target = refresh.channel_id or refresh.requested_by
            self._write(f"refresh:{refresh.id}", target, refresh.requested_by, refresh_message(progress))

    def _refreshed(self, refresh_id: str) -> None:
        """Tell the channel what a refresh brought; one by the clock that brought nothing is not told."""
        outcome = self._consequences.outcome(refresh_id)
        refresh = outcome.refresh
        if outcome.worth_telling:
            target = refresh.channel_id or refresh.requested_by
            self._write(f"refreshed:{refresh_id}", target, refresh.requested_by, refreshed_message(outcome))

    def _write(
        self, key: str, target: str, fallback_user: str, what: Message, *, surely: bool = False, thread: str = ""
    ) -> None:
        """Post or edit the message of a key; where the bot cannot write, the person gets it instead.

        `surely` edits it even if it says what it should already, now and then: so a message that somebody
        deleted is noticed. Without a target an existing message is edited and none is made.
        """
        said = digest(what.text, what.blocks)
        before = self._messages.posted(key)
        if before is not None:
            if before.digest == said and not (surely and not self._messages.recently_written(key, LOOK_AGAIN)):
                return
            try:
                self._slack.update(before.channel_id, before.ts, what.text, what.blocks)
            except SlackTargetError as error:
                self._log.info("message gone", key=key, reason=error.reason)
                self._messages.forget_posted(key)
                before = None
        if before is not None:
            self._messages.keep_posted(key, Posted(before.channel_id, before.ts, said))
            return
        if not target:
            return
        try:
            posted = self._slack.post(target, what.text, what.blocks, thread_ts=thread or None)
        except SlackTargetError as error:
            self._log.warning("cannot write there", key=key, reason=error.reason)
            if not fallback_user or fallback_user == target:
                return
            posted = self._slack.post(fallback_user, what.text, _with_reason(what, target).blocks)
        self._messages.keep_posted(key, Posted(posted.channel, posted.ts, said))

    def _answer(self, answer_id: str) -> None:
        kept = self._messages.unsent(answer_id)
        if kept is None:
            return
        answer, address = kept
        if address is not None and replace_original(address, answer.text, answer.blocks):
            self._messages.note_sent(answer_id)
            return
        if not (answer.channel_id and self._whispered(answer)):
            # From a form, or in a channel the bot is not in: the person reads it in the bot's own messages.
            self._slack.post(answer.user_id, answer.text, answer.blocks)
        self._messages.note_sent(answer_id)

    def _whispered(self, answer: Answer) -> bool:
        """Show an answer to one person in a channel; return whether that was possible."""
        try:
            self._slack.ephemeral(answer.channel_id, answer.user_id, answer.text, answer.blocks)
        except SlackTargetError:
            return False
        return True


def _with_reason(what: Message, channel_id: str) -> Message:
    note = context(f"This belongs into <#{channel_id}>, but I'm not a member there. Type `/invite` in it to add me.")
    return message(what.text, *what.blocks, note)
