"""The jobs, by name: each runs at least once and reads from the database how far it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.lists import ListName
from bot.domain.work import Job, Queue, Work
from bot.engine import DurableWork
from bot.errors import NotAllowedError, NotFoundError, OutcomeUnknownError, RateLimitedError, UnavailableError
from bot.log import get_logger
from bot.notify import Notify
from bot.services.applying import Applying, Progress
from bot.services.approvals import Approvals
from bot.services.base import Base
from bot.services.breaks import Breaks
from bot.services.finishing import Finishing
from bot.services.health import Health
from bot.services.holding import Holding
from bot.services.intake import Intake
from bot.services.messages import Messages
from bot.services.people import People
from bot.services.previews import Previews
from bot.services.prompts import Prompts
from bot.services.publishing import Publishing
from bot.services.pushing import Pushing
from bot.services.receipts import Receipts
from bot.services.refreshing import Refreshing
from bot.services.sending import Sending
from bot.services.suppliers import Suppliers
from bot.services.watching import Watching
from bot.services.writing import Writing

_KEEP_JOBS = timedelta(days=7)
_SLACK_PAUSE = 5.0


@dataclass(frozen=True)
class Jobs:
    """Be the jobs of this bot; `table` names each."""

    base: Base
    engine: DurableWork
    people: People
    health: Health
    finishing: Finishing
    refreshing: Refreshing
    pushing: Pushing
    intake: Intake
    publishing: Publishing
    holding: Holding
    breaks: Breaks
    prompts: Prompts
    watching: Watching
    messages: Messages
    notify: Notify
    previews: Previews
    receipts: Receipts
    sending: Sending
    suppliers: Suppliers
    approvals: Approvals
    writing: Writing
    applying: Applying

    def table(self) -> Mapping[str, Callable[..., None]]:
        """Return every job by the name under which it is asked for."""
        return {
            "refresh": self.refresh,
            "push": self.push,
            "publish": self.publish,
            "intake": self.take_in,
            "receipt": self.receipt,
            "supplier": self.supplier,
            "look_again": self.look_again,
            "ask": self.ask,
            "write_back": self.write_back,
            "apply_rule": self.apply_rule,
            "tell": self.tell,
            "check": self.check,
            "zone": self.learn_zone,
            "watch": self.watch,
            "clock.minute": self.every_minute,
            "clock.hour": self.every_hour,
        }

    def refresh(self, refresh_id: str) -> None:
        """Do what is left of a refresh, showing progress."""
        for _ in self.refreshing.run(refresh_id):
            self.notify.progress(refresh_id)
        business = self.refreshing.progress(refresh_id).business
        self.intake.look_again(business.id)
        self.holding.release_held(business.id)

    def push(self, business_id: str, name: str) -> None:
        """Try once more to pass a list on to Dext."""
        self.pushing.run(business_id, ListName(name))

    def look_again(self, business_id: str) -> None:
        """Judge the open items of a business anew, because lists, rates or settings changed."""
        self.intake.look_again(business_id)

    def ask(self, business_id: str, item_id: str) -> None:
        """Ask for approval of an item that has just been received, if a rule says so."""
        self.approvals.request_by_rule(business_id, item_id)

    def write_back(self, business_id: str, item_id: str) -> None:
        """Tell Dext of edits."""
        self.writing.run(business_id, item_id)

    def apply_rule(self, business_id: str, rule_id: str, by: str, *far: str) -> None:
        """Apply a rule to the next items that are in the inbox; at the end whoever asked is told."""
        self.applying.run(business_id, rule_id, by, Progress.of(rule_id, far))

    def publish(self, publish_id: str) -> None:
        """Do what is left of a publish."""
        self.publishing.run(publish_id)

    def take_in(self, business_id: str, asked_by: str, channel_id: str = "") -> None:
        """Take items in from Dext; tell whoever asked, where they asked."""
        new = self.intake.run(business_id)
        self.watching.look_at_dext(business_id)
        if not asked_by:
            return
        try:
            self.notify.taken_in(self.people.workspace_of(business_id), business_id, asked_by, new, channel_id)
        except NotAllowedError:
            get_logger(__name__).info("asker has no role any more", business=business_id)

    def receipt(self, upload_id: str) -> None:
        """Do what is to be done next for a document sent from Slack."""
        self.sending.run(upload_id)

    def supplier(self, order_id: str) -> None:
        """Do what is left of creating a supplier."""
        self.suppliers.run(order_id)

    def tell(self, kind: str, subject: str, partition: str) -> None:
        """Write a message; when Slack is down or asks for a pause, later."""
        try:
            self.notify.tell(kind, subject)
        except NotFoundError as error:
            get_logger(__name__).warning("nothing to tell", kind=kind, subject=subject, detail=error.detail)
        except (RateLimitedError, UnavailableError, OutcomeUnknownError) as error:
            # A post whose outcome is unknown is made again: a message twice is better than one never read.
            wait = error.retry_after if isinstance(error, RateLimitedError) else _SLACK_PAUSE
            job_id = f"tell:{kind}:{subject}:{self.base.new_id()}"
            job = Job("tell", job_id, (kind, subject, partition), Queue.MESSAGES, partition, wait)
            self.base.work.enqueue(job)

    def check(self) -> None:
        """Check the connections that are due; what waited for one that works again goes out at once."""
        self.health.recheck_due()
        self.holding.release_healed()

    def watch(self, business_id: str) -> None:
        """Look through new bills for those that this bot did not make."""
        self.watching.look_at_bills(business_id)

    def learn_zone(self, business_id: str, user_id: str) -> None:
        """Take over an admin's time zone for a business that has none."""
        self.people.keep_zone(business_id, self.notify.zone_of(user_id))

    def every_minute(self) -> None:
        """Find what is due: checks, warnings, prompts, refreshes, intakes, and publishes nothing works on any more."""
        # A job of its own, one at a time: when a service is down, checks take long and nothing else waits for them.
        self.base.work.enqueue(Job("check", f"check:{self.base.clock():%Y-%m-%dT%H:%M}", (), Queue.CHECKS, "all"))
        self.breaks.warn_due()
        self.prompts.follow_up_due()
        self.finishing.sweep()
        self.refreshing.start_due()
        self.pushing.start_due()
        self.intake.start_due()
        self.watching.start_due()
        self.writing.write_due()
        self.publishing.revive_due()
        self.receipts.revive_due()
        self.suppliers.revive_due()
        self.holding.release_healed()
        self.engine.take_over_the_dead()

    def every_hour(self) -> None:
        """Forget what nobody needs any more."""
        self.finishing.sweep_links()
        self.messages.sweep()
        self.previews.sweep()
        self.engine.sweep(self.base.clock() - _KEEP_JOBS)
        if self.engine.alarms():
            get_logger(__name__).error("jobs were recovered very often: something kills the process that runs them")


def clock_jobs(
    work: Work, holds_slot: Callable[[], bool], end: Callable[[], None]
) -> Mapping[str, Callable[[str], None]]:
    """Return what each tick of the clock does: ask for one job, named after its slot of time.

    A process that lost its slot is ended: another has taken over its jobs.
    """

    def ask(name: str) -> Callable[[str], None]:
        def tick(slot: str) -> None:
            if not holds_slot():
                get_logger(__name__).error("lost the slot with its database session; ending")
                end()
                return
            work.enqueue(Job(name, f"{name}:{slot}"))

        return tick

    return {"clock.minute": ask("clock.minute"), "clock.hour": ask("clock.hour")}
