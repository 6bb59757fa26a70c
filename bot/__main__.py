"""The command line."""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from bot.config import Settings

# Imports of the rest stand inside the commands: `--help` answers at once.


def _port(_context: click.Context, _option: click.Parameter, value: str) -> int:
    """Return the number of a port that a program of anybody's may listen on; refuse others in one sentence."""
    if value.isdecimal() and 1024 <= int(value) <= 65_535:
        return int(value)
    raise click.ClickException(f"{value!r} is no port: choose a number from 1024 to 65535, as in PORT=4010.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run Dext and Bill.com from Slack."""


@main.command()
def run() -> None:
    """Start the bot; settings come from the environment and from .env."""
    import uvicorn

    from bot.app import build
    from bot.errors import BotError
    from bot.log import get_logger, set_up_logging

    set_up_logging()
    # Background work of several threads would otherwise make a click wait 5 ms for each thing it looks up. Less
    # than this costs a refresh a fifth more CPU (docs/benchmarks.md).
    sys.setswitchinterval(0.001)
    settings = _settings()
    try:
        bot = build(settings)
        team = bot.start()
    except BotError as error:
        _fail(error.user_message)
    # What is there by now stays: to look through it for garbage again and again would hold up clicks.
    gc.freeze()
    log = get_logger("bot")
    # uvicorn stops cleanly on SIGTERM and then raises it again; as an exit, what follows still happens.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    log.info("started", workspace=team.team_name, address=f"http://{settings.bot_host}:{settings.bot_port}")
    try:
        uvicorn.run(
            bot.web,
            host=settings.bot_host,
            port=settings.bot_port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
        )
    finally:
        log.info("stopped", drained=bot.stop())
        # A job that would not end must not outlive us: the next start takes it up.
        sys.stderr.flush()
        os._exit(0)


@main.command()
def check() -> None:
    """Check the settings; name everything that is missing or wrong."""
    settings = _settings()
    click.echo(f"The settings are complete. The bot will listen on {settings.bot_host}:{settings.bot_port}.")


@main.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema; `run` does so by itself."""
    from storage.migrate import migrate

    settings = _settings()
    migrate(settings.bot_database_url.get_secret_value())
    click.echo("The database is up to date.")


@main.command("new-key")
def new_key_command() -> None:
    """Print a fresh encryption key for BOT_ENCRYPTION_KEYS."""
    from bot.parts import new_key

    click.echo(f"k1:{new_key()}")


@main.command()
@click.argument("service", type=click.Choice(["bill", "dext", "slack"]))
@click.option("--port", default=0, show_default="a free one", help="Port on 127.0.0.1.")
@click.option("--bot-url", default="", help="Where the bot listens (slack only).")
@click.option("--keep", type=click.Path(path_type=Path), help="Go on with what this file holds, and keep it there.")
@click.option("--clock-file", type=click.Path(path_type=Path), help="Tell here how far the clock was moved ahead.")
def sandbox(service: str, port: int, bot_url: str, keep: Path | None, clock_file: Path | None) -> None:
    """Serve a pretend Bill.com, Dext or Slack on loopback, printing its address and credentials."""
    from bot.sandbox import memory
    from bot.sandbox.serve import serve
    from bot.sandbox.wire import SandboxClock

    options = {"bot_url": bot_url} if service == "slack" and bot_url else {}
    kept = memory.load(keep) if keep is not None else None
    built = import_module(f"bot.sandbox.{service}").build(SandboxClock(), memory=kept, **options)
    if clock_file is not None:
        built.wire.clock.tell(clock_file)

    def save() -> None:
        if keep is not None:
            memory.save(keep, built.state)

    app = built.app if keep is None else memory.saving(built.app, save)
    serve(service, app, port, built.credentials, save)


@main.command()
@click.option("--port", default="4000", show_default=True, callback=_port, help="Port of the page on 127.0.0.1.")
@click.option(
    "--anew/--go-on", default=None, help="Begin anew, or go on where the last demo ended; else you are asked."
)
def demo(port: int, anew: bool | None) -> None:
    """Start the bot and a pretend workspace in the browser, with a few weeks of data."""
    from bot.sandbox.demo import play

    sys.exit(play(port, anew))


@main.command()
def story() -> None:
    """Play the whole flow against the sandbox and print what each person typed, clicked and read."""
    from bot.sandbox.story import play

    sys.exit(play())


def _settings() -> Settings:
    from bot.config import load_settings
    from bot.errors import SettingsError

    try:
        return load_settings()
    except SettingsError as error:
        _fail(error.user_message)


def _fail(text: str) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
