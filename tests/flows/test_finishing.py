"""Nothing is live before the admin a link was made for clicks Finish, once, still being an admin."""

from __future__ import annotations

from tests.support.town import (
    Json,
    Town,
    address,
    clicks_by_hand,
    finish_prompt,
    give_roles,
    no_errors,
    rows,
    synchronised,
    told_in_private,
    walk_through,
    whispered,
)


def nothing_live(town: Town) -> bool:
    live = rows(town, "SELECT count(*) FROM legs WHERE state NOT IN ('not_connected', 'linking')")[0][0]
    return not live and not town.bill.requests("GET", "/v3/vendors")


def attempt(town: Town) -> Json:
    return {"a": rows(town, "SELECT id FROM attempts")[0][0]}


def test_a_forwarded_link_is_live_only_when_the_admin_finishes(unconnected: Town) -> None:
    town = unconnected
    walk_through(town)  # anybody with the link can do this
    prompt = finish_prompt(town)
    assert "Harbor & Pine Interiors" in prompt["plain"]
    assert "maya@harborandpine.example" in prompt["plain"]
    assert nothing_live(town)
    assert "not connected" in town.types("dana", "publish")["shown"][-1]["plain"]

    town.clicks("dana", prompt, "connection.finish")
    synchronised(town)
    assert rows(town, "SELECT count(*) FROM legs WHERE state = 'active'")[0][0] == 2
    no_errors(town)


def test_somebody_else_cannot_finish(unconnected: Town) -> None:
    town = unconnected
    give_roles(town, admin=["dana", "ama"])
    walk_through(town)
    finish_prompt(town)
    for who in ("gil", "ama"):
        assert clicks_by_hand(town, who, "connection.finish", attempt(town)).status_code == 200
        refused = whispered(town, who, "can finish this")
        assert "Dana Whitfield" in refused["plain"]
        assert clicks_by_hand(town, who, "connection.drop", attempt(town)).status_code == 200
    assert nothing_live(town)
    assert rows(town, "SELECT stage FROM attempts")[0][0] == "signed_in"


def test_a_finish_of_what_is_not_there_is_answered(unconnected: Town) -> None:
    town = unconnected
    assert clicks_by_hand(town, "dana", "connection.finish", {"a": "madeup"}).status_code == 200
    whispered(town, "dana")
    assert nothing_live(town)
    no_errors(town)


def test_finish_before_the_sign_in_is_over_is_refused(unconnected: Town) -> None:
    town = unconnected
    town.browser().open(address(town.types("dana", "connect")["shown"][-1])).submit().close()
    assert clicks_by_hand(town, "dana", "connection.finish", attempt(town)).status_code == 200
    told = len(town.reads("dana"))
    town.wait("an answer", lambda: len(town.reads("dana")) > told or town.reads_dm("dana"))
    assert nothing_live(town)
    no_errors(town)


def test_a_second_finish_changes_nothing(unconnected: Town) -> None:
    town = unconnected
    walk_through(town)
    prompt = finish_prompt(town)
    town.clicks("dana", prompt, "connection.finish")
    synchronised(town)
    town.clicks("dana", prompt, "connection.finish", stale=True)
    whispered(town, "dana", "settled already")
    assert rows(town, "SELECT count(*) FROM refreshes")[0][0] == 1
    no_errors(town)


def test_what_was_dropped_cannot_be_finished(unconnected: Town) -> None:
    town = unconnected
    walk_through(town)
    prompt = finish_prompt(town)
    town.clicks("dana", prompt, "connection.drop")
    town.wait("the message says so", lambda: told_in_private(town, "dana", "was dropped"))
    assert not rows(town, "SELECT owner FROM secrets")
    town.clicks("dana", prompt, "connection.finish", stale=True)
    whispered(town, "dana", "/dext status")
    assert nothing_live(town)
    no_errors(town)


def test_an_admin_who_lost_the_role_meanwhile_cannot_finish(unconnected: Town) -> None:
    town = unconnected
    give_roles(town, admin=["dana", "femi"])
    walk_through(town)
    prompt = finish_prompt(town)
    give_roles(town, by="femi", admin=["femi"])
    town.clicks("dana", prompt, "connection.finish")
    refused = whispered(town, "dana", "can't")
    assert "Femi Okafor" in refused["plain"]
    assert nothing_live(town)
    no_errors(town)
