"""The settings: the only reader of the environment."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError


def _address(value: str) -> str:
    AnyHttpUrl(value)
    return value.rstrip("/")


def _filled(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError("it is empty")
    return value


def _bot_token(value: SecretStr) -> SecretStr:
    if not _filled(value).get_secret_value().startswith("xoxb-"):
        raise ValueError("no bot token begins like that")
    return value


def _named(value: str) -> str:
    if not value.strip():
        raise ValueError("it is empty")
    return value.strip()


def _member(value: str) -> str:
    if not re.fullmatch(r"[UW][A-Z0-9]+", value):
        raise ValueError("no member id looks like that" if value.strip() else "it is empty")
    return value


Address = Annotated[str, AfterValidator(_address)]
"""An http or https address without a slash at its end."""

Secret = Annotated[SecretStr, AfterValidator(_filled)]
"""A secret that is not empty."""


class Settings(BaseSettings):
    """Be everything the operator decides; each field is an environment variable of the same name.

    Also read from a file `.env`. The description of a field is what to put there. Fields that are
    checked against others come after them.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", validate_default=True)

    bot_environment: Literal["production", "sandbox"] = Field("production", description="production or sandbox")
    bot_public_url: Address = Field(
        description="the https address people's browsers reach this bot at, such as https://bot.example.com"
    )
    bot_host: str = Field("127.0.0.1", description="the address to listen on")
    bot_port: int = Field(3000, ge=0, le=65535, description="the port to listen on, a number up to 65535")
    bot_database_url: SecretStr = Field(
        SecretStr("sqlite:///var/bot.db"),
        description="sqlite:///path/to/file.db or postgresql://user:password@host/name",
    )
    bot_encryption_keys: SecretStr | None = Field(
        None, description="id:key pairs, newest first, separated by commas; make one with: python -m bot new-key"
    )
    bot_first_admin: Annotated[str, AfterValidator(_member)] = Field(
        description="the Slack member id of the first admin, such as U024BE7LH"
    )
    bot_business_name: Annotated[str, AfterValidator(_named)] = Field(
        "Our business", description="what people call the business"
    )

    bot_receipts: bool = Field(False, description="on to let people send documents to Dext from Slack, or off")

    slack_api_url: Address = Field("https://slack.com/api", description="the address of Slack's Web API")
    slack_bot_token: Annotated[SecretStr, AfterValidator(_bot_token)] = Field(
        description="the bot token from your Slack app's page; it begins with xoxb-"
    )
    slack_signing_secret: Secret = Field(description="the signing secret from your Slack app's page")

    bill_api_url: Address = Field(
        "https://gateway.prod.bill.com/connect", description="the base address of Bill.com's v3 API"
    )
    bill_v2_url: Address = Field("https://api.bill.com/api/v2", description="the base address of Bill.com's v2 API")
    bill_web_url: Address = Field("https://login.us.bill.com", description="the address people open bills at")
    bill_developer_key: Secret = Field(description="your Bill.com developer key")
    bill_client_id: str = Field("", description="the client id of your sign-in arrangement with Bill.com, if any")
    bill_client_secret: SecretStr = Field(SecretStr(""), description="the secret that belongs to BILL_CLIENT_ID")

    dext_api_url: Address = Field("https://api.receipt-bank.com", description="the address of Dext's API")
    dext_client_id: Annotated[str, AfterValidator(_named)] = Field(description="the client id Dext gave you")
    dext_client_secret: Secret = Field(description="the client secret Dext gave you")

    check_minutes: int = Field(30, ge=1, description="minutes between checks of a healthy connection")
    intake_minutes: int = Field(5, ge=1, description="minutes between looks for new items in Dext")
    refresh_hours: int = Field(48, ge=1, description="hours between scheduled refreshes of the lists")
    settle_seconds: float = Field(
        120, ge=0, description="seconds Bill.com may take to show what it was sent, before it may be sent again"
    )
    telemetry_url: str = Field("", description="the address of an OTLP/HTTP collector, or nothing")
    upstream_timeout_seconds: float = Field(20, gt=0, description="seconds to wait for an answer of Bill.com or Dext")

    bot_clock_file: Path | None = Field(
        None, description="nothing; only in the sandbox may a file say how many seconds the clock is ahead"
    )

    @field_validator("bot_clock_file")
    @classmethod
    def _true_time_in_production(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data.get("bot_environment") != "sandbox":
            raise ValueError("the time is not to be moved")
        return value

    @field_validator("bot_public_url")
    @classmethod
    def _https_in_production(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("bot_environment") == "production" and not value.startswith("https://"):
            raise ValueError("sign-ins pass through it")
        return value

    @field_validator("bot_database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("no such kind of database")
        return value

    @field_validator("bot_encryption_keys")
    @classmethod
    def _readable_keys(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None and info.data.get("bot_environment") == "production":
            raise ValueError("it is missing")
        if value is not None:
            _keys(value)
        return value

    @field_validator("bill_client_secret")
    @classmethod
    def _belongs_to_client(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.data.get("bill_client_id") and not value.get_secret_value():
            raise ValueError("it is missing")
        return value

    @property
    def offers_sign_in(self) -> bool:
        """Say whether this deployment has an arrangement for Bill.com's sign-in redirect."""
        return bool(self.bill_client_id)

    @property
    def keyring(self) -> dict[str, bytes]:
        """Return the encryption keys by id, newest first; empty when none is set."""
        return _keys(self.bot_encryption_keys) if self.bot_encryption_keys is not None else {}

    @property
    def key_file(self) -> Path:
        """Return where a sandbox keeps its own key: beside the database file."""
        url = self.bot_database_url.get_secret_value()
        return Path(url.removeprefix("sqlite:///") if url.startswith("sqlite") else "var/bot.db").with_suffix(".key")


def load_settings(env_file: str | None = ".env") -> Settings:
    """Read the settings; raise `SettingsError` that names every missing or wrong one, a line each."""
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]  # the fields come from the environment
    except ValidationError as error:
        lines = [
            _line(str(problem["loc"][0]), problem["type"], problem["msg"])
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("\n".join(lines)) from None


_REASONS = {
    "int_parsing": "it is no whole number",
    "float_parsing": "it is no number",
    "url_parsing": "it is no address",
    "url_scheme": "it is no http or https address",
}
"""What is wrong, for kinds of problem that the library tells in its own terms."""


def _line(name: str, kind: str, message: str) -> str:
    advice = Settings.model_fields[name].description
    reason = _REASONS.get(kind) or message.removeprefix("Value error, ").replace("Input should", "it should")
    missing = kind == "missing" or reason in ("it is missing", "it is empty")
    return f"{name.upper()} is {'missing' if missing else f'wrong ({reason})'}: put {advice}"


def _keys(pairs: SecretStr) -> dict[str, bytes]:
    keys = {}
    for pair in pairs.get_secret_value().split(","):
        key_id, _, text = pair.strip().partition(":")
        try:
            key = base64.urlsafe_b64decode(text)
        except (binascii.Error, ValueError):
            key = b""
        if not key_id or len(key) != 32:
            raise ValueError("a key is malformed")
        keys[key_id] = key
    return keys
