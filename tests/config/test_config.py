"""Settings: everything wrong at once, a line each, and no secret in sight."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from bot.config import Settings, load_settings
from bot.errors import SettingsError
from bot.log import get_logger, set_up_logging
from bot.parts import new_key

ROOT = Path(__file__).parents[2]
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
COMPLETE = {
    "BOT_PUBLIC_URL": "https://bot.example.com",
    "BOT_DATABASE_URL": "postgresql://bot:database-password@db.example.com/bot",
    "BOT_ENCRYPTION_KEYS": f"k1:{KEY}",
    "BOT_FIRST_ADMIN": "U024BE7LH",
    "SLACK_BOT_TOKEN": "xoxb-the-bot-token",
    "SLACK_SIGNING_SECRET": "the-signing-secret",
    "BILL_DEVELOPER_KEY": "the-developer-key",
    "BILL_CLIENT_ID": "client",
    "BILL_CLIENT_SECRET": "the-bill-secret",
    "DEXT_CLIENT_ID": "dext",
    "DEXT_CLIENT_SECRET": "the-dext-secret",
}
SECRETS = [KEY, "the-bot-token", "the-signing-secret", "the-developer-key", "the-bill-secret", "the-dext-secret",
           "database-password"]  # fmt: skip
REQUIRED = ["BOT_PUBLIC_URL", "BOT_ENCRYPTION_KEYS", "BOT_FIRST_ADMIN", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET",
            "BILL_DEVELOPER_KEY", "DEXT_CLIENT_ID", "DEXT_CLIENT_SECRET"]  # fmt: skip


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def load(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> Settings:
    for name, value in (COMPLETE | changes).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    return load_settings(None)


def wrong(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, **changes)
    return refused.value.user_message.splitlines()


def test_complete_settings_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, BOT_PUBLIC_URL="https://bot.example.com/")
    assert settings.bot_public_url == "https://bot.example.com"
    assert settings.keyring == {"k1": b"k" * 32}
    assert settings.offers_sign_in


def test_everything_missing_is_named_at_once_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = wrong(monkeypatch, **dict.fromkeys(COMPLETE))
    assert sorted(line.split()[0] for line in lines) == sorted(REQUIRED)
    assert all(" is missing: put " in line for line in lines)


@pytest.mark.parametrize("name", REQUIRED)
def test_one_missing_setting_is_the_one_line(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (line,) = wrong(monkeypatch, **{name: None})
    assert line.startswith(f"{name} is missing: put ")


@pytest.mark.parametrize(
    "name", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "BILL_DEVELOPER_KEY", "DEXT_CLIENT_SECRET"]
)
def test_an_empty_secret_is_a_missing_one(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (line,) = wrong(monkeypatch, **{name: "  "})
    assert line.startswith(f"{name} is missing: put ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_ENVIRONMENT", "test"),
        ("BOT_PUBLIC_URL", "http://bot.example.com"),
        ("BOT_PUBLIC_URL", "nonsense"),
        ("SLACK_API_URL", "nonsense"),
        ("BOT_PORT", "70000"),
        ("BOT_PORT", "many"),
        ("BOT_DATABASE_URL", "mysql://root:password-in-it@db/x"),
        ("BOT_ENCRYPTION_KEYS", "k1:tooshort"),
        ("BOT_ENCRYPTION_KEYS", KEY),
        ("BOT_ENCRYPTION_KEYS", ""),
        ("BOT_ENCRYPTION_KEYS", f"k1:{KEY},k2"),
        ("BOT_FIRST_ADMIN", "@dana"),
        ("BOT_FIRST_ADMIN", "U024BE7LH\n"),
        ("SLACK_BOT_TOKEN", "foo"),
        ("SLACK_BOT_TOKEN", "xoxp-somebodys-own"),
        ("CHECK_MINUTES", "0"),
        ("SETTLE_SECONDS", "-1"),
        ("UPSTREAM_TIMEOUT_SECONDS", "0"),
    ],
)
def test_a_wrong_setting_is_one_line_that_does_not_repeat_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    (line,) = wrong(monkeypatch, **{name: value})
    assert line.startswith(f"{name} is ")
    assert ": put " in line
    assert "pattern" not in line
    assert "Input" not in line
    assert "pars" not in line
    assert "password-in-it" not in line
    assert KEY not in line


@pytest.mark.parametrize("name", ["BOT_BUSINESS_NAME", "BOT_FIRST_ADMIN", "DEXT_CLIENT_ID"])
def test_a_blank_name_is_a_missing_one(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (line,) = wrong(monkeypatch, **{name: " "})
    assert line.startswith(f"{name} is missing: put ")


def test_a_client_id_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = wrong(monkeypatch, BILL_CLIENT_SECRET=None)
    assert line.startswith("BILL_CLIENT_SECRET is missing")
    assert not load(monkeypatch, BILL_CLIENT_ID=None, BILL_CLIENT_SECRET=None).offers_sign_in


def test_a_sandbox_needs_neither_key_nor_https(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch, BOT_ENVIRONMENT="sandbox", BOT_ENCRYPTION_KEYS=None, BOT_PUBLIC_URL="http://127.0.0.1:3000"
    )
    assert settings.keyring == {}


@pytest.mark.parametrize("environment", [None, "production"])
def test_the_time_is_moved_in_a_sandbox_only(monkeypatch: pytest.MonkeyPatch, environment: str | None) -> None:
    (line,) = wrong(monkeypatch, BOT_ENVIRONMENT=environment, BOT_CLOCK_FILE="/somewhere/clock")
    assert line.startswith("BOT_CLOCK_FILE is wrong (the time is not to be moved): put nothing")
    settings = load(monkeypatch, BOT_ENVIRONMENT="sandbox", BOT_CLOCK_FILE="/somewhere/clock")
    assert settings.bot_clock_file == Path("/somewhere/clock")


def test_no_secret_is_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch)
    for shown in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        for secret in SECRETS:
            assert secret not in shown


def test_a_new_key_can_be_used_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {new_key() for _ in range(5)}
    assert len(keys) == 5
    pairs = ",".join(f"k{number}:{key}" for number, key in enumerate(sorted(keys)))
    assert list(load(monkeypatch, BOT_ENCRYPTION_KEYS=pairs).keyring) == ["k0", "k1", "k2", "k3", "k4"]


def check(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    return subprocess.run(
        [sys.executable, "-m", "bot", "check"], cwd=folder, env=bare | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_command_ends_with_2_and_names_every_line(tmp_path: Path) -> None:
    ended = check(tmp_path, {})
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert sorted(line.split()[0] for line in ended.stderr.splitlines()) == sorted(REQUIRED)


def test_the_command_is_content_with_complete_settings_from_a_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in COMPLETE.items()))
    ended = check(tmp_path, {})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("The settings are complete.")
    assert not any(secret in ended.stdout for secret in SECRETS)


# The log.


def logged(capsys: pytest.CaptureFixture[str], **values: object) -> dict[str, object]:
    set_up_logging()
    try:
        structlog.configure(cache_logger_on_first_use=False, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
        get_logger("test").info("happened", **values)
    finally:
        structlog.reset_defaults()
    line: dict[str, object] = json.loads(capsys.readouterr().err.splitlines()[-1])
    return line


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "access_token",
        "client_secret",
        "PASSWORD",
        "Authorization",
        "sessionId",
        "devKey",
        "cookie",
        "code_verifier",
    ],
)
def test_what_is_called_like_a_secret_is_starred_out(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert logged(capsys, **{name: "visible", "business": "b1"})[name] == "**********"


def test_a_secret_inside_something_else_is_starred_out_too(capsys: pytest.CaptureFixture[str]) -> None:
    line = logged(capsys, request={"headers": {"authorization": "visible"}, "path": "/v3"})
    assert "visible" not in json.dumps(line)


def test_other_values_are_kept_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    line = logged(capsys, business="b1", seconds=2.5)
    assert (line["event"], line["business"], line["seconds"], line["level"]) == ("happened", "b1", 2.5, "info")
    assert str(line["timestamp"]).endswith("Z")
