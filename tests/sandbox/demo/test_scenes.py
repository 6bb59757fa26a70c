"""What the demo's scene tells a finance person: the right companies, and admins with a channel."""

from __future__ import annotations

from typing import Any, cast

from bot.sandbox import bill, dext
from bot.sandbox.demo.scenes import give_roles
from bot.sandbox.town import Town
from bot.sandbox.wire import SandboxClock


def test_both_services_know_the_same_companies() -> None:
    organizations = bill.build(SandboxClock()).credentials["organizations"]
    accounts = dext.build(SandboxClock()).credentials["accounts"]
    assert [one["name"] for one in organizations] == [one["name"] for one in accounts]


class Settings:
    """A town in which only the settings can be filled in."""

    def __init__(self) -> None:
        self.people = {name: name for name in ("dana", "femi", "ama", "rui")}
        self.channels = {"finance": "C1", "kestrel": "C2", "finance-admins": "C3"}
        self.sent: dict[str, Any] = {}

    def types(self, _who: str, _text: str, _channel: str) -> dict[str, Any]:
        return {"view": {"id": "V1"}}

    def submits(self, _who: str, _view: str, values: dict[str, Any]) -> None:
        self.sent = values


def test_the_admins_of_both_businesses_have_a_channel() -> None:
    for channel, where in (("finance", "C1"), ("kestrel", "C2")):
        town = Settings()
        give_roles(cast(Town, town), channel)
        assert (town.sent["channel"], town.sent["admin_channel"]) == (where, "C3")
