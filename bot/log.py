"""Logging: one JSON line an event, without secrets, bodies or addresses with queries."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

BOLT_LOGGER = "bot.bolt"
"""The logger that Bolt is given, since it sets the level of its own from the root's."""

_SECRET_WORDS = ("token", "secret", "password", "authorization", "sessionid", "devkey", "cookie", "code_verifier")


def _redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Star out values whose name says they are secret; a second line of defence behind `SecretStr`."""
    for name, value in event.items():
        event[name] = "**********" if _is_secret(name) else _inside(value)
    return event


def _is_secret(name: object) -> bool:
    return any(word in str(name).lower() for word in _SECRET_WORDS)


def _inside(value: Any) -> Any:
    """Redact what is nested in a value."""
    if isinstance(value, dict):
        return {name: "**********" if _is_secret(name) else _inside(one) for name, one in value.items()}
    return [_inside(one) for one in value] if isinstance(value, list | tuple) else value


def set_up_logging(level: str = "INFO") -> None:
    """Send our events, and the libraries' warnings, to standard error as JSON lines."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    # Bolt logs the body and signature of requests it refuses, and warns of a token it finds in the
    # environment; httpx logs addresses with their query.
    logging.getLogger(BOLT_LOGGER).setLevel(logging.ERROR)
    for name in ("slack_sdk", "httpx", "httpcore", "apscheduler", "dbos", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of a module."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(module=name)
    return logger
