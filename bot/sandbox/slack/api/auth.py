"""The auth.* and oauth.* methods."""

from __future__ import annotations

import secrets

from bot.sandbox.slack.api.method import Call, Method
from bot.sandbox.slack.core import Token
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Json


def _test(call: Call) -> Json:
    seed = call.slack.seed
    return {
        "url": f"https://{seed.team_domain}.slack.com/",
        "team": seed.team_name,
        "user": seed.app_name,
        "team_id": seed.team_id,
        "user_id": seed.bot_user_id,
        "bot_id": seed.bot_id,
        "is_enterprise_install": False,
    }


def _revoke(call: Call) -> Json:
    if call.args.get("test"):
        return {"revoked": False}
    call.slack.tokens[call.token].revoked = True
    return {"revoked": True}


def _access(call: Call) -> Json:
    slack, args = call.slack, call.args
    if args.get("client_id") != slack.seed.client_id:
        raise SlackError("invalid_client_id")
    if args.get("client_secret") != slack.seed.client_secret:
        raise SlackError("bad_client_secret")
    if "code" not in args:
        raise SlackError("invalid_grant_type" if "grant_type" in args else "invalid_code")
    slack.tickets.take_code(args["code"])
    token = f"xoxb-sandbox-{secrets.token_hex(16)}"
    slack.tokens[token] = Token(slack.seed.scopes)
    installer = next((user for user in slack.workspace.users.values() if user.is_admin), None)
    return {
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(slack.seed.scopes),
        "bot_user_id": slack.seed.bot_user_id,
        "app_id": slack.seed.app_id,
        "team": {"name": slack.seed.team_name, "id": slack.seed.team_id},
        "enterprise": None,
        "authed_user": {"id": installer.id if installer else slack.seed.bot_user_id},
        "is_enterprise_install": False,
    }


METHODS = {
    "api.test": Method(lambda call: {"args": call.args}, {"foo": "string"}, tier=4, needs_token=False),
    "auth.test": Method(_test, {}, tier=None),
    "auth.revoke": Method(_revoke, {"test": "boolean"}),
    "oauth.v2.access": Method(
        _access,
        {
            "client_id": "string",
            "client_secret": "string",
            "code": "string",
            "redirect_uri": "string",
            "grant_type": "string",
            "refresh_token": "string",
        },
        tier=4,
        needs_token=False,
    ),
}
"""The methods of these families."""
