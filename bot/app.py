"""The composition root: the only module that knows every concrete class."""

from __future__ import annotations

import base64
import logging
import os
import signal
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from psycopg_pool import ConnectionPool
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette

from bot.clients.bill import BillApp, BillGateway
from bot.clients.dext import DextGateway
from bot.clients.http import upstream_client
from bot.clients.quota import Quota
from bot.clients.slack import SlackGateway, TeamIdentity
from bot.config import Settings
from bot.engine import DurableWork
from bot.errors import NotFoundError, SettingsError, UnavailableError
from bot.log import BOLT_LOGGER, get_logger
from bot.notify import Notify
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
from handlers.routes import register
from storage.database import Database, is_sqlite, open_engine, open_lock_engine, open_queue_engine
from storage.migrate import is_current, migrate
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
    stop_telemetry: Callable[[], None]

    def start(self) -> TeamIdentity:
        """Learn which workspace the token belongs to, take up what was left, and begin to tick."""
        team = _ask_slack(self.slack)
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
        self.database.close()
        return drained


def build(settings: Settings, now: Callable[[], datetime] | None = None) -> Bot:
    """Put a bot together; migrates its database first."""
    now = now or _clock(settings.bot_clock_file)
    url = settings.bot_database_url.get_secret_value()
    if is_sqlite(url):
        _file_of(url).parent.mkdir(parents=True, exist_ok=True)
    migrate(url)
    engine, queue_engine, lock_engine = open_engine(url), open_queue_engine(url), open_lock_engine(url)
    lock_file = _file_of(url).with_suffix(".lock") if is_sqlite(url) else None
    work = DurableWork(queue_engine, lock_engine, lock_file)
    timeout = httpx.Timeout(settings.upstream_timeout_seconds, connect=5.0)
    bill_v3, bill_v2, dext = (
        upstream_client(address, timeout=timeout)
        for address in (settings.bill_api_url, settings.bill_v2_url, settings.dext_api_url)
    )
    base = Base(
        database=Database(engine),
        vault=Vault(_keyring(settings)),
        work=work,
        bill=BillGateway(
            bill_v3,
            bill_v2,
            BillApp(settings.bill_developer_key, settings.bill_client_id or None, settings.bill_client_secret),
            _quota(settings),
            now,
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
            _bolt(settings, desk),
            connecting,
            lambda: _is_ready(engine),
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
        stop_telemetry=_telemetry(settings, [bill_v3, bill_v2, dext]),
    )


def new_key() -> str:
    """Return a fresh encryption key, as settings take it."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _telemetry(settings: Settings, clients: list[httpx.Client]) -> Callable[[], None]:
    """Start traces if the operator asked for them; return what stops them."""
    if not settings.telemetry_url:
        return lambda: None
    try:
        from bot.telemetry import start_telemetry
    except ImportError:
        raise SettingsError(
            "TELEMETRY_URL is set, but its libraries are not installed: pip install '.[otel]'"
        ) from None
    return start_telemetry(settings.telemetry_url, clients)


def _bolt(settings: Settings, desk: Desk) -> App:
    token = settings.slack_bot_token.get_secret_value()

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        try:
            bot_user = desk.people.bot_user(team_id or "")
        except NotFoundError:
            return None  # a workspace the app is not installed in: Bolt says so to the person
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token, bot_user_id=bot_user)

    app = App(
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        client=WebClient(token=token, base_url=f"{settings.slack_api_url}/", timeout=3),
        authorize=authorize,  # type: ignore[arg-type]  # None is "not installed"; Bolt's hint forgets it
        process_before_response=True,
        logger=logging.getLogger(BOLT_LOGGER),
        ssl_check_enabled=False,
    )
    register(app, desk)
    return app


def _clock(ahead: Path | None) -> Callable[[], datetime]:
    """Return what tells the time; in the sandbox, ahead by the seconds that a file says at the time."""
    if ahead is None:
        return lambda: datetime.now(UTC)
    return lambda: datetime.now(UTC) + timedelta(seconds=float(ahead.read_text()) if ahead.exists() else 0)


def _keyring(settings: Settings) -> dict[str, bytes]:
    """Return the encryption keys; a sandbox without one makes its own, in a file only its owner reads."""
    if settings.keyring:
        return settings.keyring
    if settings.bot_environment == "production":
        raise SettingsError("BOT_ENCRYPTION_KEYS is missing")  # settings refuse this; never make a key here
    path = settings.key_file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_key())
        get_logger(__name__).warning("made an encryption key for the sandbox", file=str(path))
    return {"sandbox": base64.urlsafe_b64decode(path.read_text())}


def _quota(settings: Settings) -> Quota:
    """Count against Bill.com's hourly limits, together with other processes where there can be any."""
    url = make_url(settings.bot_database_url.get_secret_value())
    if url.get_backend_name() == "sqlite":
        return Quota()
    pool = ConnectionPool(
        url.set(drivername="postgresql").render_as_string(hide_password=False), min_size=1, max_size=4, open=True
    )
    return Quota.shared(pool)


def _ask_slack(slack: SlackGateway, tries: int = 30) -> TeamIdentity:
    """Ask Slack whose token this is; wait for Slack if it is not there yet."""
    for attempt in range(tries):
        try:
            return slack.team()
        except UnavailableError as error:
            if attempt == tries - 1:
                raise
            get_logger(__name__).warning("slack is not answering yet", detail=error.detail)
            time.sleep(min(5.0, 0.2 * 2**attempt))
    raise UnavailableError(service="Slack")


def _is_ready(engine: Engine) -> bool:
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            return is_current(connection)
    except SQLAlchemyError:
        return False


def _file_of(url: str) -> Path:
    return Path(make_url(url).database or "bot.db")
