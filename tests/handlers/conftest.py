from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient

from .room import Room, make_room


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    made = make_room()

    def views_open(_client: WebClient, *, trigger_id: str, view: dict[str, Any]) -> dict[str, Any]:
        if made.fails_to_open is not None:
            raise made.fails_to_open
        made.opened.append({"trigger_id": trigger_id, "view": view})
        return {"ok": True, "view": {"id": "V1"}}

    def views_push(_client: WebClient, *, trigger_id: str, view: dict[str, Any]) -> dict[str, Any]:
        made.opened.append({"pushed": trigger_id, "view": view})
        return {"ok": True, "view": {"id": "V2"}}

    def views_update(_client: WebClient, *, view_id: str, view: dict[str, Any]) -> dict[str, Any]:
        made.opened.append({"updated": view_id, "view": view})
        return {"ok": True, "view": {"id": view_id}}

    monkeypatch.setattr(WebClient, "views_open", views_open)
    monkeypatch.setattr(WebClient, "views_push", views_push)
    monkeypatch.setattr(WebClient, "views_update", views_update)
    return made
