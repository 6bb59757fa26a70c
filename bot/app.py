"""The composition root: the only module that knows every concrete class."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlalchemy import Engine
from starlette.applications import Starlette

from bot.clients.bill import AT_ONCE, BillApp, BillGateway, Turns
from bot.clients.dext import DextGateway
from bot.clients.http import upstream_client
from bot.clients.slack import SlackGateway, TeamIdentity
from bot.config import Settings
from bot.engine import DurableWork
from bot.notify import Notify
from bot.parts import ask_slack, bolt, clock_of, file_of, is_ready, keyring, quota, telemetry
from bot.scheduler import Clock
from bot.services.applying import Applying
from bot.services.approvals import Approvals
from bot.services.asking import Asking
from bot.services.base import Base, Pace
from bot.services.breaks import Breaks
from bot.services.clients import Clients
from bot.services.connecting import Addresses, Connecting
from bot.services.consequences import Consequences
from bot.services.disconnecting import Disconnecting
from bot.services.dividing import Dividing
from bot.services.editing import Editing
from bot.services.finishing import Finishing
from bot.services.health import Health
from bot.services.holding import Holding
from bot.services.inbox import Inbox
from bot.services.intake import Intake
from bot.services.lookup import Lookup
from bot.services.messages import Messages
from bot.services.people import People
from bot.services.previews import Previews
from bot.services.prompts import Prompts
from bot.services.publishing import Publishing
from bot.services.pushing import Pushing
from bot.services.rates import Rates
from bot.services.receipts import Receipts
from bot.services.refreshing import Refreshing
from bot.services.rules import Rules
from bot.services.sending import Sending
from bot.services.status import Status
from bot.services.suppliers import Suppliers
from bot.services.transitions import Transitions
from bot.services.watching import Watching
from bot.services.writing import Writing
from bot.web import build_web
from bot.web_documents import document_routes
from bot.workflows.jobs import Jobs, clock_jobs
from handlers.desk import Desk
from storage.database import Database, is_sqlite, open_engine, open_lock_engine, open_queue_engine
from storage.migrate import migrate
from storage.places import Places
from storage.uploads import uploaders_of
from storage.vault import Vault

_DRAIN_SECONDS = 10


@dataclass(frozen=True)
class Bot:
    """Be a bot that is put together; `start` makes it work, `stop` lets it end cleanly."""

    settings: Settings
    web: Starlette
    jobs: Jobs
    work: DurableWork
    clock: Clock
    slack: SlackGateway
    database: Database
    queue_engine: Engine
    places: Places | None
    stop_telemetry: Callable[[], None]

    def start(self) -> TeamIdentity:
        """Learn which workspace the token belongs to, take up what was left, and begin to tick."""
        team = ask_slack(self.slack)
        self.jobs.people.install(
            team.team_id,
            team.team_name,
            team.bot_user_id,
            self.settings.bot_business_name,
            self.settings.bot_first_admin,
        )
        self.work.start(self.jobs.table())
        self.clock.start()
        return team

    def stop(self) -> bool:
        """Stop ticking, let running jobs end, close what is open; return whether every job ended."""
        self.clock.stop()
        drained = self.work.stop(_DRAIN_SECONDS)
        self.stop_telemetry()
        self.queue_engine.dispose()
        if drained and self.places is not None:
            self.places.close()
        self.database.close()
        return drained


def build(settings: Settings, now: Callable[[], datetime] | None = None) -> Bot:
    """Put a bot together; migrates its database first."""
    now = now or clock_of(settings.bot_clock_file)
    url = settings.bot_database_url.get_secret_value()
    if is_sqlite(url):
        file_of(url).parent.mkdir(parents=True, exist_ok=True)
    migrate(url)
    engine, queue_engine, lock_engine = open_engine(url), open_queue_engine(url), open_lock_engine(url)
    lock_file = file_of(url).with_suffix(".lock") if is_sqlite(url) else None
    work = DurableWork(queue_engine, lock_engine, lock_file)
    places = None if is_sqlite(url) else Places(lock_engine, AT_ONCE)
    timeout = httpx.Timeout(settings.upstream_timeout_seconds, connect=5.0)
    bill_v3, bill_v2, dext = (
        upstream_client(address, timeout=timeout)
        for address in (settings.bill_api_url, settings.bill_v2_url, settings.dext_api_url)
    )
    base = Base(
        database=Database(engine),
        vault=Vault(keyring(settings)),
        work=work,
        bill=BillGateway(
            bill_v3,
            bill_v2,
            BillApp(settings.bill_developer_key, settings.bill_client_id or None, settings.bill_client_secret),
            quota(settings),
            now,
            turns=Turns() if places is None else Turns(places.of),
        ),
        dext=DextGateway(
            dext,
            settings.dext_client_id,
            settings.dext_client_secret,
            now,
            redirect_uri=f"{settings.bot_public_url}/oauth/dext/callback",
        ),
        clock=now,
        new_id=lambda: uuid.uuid4().hex,
        pace=Pace(
            check=timedelta(minutes=settings.check_minutes),
            intake=timedelta(minutes=settings.intake_minutes),
            refresh=timedelta(hours=settings.refresh_hours),
            settle=timedelta(seconds=settings.settle_seconds),
        ),
    )
    breaks = Breaks(base)
    people, messages, status = People(base, breaks), Messages(base), Status(base)
    transitions, prompts, holding = Transitions(base, breaks), Prompts(base, breaks), Holding(base, breaks)
    health = Health(base, transitions)
    pushing = Pushing(base, health)
    refreshing = Refreshing(base, health, pushing)
    addresses = Addresses(settings.bot_public_url, settings.bill_api_url, settings.offers_sign_in)
    connecting = Connecting(base, breaks, transitions, addresses)
    finishing = Finishing(base, refreshing, breaks, transitions)
    disconnecting = Disconnecting(base, transitions)
    approvals = Approvals(base, settings.bill_web_url)
    intake, publishing = Intake(base, health, uploaders_of), Publishing(base, health)
    suppliers = Suppliers(base, health, intake)
    previews = Previews(base, health, settings.bot_public_url)
    editing, writing, applying = Editing(base), Writing(base, health), Applying(base)
    slack = SlackGateway(settings.slack_bot_token, f"{settings.slack_api_url}/")
    asking, clients, watching = Asking(base), Clients(base), Watching(base, health, settings.bill_web_url)
    receipts, sending = Receipts(base, on=settings.bot_receipts), Sending(base, health, slack)
    notify = Notify(
        slack=slack,
        messages=messages,
        people=people,
        prompts=prompts,
        approvals=approvals,
        finishing=finishing,
        refreshing=refreshing,
        consequences=Consequences(base),
        status=status,
        asking=asking,
        watching=watching,
        previews=previews,
        receipts=receipts,
        suppliers=suppliers,
        writing=writing,
        applying=applying,
    )
    jobs = Jobs(
        base=base,
        engine=work,
        people=people,
        health=health,
        finishing=finishing,
        refreshing=refreshing,
        pushing=pushing,
        intake=intake,
        publishing=publishing,
        holding=holding,
        breaks=breaks,
        prompts=prompts,
        watching=watching,
        messages=messages,
        notify=notify,
        previews=previews,
        receipts=receipts,
        sending=sending,
        suppliers=suppliers,
        approvals=approvals,
        writing=writing,
        applying=applying,
    )
    desk = Desk(
        people=people,
        asking=asking,
        clients=clients,
        watching=watching,
        connecting=connecting,
        finishing=finishing,
        refreshing=refreshing,
        intake=intake,
        approvals=approvals,
        holding=holding,
        prompts=prompts,
        disconnecting=disconnecting,
        status=status,
        lookup=Lookup(base),
        inbox=Inbox(base, settings.bill_web_url),
        previews=previews,
        receipts=receipts,
        suppliers=suppliers,
        editing=editing,
        dividing=Dividing(base, editing),
        rules=Rules(base),
        applying=applying,
        rates=Rates(base),
        messages=messages,
    )
    secure = settings.bot_public_url.startswith("https://")
    return Bot(
        settings=settings,
        web=build_web(
            bolt(settings, desk),
            connecting,
            lambda: is_ready(engine),
            document_routes(previews, secure=secure),
            courtesy=base.courtesy,
            secure=secure,
        ),
        jobs=jobs,
        work=work,
        clock=Clock(now, clock_jobs(work, work.holds_its_slot, lambda: signal.raise_signal(signal.SIGTERM))),
        slack=slack,
        database=base.database,
        queue_engine=queue_engine,
        places=places,
        stop_telemetry=telemetry(settings, [bill_v3, bill_v2, dext]),
    )
