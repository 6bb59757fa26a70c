"""The Web API through the vendor's own client: shapes, refusals, rates."""

from __future__ import annotations

import json

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.limits import TIERS

from .support import Stage, actions, error, option, section


def test_auth(stage: Stage) -> None:
    said = stage.web.auth_test()
    creds = stage.sandbox.credentials
    assert (said["team_id"], said["user_id"], said["bot_id"]) == (
        creds["team_id"],
        creds["bot_user_id"],
        creds["bot_id"],
    )
    assert "chat:write" in said.headers["x-oauth-scopes"]
    base = f"{stage.address}/api/"
    assert error(WebClient("xoxb-other", base_url=base).auth_test) == "invalid_auth"
    assert httpx.post(f"{base}auth.test").json() == {"ok": False, "error": "not_authed"}
    assert httpx.post(f"{base}no.such").json()["error"] == "unknown_method"
    assert stage.web.auth_revoke()["revoked"] is True
    assert error(stage.web.auth_test) == "token_revoked"


def test_scopes(stage: Stage) -> None:
    stage.do("settings", scopes=["commands"])
    assert error(stage.web.chat_postMessage, channel=stage.channel("finance"), text="x") == "missing_scope"


def test_oauth(stage: Stage) -> None:
    creds, code = stage.sandbox.credentials, stage.do("oauth_code")["code"]
    args = {"client_id": creds["client_id"], "client_secret": creds["client_secret"], "code": code}
    client = WebClient(base_url=f"{stage.address}/api/")
    assert error(client.oauth_v2_access, **{**args, "client_id": "x"}) == "invalid_client_id"
    assert error(client.oauth_v2_access, **{**args, "client_secret": "x"}) == "bad_client_secret"
    assert error(client.oauth_v2_access, **{**args, "code": "x"}) == "invalid_code"
    said = client.oauth_v2_access(**args)
    assert said["team"]["id"] == creds["team_id"]
    assert said["access_token"].startswith("xoxb-sandbox-")
    assert WebClient(said["access_token"], base_url=f"{stage.address}/api/").auth_test()["ok"]
    assert error(client.oauth_v2_access, **args) == "code_already_used"


def test_people_and_places(stage: Stage) -> None:
    web, finance, dana = stage.web, stage.channel("finance"), stage.user("dana")
    assert web.users_info(user=dana)["user"]["tz"] == "Europe/London"
    assert error(web.users_info, user="U404") == "user_not_found"
    first = web.users_list(limit=4)
    rest = web.users_list(limit=4, cursor=first["response_metadata"]["next_cursor"])
    assert len(first["members"]) + len(rest["members"]) == 6
    assert rest["response_metadata"]["next_cursor"] == ""
    assert error(web.users_list, cursor="odd") == "invalid_cursor"
    assert web.conversations_info(channel=finance)["channel"]["is_member"] is True
    assert web.conversations_info(channel=stage.channel("random"))["channel"]["is_member"] is False
    assert dana in web.conversations_members(channel=finance)["members"]
    assert error(web.conversations_info, channel="C404") == "channel_not_found"
    assert web.team_info()["team"]["name"] == stage.sandbox.credentials["team_name"]
    assert web.conversations_open(users=[dana])["channel"]["id"].startswith("D")
    again = web.conversations_open(users=dana, return_im=True)
    assert (again["already_open"], again["channel"]["user"]) == (True, dana)
    assert error(web.conversations_open, users=[]) == "users_list_not_supplied"
    assert error(web.conversations_open, users="U404") == "user_not_found"


def test_private_channel_without_the_bot_does_not_exist(stage: Stage) -> None:
    stage.do("kick", channel="finance-admins")
    admins = stage.channel("finance-admins")
    assert error(stage.web.conversations_info, channel=admins) == "channel_not_found"
    assert error(stage.web.chat_postMessage, channel=admins, text="x") == "channel_not_found"


def test_post_update_delete(stage: Stage) -> None:
    web, finance = stage.web, stage.channel("finance")
    meta = {"event_type": "bill", "event_payload": {"id": "7"}}
    said = web.chat_postMessage(channel=finance, text="One", blocks=[section()], metadata=meta, unfurl_links=False)
    assert said["channel"] == finance
    assert said["message"]["blocks"][0]["block_id"]
    assert said["message"]["metadata"] == meta
    ts = said["ts"]
    updated = web.chat_update(channel=finance, ts=ts, text="Two")
    assert "blocks" not in updated["message"]
    assert updated["message"]["metadata"] == meta
    assert updated["message"]["edited"]
    seen = stage.look("messages", channel="finance", user="ama")
    assert [(m["ts"], m["text"], m["blocks"], m["edited"], m["plain"]) for m in seen] == [(ts, "Two", [], True, "Two")]
    web.chat_update(channel=finance, ts=ts, text="Three", blocks=[section()])
    assert stage.look("messages", channel="finance", user="ama")[0]["edited"] is False
    web.chat_delete(channel=finance, ts=ts)
    assert stage.look("messages", channel="finance", user="ama") == []
    assert error(web.chat_update, channel=finance, ts=ts, text="x") == "message_not_found"


def test_form_bodies_carry_json_in_strings(stage: Stage) -> None:
    fields = {"channel": stage.channel("finance"), "text": "x", "blocks": json.dumps([section()]), "mrkdwn": "true"}
    token = {"Authorization": f"Bearer {stage.sandbox.credentials['bot_token']}"}
    url = f"{stage.address}/api/chat.postMessage"
    assert httpx.post(url, data=fields, headers=token).json()["ok"]
    assert httpx.post(url, data={**fields, "token": "xoxb-other"}).json()["error"] == "invalid_auth"
    assert httpx.post(url, data={**fields, "blocks": "[{"}, headers=token).json()["error"] == "invalid_blocks_format"
    assert httpx.post(url, content=b"{", headers={**token, "Content-Type": "application/json"}).json()["error"] == (
        "invalid_json"
    )
    wrong = httpx.post(url, json={"channel": 5, "text": "x"}, headers=token).json()
    assert wrong["error"] == "invalid_arguments"
    assert "/channel" in wrong["response_metadata"]["messages"][0]
    assert httpx.post(url, json={"text": "x"}, headers=token).json()["error"] == "invalid_arguments"


def test_unknown_arguments_are_noted_not_refused(stage: Stage) -> None:
    stage.post(colour="red")
    assert [(w["where"], w["message"]) for w in stage.look("warnings")] == [
        ("chat.postMessage", "unknown argument 'colour'")
    ]


def test_posting_to_a_person_opens_the_conversation(stage: Stage) -> None:
    said = stage.web.chat_postMessage(channel=stage.user("ama"), text="Psst")
    assert said["channel"].startswith("D")
    assert [m["text"] for m in stage.look("dm", user="ama")] == ["Psst"]
    assert stage.look("dm", user="dana") == []
    denied = stage.http.get("/_control/messages", params={"channel": said["channel"], "user": "dana"})
    assert denied.status_code == 403


def test_refused_posts(stage: Stage) -> None:
    post, finance = stage.web.chat_postMessage, stage.channel("finance")
    assert error(post, channel="C404", text="x") == "channel_not_found"
    assert error(post, channel=stage.channel("random"), text="x") == "not_in_channel"
    assert error(stage.web.api_call, api_method="chat.postMessage", json={"channel": finance}) == "no_text"
    assert error(post, channel=finance, text="x", thread_ts="1.000000") == "thread_not_found"
    assert error(post, channel=finance, text="x", metadata={"a": 1}) == "invalid_metadata_format"
    assert error(post, channel=stage.sandbox.credentials["bot_user_id"], text="x") == "cannot_dm_bot"
    big = [section("x" * 2_900) for _ in range(5)]
    assert error(post, channel=finance, text="x", blocks=big) == "msg_blocks_too_long"
    stage.do("join", channel="random")
    assert post(channel=stage.channel("random"), text="x")["ok"]
    stage.do("archive_channel", channel="random")
    assert error(post, channel=stage.channel("random"), text="x") == "is_archived"


def test_invalid_blocks_say_where(stage: Stage) -> None:
    with pytest.raises(SlackApiError) as caught:
        stage.web.chat_postMessage(channel=stage.channel("finance"), text="x", blocks=[section("x" * 3_001)])
    body = caught.value.response
    assert body["error"] == "invalid_blocks"
    assert "/blocks/0/text/text" in body["response_metadata"]["messages"][0]
    assert [(p["where"], p["limit"], p["hard"]) for p in stage.look("problems")] == [
        ("chat.postMessage", "section.text", True)
    ]


def test_advice_is_kept_with_the_message(stage: Stage) -> None:
    stage.web.chat_postMessage(channel=stage.channel("finance"), text="x" * 4_001)
    assert [p["limit"] for p in stage.look("messages", channel="finance", user="dana")[0]["problems"]] == [
        "message.text"
    ]
    stage.web.chat_postMessage(channel=stage.channel("finance"), text="x" * 40_001)
    assert len(stage.look("messages", channel="finance", user="dana")[1]["text"]) == 40_000


def test_update_is_for_own_lasting_short_messages(stage: Stage) -> None:
    web, finance = stage.web, stage.channel("finance")
    ts = stage.post()
    assert error(web.chat_update, channel=finance, ts=ts, text="x" * 4_001) == "msg_too_long"
    theirs = stage.do("say", user="dana", channel="finance", text="Mine")["message"]["ts"]
    assert error(web.chat_update, channel=finance, ts=theirs, text="x") == "cant_update_message"
    assert error(web.chat_delete, channel=finance, ts=theirs) == "cant_delete_message"
    fleeting = web.chat_postEphemeral(channel=finance, user=stage.user("dana"), text="x")["message_ts"]
    assert error(web.chat_update, channel=finance, ts=fleeting, text="x") == "message_not_found"
    assert error(web.chat_update, channel=stage.user("dana"), ts=ts, text="x") == "channel_not_found"


def test_ephemeral_is_for_one_pair_of_eyes(stage: Stage) -> None:
    web, finance = stage.web, stage.channel("finance")
    web.chat_postEphemeral(channel=finance, user=stage.user("dana"), text="For Dana")
    assert [m["ephemeral"] for m in stage.look("messages", channel="finance", user="dana")] == [True]
    assert stage.look("messages", channel="finance", user="femi") == []
    assert error(web.chat_postEphemeral, channel=finance, user="U404", text="x") == "user_not_found"
    admins = stage.channel("finance-admins")
    assert error(web.chat_postEphemeral, channel=admins, user=stage.user("ama"), text="x") == "user_not_in_channel"
    random = stage.channel("random")
    assert error(web.chat_postEphemeral, channel=random, user=stage.user("ama"), text="x") == "not_in_channel"


def test_threads(stage: Stage) -> None:
    root = stage.post()
    stage.post(text="Reply", thread_ts=root)
    assert [m["thread_ts"] for m in stage.look("messages", channel="finance", user="dana")] == [None, root]


def test_rates(stage: Stage) -> None:
    web, ts = stage.web, stage.post()
    for _ in range(TIERS[3]):
        web.chat_update(channel=stage.channel("finance"), ts=ts, text="x")
    with pytest.raises(SlackApiError) as caught:
        web.chat_update(channel=stage.channel("finance"), ts=ts, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    wait = int(caught.value.response.headers["Retry-After"])
    assert web.users_info(user=stage.user("dana"))["ok"]
    stage.do("clock", advance=wait)
    assert web.chat_update(channel=stage.channel("finance"), ts=ts, text="x")["ok"]
    stage.do("settings", enforce_rates=False)
    for _ in range(TIERS[3] + 1):
        web.chat_update(channel=stage.channel("finance"), ts=ts, text="x")


def test_posts_to_one_channel_are_rated_too(stage: Stage) -> None:
    for _ in range(60):
        stage.post()
    assert error(stage.web.chat_postMessage, channel=stage.channel("finance"), text="x") == "ratelimited"
    assert stage.web.chat_postMessage(channel=stage.channel("finance-admins"), text="x")["ok"]


def test_calls_are_recorded_and_can_be_made_to_fail(stage: Stage) -> None:
    stage.do("faults", path="/api/chat.postMessage", status=500, body="oops")
    assert stage.web.users_info(user=stage.user("dana"))["ok"]
    with pytest.raises(SlackApiError):
        stage.post()
    assert [r["status"] for r in stage.look("requests")] == [200, 500]


def test_option_blocks_reach_people_whole(stage: Stage) -> None:
    menu = {"type": "static_select", "action_id": "m", "options": [option("a"), option("b")]}
    stage.post([actions(menu)])
    stored = stage.look("messages", channel="finance", user="dana")[0]["blocks"][0]["elements"][0]
    assert [o["value"] for o in stored["options"]] == ["a", "b"]
