"""A disconnect stops every call and forgets every credential, and keeps all the rest."""

from __future__ import annotations

import pytest

from bot.domain.connections import LegState, Provider
from bot.domain.items import ItemStatus
from bot.domain.links import Stage
from bot.domain.publishing import PublishState
from bot.errors import ConflictError, NotAllowedError, NotFoundError
from tests.services.breaking import refuse
from tests.services.test_connecting import begun, finish, link, signed_in, through_dext, token_of
from tests.support.bench import ADMIN, APPROVER, AUDITOR, CHANNEL, FINANCE, STRANGER, WORKSPACE, Bench
from tests.support.slack import desk_of


def disconnect(bench: Bench) -> None:
    bench.disconnecting.disconnect(WORKSPACE, ADMIN, bench.business_id)


def secrets(bench: Bench) -> list[str]:
    return [row.owner for row in bench.rows("SELECT owner FROM secrets")]


def counts(bench: Bench) -> list[int]:
    tables = ("entries", "list_states", "items", "requests", "publishes", "roles", "turns")
    return [bench.rows(f"SELECT count(*) AS n FROM {table}")[0].n for table in tables]


def test_credentials_go_and_everything_else_stays(both: Bench) -> None:
    item = both.ready_item()
    both.ask(item.id)
    before = counts(both)
    assert secrets(both)
    disconnect(both)
    assert secrets(both) == []
    assert counts(both)[:-1] == before[:-1]
    for provider in Provider:
        leg = both.leg(provider)
        assert (leg.due_at, leg.warn_at, leg.expires_at, leg.failures) == (None, None, None, 0)


def test_nobody_calls_afterwards(both: Bench) -> None:
    disconnect(both)
    made = len(both.bill.wire.requests), len(both.dext.wire.requests)
    for _ in range(3):
        both.clock.pass_by(days=1)
        both.jobs.every_minute()
        both.work_off("check", "intake", "refresh", "publish")
    assert (len(both.bill.wire.requests), len(both.dext.wire.requests)) == made
    assert {both.leg(provider).state for provider in Provider} <= {LegState.NOT_CONNECTED, LegState.DISCONNECTED}


def test_while_nothing_was_sent_the_business_is_free_for_another_organisation(both: Bench) -> None:
    disconnect(both)
    assert both.leg(Provider.BILL).state is LegState.NOT_CONNECTED
    assert both.leg(Provider.BILL).organization_id == ""
    attempt = signed_in(both, which=1)
    finish(both, attempt)
    assert both.leg(Provider.BILL).organization_id == token_of(both, 1)[2]


def test_where_bills_were_sent_the_business_stays_bound(both: Bench) -> None:
    publish_id = both.approved()
    both.work_off("publish")
    assert both.publish(publish_id).state is PublishState.DONE
    form = both.disconnecting.form(WORKSPACE, ADMIN)
    assert form.kept_organization
    disconnect(both)
    assert both.leg(Provider.BILL).state is LegState.DISCONNECTED
    with pytest.raises(ConflictError, match="Nothing was changed"):
        finish(both, signed_in(both, which=1))
    finish(both, signed_in(both))
    assert both.leg(Provider.BILL).state is LegState.ACTIVE


def test_what_was_under_way_is_held_and_goes_out_after_connecting_again(both: Bench) -> None:
    publish_id = both.approved()
    assert both.disconnecting.form(WORKSPACE, ADMIN).under_way == 1
    disconnect(both)
    both.work_off("publish")
    assert both.publish(publish_id).state is PublishState.HELD
    assert both.item().status is ItemStatus.HELD
    finish(both, signed_in(both))
    both.copy_lists()
    assert both.holding.release_healed() == 1
    both.work_off("publish")
    assert both.publish(publish_id).state is PublishState.DONE


def test_links_and_sign_ins_under_way_are_void(both: Bench) -> None:
    unused, walking, waiting = link(both), begun(both), signed_in(both)
    both.connecting.enter_sync_token(walking, *token_of(both))
    disconnect(both)
    assert secrets(both) == []
    assert not both.connecting.look(unused)
    with pytest.raises(ConflictError, match="disconnected since"):
        both.connecting.spend(unused)
    with pytest.raises(ConflictError, match="begin again"):
        through_dext(both, walking)
    assert both.finishing.prompt(waiting.id).attempt.stage is Stage.DROPPED
    with pytest.raises(ConflictError):
        finish(both, waiting)
    assert both.leg(Provider.BILL).state is not LegState.ACTIVE


def test_an_open_break_ends_with_the_connection(both: Bench) -> None:
    desk = desk_of(both)
    refuse(both)
    desk.catch_up()
    (told,) = desk.slack.standing()
    disconnect(both)
    desk.catch_up()
    assert "was disconnected" in told.text
    assert f"<@{ADMIN}>" in told.words
    assert "Reconnect" not in told.words
    assert any("disconnected" in one.text and one is not told for one in desk.slack.standing())


@pytest.mark.parametrize("user", [FINANCE, APPROVER, AUDITOR, STRANGER])
def test_only_an_admin_may(both: Bench, user: str) -> None:
    with pytest.raises(NotAllowedError, match=ADMIN):
        both.disconnecting.form(WORKSPACE, user, CHANNEL)
    with pytest.raises(NotAllowedError):
        both.disconnecting.disconnect(WORKSPACE, user, both.business_id)
    with pytest.raises(NotFoundError):
        both.disconnecting.disconnect("T999", ADMIN, both.business_id)
    assert both.leg(Provider.BILL).state is LegState.ACTIVE
    assert secrets(both)


def test_a_second_disconnect_says_that_there_is_nothing_to_disconnect(both: Bench) -> None:
    disconnect(both)
    with pytest.raises(ConflictError, match="not connected"):
        disconnect(both)
    with pytest.raises(ConflictError, match="not connected"):
        both.disconnecting.form(WORKSPACE, ADMIN)
