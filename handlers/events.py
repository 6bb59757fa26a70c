"""What Slack tells us by itself."""

from __future__ import annotations

from typing import Any

from handlers.desk import Desk


def home_opened(desk: Desk, body: dict[str, Any]) -> None:
    """Draw a person's Home; an event that Slack repeats draws it once."""
    event = body["event"]
    if event.get("tab") == "home":
        desk.messages.draw_home(body["team_id"], event["user"], body["event_id"])
