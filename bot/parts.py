"""Parts of the bot that settings alone decide, for the composition root."""

from __future__ import annotations

import base64
import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from psycopg_pool import ConnectionPool
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from bot.clients.quota import Quota
from bot.clients.slack import SlackGateway, TeamIdentity
from bot.config import Settings
from bot.errors import NotFoundError, SettingsError, UnavailableError
from bot.log import BOLT_LOGGER, get_logger
from handlers.desk import Desk
from handlers.routes import register
from storage.migrate import is_current


def new_key() -> str:
    """Return a fresh encryption key, as settings take it."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def telemetry(settings: Settings, clients: list[httpx.Client]) -> Callable[[], None]:
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


def bolt(settings: Settings, desk: Desk) -> App:
    """Return Slack's framework with every listener; an uninstalled workspace is answered by it."""
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


def clock_of(ahead: Path | None) -> Callable[[], datetime]:
    """Return what tells the time; in the sandbox, ahead by the seconds that a file says at the time."""
    if ahead is None:
        return lambda: datetime.now(UTC)
    return lambda: datetime.now(UTC) + timedelta(seconds=float(ahead.read_text()) if ahead.exists() else 0)


def keyring(settings: Settings) -> dict[str, bytes]:
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


def quota(settings: Settings) -> Quota:
    """Count against Bill.com's hourly limits, together with other processes where there can be any."""
    url = make_url(settings.bot_database_url.get_secret_value())
    if url.get_backend_name() == "sqlite":
        return Quota()
    pool = ConnectionPool(
        url.set(drivername="postgresql").render_as_string(hide_password=False), min_size=1, max_size=4, open=True
    )
    return Quota.shared(pool)


def ask_slack(slack: SlackGateway, tries: int = 30) -> TeamIdentity:
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


def is_ready(engine: Engine) -> bool:
    """Say whether the database answers and has the newest schema."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            return is_current(connection)
    except SQLAlchemyError:
        return False


def file_of(url: str) -> Path:
    """Return the file of an SQLite address."""
    return Path(make_url(url).database or "bot.db")
