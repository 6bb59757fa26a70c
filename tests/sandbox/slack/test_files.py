"""Files that people share: who may read them, how large they may be, what the bot is told."""

from __future__ import annotations

import base64
import pickle
from typing import Any

import httpx
import pytest

from bot.sandbox.slack.drive.sharing import FILE_LIMIT

from .support import Json, Stage, error

PDF = b"%PDF-1.4 pretend"
GRANTED = ["chat:write", "files:read"]


def share(stage: Stage, channel: str = "finance", user: str = "femi", content: bytes = PDF, **more: Any) -> Json:
    """Let a person share a file; return what the sandbox answered."""
    sent = base64.b64encode(content).decode()
    return stage.do("share", **{"user": user, "channel": channel, "name": "bill é.pdf", "content": sent, **more})


def file_of(answer: Json) -> Json:
    (file,) = answer["message"]["files"]
    found: Json = file
    return found


def read(stage: Stage, file: Json, token: str | None = None) -> httpx.Response:
    bearer = {"Authorization": f"Bearer {token or stage.sandbox.credentials['bot_token']}"}
    return stage.http.get(file["url_private"], headers=bearer)


def keep(stage: Stage, file: Json, user: str) -> httpx.Response:
    return stage.http.get("/_control/file", params={"id": file["id"], "user": user})


def test_a_shared_file_is_a_message_of_that_person(stage: Stage) -> None:
    answer = share(stage, text="Here it is")
    file = file_of(answer)
    assert file["id"].startswith("F")
    assert (file["name"], file["mimetype"], file["filetype"]) == ("bill é.pdf", "application/pdf", "pdf")
    assert (file["size"], file["user"]) == (len(PDF), stage.user("femi"))
    assert file["url_private"] == f"{stage.address}/files-pri/{file['id']}/bill%20%C3%A9.pdf"
    (seen,) = stage.look("messages", channel="finance", user="ama")
    assert (seen["name"], seen["text"], seen["files"]) == ("Femi Okafor", "Here it is", [file])
    assert seen["plain"] == f"Here it is\n[File] bill é.pdf ({len(PDF)} bytes)"
    assert stage.look("state")["messages"][0]["files"] == [file]


def test_without_text_and_in_the_apps_messages(stage: Stage) -> None:
    file = file_of(share(stage, "dm"))
    (seen,) = stage.look("dm", user="femi")
    assert seen["plain"] == f"[File] bill é.pdf ({len(PDF)} bytes)"
    assert keep(stage, file, "femi").status_code == 200
    assert keep(stage, file, "dana").status_code == 404


def test_people_read_what_they_see(stage: Stage) -> None:
    file = file_of(share(stage, "random"))
    reply = keep(stage, file, "ama")
    assert reply.content == PDF
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''bill%20%C3%A9.pdf"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert keep(stage, file, "gil").status_code == 404
    assert keep(stage, file, "nobody").status_code == 404
    assert keep(stage, {"id": "F0NONE"}, "ama").status_code == 404
    hidden = file_of(share(stage, "finance-admins"))
    assert (keep(stage, hidden, "dana").status_code, keep(stage, hidden, "ama").status_code) == (200, 404)


def test_the_bot_needs_the_scope_and_the_channel(stage: Stage) -> None:
    file, elsewhere = file_of(share(stage)), file_of(share(stage, "random"))
    assert read(stage, file).status_code == 403
    assert error(stage.web.files_info, file=file["id"]) == "missing_scope"
    stage.do("settings", scopes=GRANTED)
    assert read(stage, file).content == PDF
    assert stage.http.get(file["url_private"]).status_code == 403
    assert read(stage, file, "xoxb-other").status_code == 403
    assert read(stage, elsewhere).status_code == 404
    assert stage.http.get(f"/files-pri/{file['id']}/other.pdf").status_code == 403
    info = stage.web.files_info(file=file["id"])["file"]
    assert info["channels"] == [stage.channel("finance")]
    assert {key: info[key] for key in file} == file
    assert error(stage.web.files_info, file=elsewhere["id"]) == "file_not_found"
    stage.do("revoke")
    assert read(stage, file).status_code == 403


def test_size_has_a_limit(stage: Stage) -> None:
    assert file_of(share(stage, content=b"x" * FILE_LIMIT))["size"] == FILE_LIMIT
    for extra in (1, 5):
        content = base64.b64encode(b"x" * (FILE_LIMIT + extra)).decode()
        said = stage.do("share", 400, user="femi", channel="finance", name="a.bin", content=content)
        assert said["error"] == "the file is too large: at most 10 MB can be shared"
    assert len(stage.look("messages", channel="finance", user="femi")) == 1


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"content": "no base64!"}, "not base64"),
        ({"content": "é"}, "not base64"),
        ({"content": ""}, "empty"),
        ({"content": 5}, "base64 text"),
        ({"name": "../a"}, "slashes"),
        ({"name": "a\r\nb"}, "control characters"),
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 256}, "at most 255"),
        ({"text": 5}, "string"),
    ],
)
def test_what_cannot_be_shared_is_said(stage: Stage, changed: Json, word: str) -> None:
    body = {"user": "femi", "channel": "finance", "name": "a.txt", "content": "eA==", **changed}
    assert word in stage.do("share", 400, **body)["error"]
    assert stage.look("messages", channel="finance", user="femi") == []


def test_only_members_share(stage: Stage) -> None:
    body = {"name": "a.txt", "content": "eA=="}
    stage.do("share", 409, user="gil", channel="random", **body)
    stage.do("share", 400, user="gil", channel="finance", name="a.txt")


def test_the_app_is_told_only_if_it_asked(stage: Stage) -> None:
    assert stage.look("settings")["events"] == []
    assert share(stage)["event"] is None
    stage.do("settings", 400, events=["message"])
    stage.do("settings", events=["file_shared"])
    assert share(stage, "random")["event"] is None
    assert stage.bot.received == []
    answer = share(stage)
    file, event = file_of(answer), stage.bot.last()["event"]
    assert answer["event"]["done"] is True
    assert (event["type"], event["file_id"], event["file"]) == ("file_shared", file["id"], {"id": file["id"]})
    assert (event["channel_id"], event["user_id"]) == (stage.channel("finance"), stage.user("femi"))
    stage.do("settings", events=[])
    share(stage)
    assert len(stage.bot.received) == 1


def test_files_are_kept_between_runs(stage: Stage) -> None:
    file = file_of(share(stage))
    again = pickle.loads(pickle.dumps(stage.sandbox.slack))
    found = again.workspace.find_file(file["id"])
    assert found[1].content == PDF
