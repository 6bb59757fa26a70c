"""Read the arguments of a Web API call, as a form or as JSON, in their declared types."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.sandbox.slack.api.method import Kind, Method
from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Json

_TYPES: dict[Kind, type] = {"string": str, "boolean": bool, "integer": int, "list": list, "object": dict}
_BAD_JSON = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}

_EVERYWHERE = ("token", "team_id")
"""What every method takes: Slack's own library adds the workspace to each call of a client made for one."""


async def raw_arguments(request: Request) -> Json:
    """Return the arguments as sent: from the query, a form body or a JSON body."""
    found: Json = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    if not body:
        return found
    if kind == "application/json":
        try:
            sent = json.loads(body)
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(sent, dict):
            raise SlackError("json_not_object")
        return found | {key: value for key, value in sent.items() if value is not None}
    if kind == "application/x-www-form-urlencoded":
        return found | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    raise SlackError("invalid_post_type")


def typed_arguments(slack: Slack, name: str, method: Method, raw: Json) -> Json:
    """Return the arguments in their declared types; note the unknown ones as warnings."""
    args: Json = {}
    wrong: list[str] = []
    for key, value in raw.items():
        kind = method.args.get(key)
        if kind is None and (key in _EVERYWHERE or key in method.ignored):
            continue
        if kind is None:
            slack.warn(name, f"unknown argument {key!r}", value=value)
            continue
        try:
            args[key] = _convert(kind, value)
        except ValueError:
            if key in _BAD_JSON:
                raise SlackError(_BAD_JSON[key]) from None
            wrong.append(f"[ERROR] must be of type {kind} [json-pointer:/{key}]")
    wrong.extend(f"[ERROR] missing required field: {key}" for key in method.required if key not in args)
    if wrong:
        raise SlackError("invalid_arguments", wrong)
    return args


def _convert(kind: Kind, value: Any) -> Any:
    """Return `value` as `kind`, or raise ValueError. Form values and JSON within JSON are strings."""
    if kind == "string":
        if not isinstance(value, str):
            raise ValueError(kind)
        return value
    if isinstance(value, str):
        if kind == "boolean":
            if value.lower() not in ("1", "0", "true", "false"):
                raise ValueError(kind)
            return value.lower() in ("1", "true")
        value = json.loads(value)
    if kind == "integer" and isinstance(value, bool):
        raise ValueError(kind)
    if not isinstance(value, _TYPES[kind]):
        raise ValueError(kind)
    return value
