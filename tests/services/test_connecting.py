"""From the link to a live connection, and every way it is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from bot.domain.connections import LegState, Provider
from bot.domain.links import Attempt, Stage
from bot.domain.people import Role
from bot.errors import ConflictError, CredentialsError, InputError, NotAllowedError, NotFoundError
from bot.services.connecting import LINK_DEAD, WRONG_BROWSER
from storage import people
from tests.support.bench import ADMIN, CHANNEL, FINANCE, SECOND_ADMIN, WORKSPACE, Bench


def link(bench: Bench, by: str = ADMIN) -> str:
    return bench.connecting.offer(WORKSPACE, by, CHANNEL).url.rpartition("/")[2]


def begun(bench: Bench, by: str = ADMIN) -> str:
    return bench.connecting.spend(link(bench, by))


def token_of(bench: Bench, which: int = 0) -> tuple[str, str, str]:
    organization = bench.bill.credentials["organizations"][which]
    return organization["syncToken"]["name"], organization["syncToken"]["value"], organization["id"]


def asked(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def consented(bench: Bench, address: str, account: int = 0) -> dict[str, str]:
    """Sign in at Dext behind an address; return what the browser brings back."""
    query, person = asked(address), bench.dext.credentials["accounts"][account]["users"][0]
    form = {**query, "email": person["email"], "password": person["password"], "decision": "allow"}
    at = urlsplit(address)
    reply = bench.http().post(f"{at.scheme}://{at.netloc}/oauth/sign-in", data=form)
    assert reply.status_code == 302, reply.text
    return asked(reply.headers["location"])


def through_dext(bench: Bench, cookie: str, account: int = 0) -> Attempt:
    back = consented(bench, bench.connecting.begin_dext(cookie), account)
    return bench.connecting.dext_callback(cookie, back["state"], back["code"])


def signed_in(bench: Bench, which: int = 0, account: int = 0, by: str = ADMIN) -> Attempt:
    cookie = begun(bench, by)
    bench.connecting.enter_sync_token(cookie, *token_of(bench, which))
    return through_dext(bench, cookie, account)


def owners(bench: Bench) -> set[str]:
    return {row.owner for row in bench.rows("SELECT owner FROM secrets")}


def finish(bench: Bench, attempt: Attempt, by: str = ADMIN) -> None:
    bench.finishing.finish(WORKSPACE, by, attempt.id)


# The whole way.


def test_a_sync_token_and_dexts_sign_in_become_a_connection_when_finish_is_clicked(bare: Bench) -> None:
    attempt = signed_in(bare)
    assert bare.leg(Provider.BILL).state is LegState.LINKING
    assert attempt.organization_id == bare.organization_id
    assert bare.work.told("finish") == [attempt.id]
    assert bare.finishing.prompt(attempt.id).problem == ""
    finish(bare, attempt)
    for provider in Provider:
        leg = bare.leg(provider)
        assert (leg.state, leg.connected_by, leg.connected_at) == (LegState.ACTIVE, ADMIN, bare.clock())
    assert owners(bare) == {bare.owner(provider) for provider in Provider}
    assert len(bare.work.named("refresh")) == 1
    bare.work_off("refresh")
    bare.health.recheck(bare.business_id, Provider.BILL)
    assert bare.leg(Provider.BILL).state is LegState.ACTIVE


def test_bill_coms_own_sign_in_ends_the_same(bare: Bench) -> None:
    cookie = begun(bare)
    back = bill_consent(bare, bare.connecting.begin_sign_in(cookie))
    kept = bare.connecting.bill_callback(cookie, back["state"], back["code"])
    assert (kept.stage, kept.mode, kept.organization_id) == (Stage.DEXT, "sign_in", bare.organization_id)
    attempt = through_dext(bare, cookie)
    finish(bare, attempt)
    assert owners(bare) == {bare.owner(provider) for provider in Provider}, "the verifier is gone as well"
    bare.health.recheck(bare.business_id, Provider.BILL)
    assert bare.leg(Provider.BILL).state is LegState.ACTIVE


def bill_consent(bench: Bench, address: str) -> dict[str, str]:
    """Sign in at Bill.com behind an address; return what the browser brings back."""
    from bot.sandbox.browser import Browser

    browser, person = Browser(), bench.bill.credentials["users"][0]
    browser.open(address)
    browser.submit({"email": person["email"], "password": person["password"], "decision": "allow"})
    form = browser.forms[0]
    form.fields |= {"organizationId": bench.organization_id, "decision": "allow"}
    at = urlsplit(browser.address)
    reply = bench.http().post(f"{at.scheme}://{at.netloc}{urlsplit(form.action).path or at.path}", data=form.fields)
    browser.close()
    return asked(reply.headers["location"])


# The link.


def test_looking_spends_nothing_and_spending_works_once(bare: Bench) -> None:
    secret = link(bare)
    for _ in range(3):
        assert bare.connecting.look(secret)
    bare.connecting.spend(secret)
    assert not bare.connecting.look(secret)
    with pytest.raises(ConflictError) as refused:
        bare.connecting.spend(secret)
    assert refused.value.user_message == LINK_DEAD


def test_a_link_lives_a_quarter_of_an_hour(bare: Bench) -> None:
    secret = link(bare)
    bare.clock.pass_by(minutes=14, seconds=59)
    assert bare.connecting.look(secret)
    bare.clock.pass_by(seconds=1)
    assert not bare.connecting.look(secret)
    with pytest.raises(ConflictError):
        bare.connecting.spend(secret)


def test_an_invented_link_opens_nothing(bare: Bench) -> None:
    assert not bare.connecting.look("guess")
    with pytest.raises(ConflictError):
        bare.connecting.spend("guess")


def test_what_is_stored_of_link_and_cookie_opens_nothing(bare: Bench) -> None:
    secret = link(bare)
    cookie = bare.connecting.spend(secret)
    stored = str(bare.rows("SELECT * FROM links")) + str(bare.rows("SELECT * FROM attempts"))
    assert secret not in stored
    assert cookie not in stored


def test_only_an_admin_gets_a_link(bare: Bench) -> None:
    with pytest.raises(NotAllowedError) as refused:
        link(bare, FINANCE)
    assert f"<@{ADMIN}>" in refused.value.user_message


# The pages.


def test_the_pages_can_be_worked_through_for_half_an_hour(bare: Bench) -> None:
    cookie = begun(bare)
    bare.clock.pass_by(minutes=30)
    with pytest.raises(ConflictError) as refused:
        bare.connecting.attempt_of(cookie)
    assert refused.value.user_message == WRONG_BROWSER


@pytest.mark.parametrize("cookie", ["", "another"])
def test_another_browser_is_told_so(bare: Bench, cookie: str) -> None:
    begun(bare)
    with pytest.raises(ConflictError) as refused:
        bare.connecting.enter_sync_token(cookie, *token_of(bare))
    assert refused.value.user_message == WRONG_BROWSER


@pytest.mark.parametrize(("index", "field"), [(0, "token_name"), (1, "token"), (2, "organization_id")])
def test_an_empty_field_is_named(bare: Bench, index: int, field: str) -> None:
    values = list(token_of(bare))
    values[index] = "  "
    with pytest.raises(InputError) as refused:
        bare.connecting.enter_sync_token(begun(bare), *values)
    assert refused.value.field == field


def test_a_token_that_does_not_work_is_not_kept_and_the_right_one_still_is_taken(bare: Bench) -> None:
    cookie, (name, value, organization) = begun(bare), token_of(bare)
    with pytest.raises(CredentialsError) as refused:
        bare.connecting.enter_sync_token(cookie, name, "wrong", organization)
    assert refused.value.which == "token_name_or_value"
    assert owners(bare) == set()
    assert bare.connecting.enter_sync_token(cookie, f" {name} ", value, organization).stage is Stage.DEXT


def test_steps_come_in_their_order(bare: Bench) -> None:
    cookie = begun(bare)
    with pytest.raises(ConflictError):
        bare.connecting.begin_dext(cookie)
    bare.connecting.enter_sync_token(cookie, *token_of(bare))
    with pytest.raises(ConflictError) as refused:
        bare.connecting.enter_sync_token(cookie, *token_of(bare))
    assert refused.value.user_message.startswith("This step is done already")


@pytest.mark.parametrize("state", ["", "forged"])
def test_a_forged_state_is_refused(bare: Bench, state: str) -> None:
    cookie = begun(bare)
    bare.connecting.enter_sync_token(cookie, *token_of(bare))
    bare.connecting.begin_dext(cookie)
    with pytest.raises(ConflictError) as refused:
        bare.connecting.dext_callback(cookie, state, "code")
    assert refused.value.user_message == WRONG_BROWSER


def test_a_state_works_once(bare: Bench) -> None:
    cookie = begun(bare)
    bare.connecting.enter_sync_token(cookie, *token_of(bare))
    back = consented(bare, bare.connecting.begin_dext(cookie))
    with pytest.raises(ConflictError) as cancelled:
        bare.connecting.dext_callback(cookie, back["state"], "")
    assert cancelled.value.user_message.startswith("The sign-in was cancelled")
    with pytest.raises(ConflictError) as refused:
        bare.connecting.dext_callback(cookie, back["state"], back["code"])
    assert refused.value.user_message == WRONG_BROWSER
    assert through_dext(bare, cookie).stage is Stage.SIGNED_IN


# Finish.


def test_only_the_admin_it_was_made_for_finishes(bare: Bench) -> None:
    with bare.database.begin() as session:
        people.give_role(session, bare.business_id, SECOND_ADMIN, Role.ADMIN, ADMIN, bare.clock())
    attempt = signed_in(bare)
    with pytest.raises(ConflictError) as refused:
        finish(bare, attempt, SECOND_ADMIN)
    assert refused.value.user_message == f"Only <@{ADMIN}>, for whom the link was made, can finish this."
    assert bare.leg(Provider.BILL).state is LegState.LINKING


def test_who_is_no_admin_any_more_finishes_nothing(bare: Bench) -> None:
    attempt = signed_in(bare)
    with bare.database.begin() as session:
        people.take_role(session, bare.business_id, ADMIN, Role.ADMIN)
    with pytest.raises(NotAllowedError):
        finish(bare, attempt)
    assert bare.leg(Provider.BILL).state is LegState.LINKING
    assert bare.leg(Provider.BILL).organization_id == ""


def test_finishing_twice_is_told(bare: Bench) -> None:
    attempt = signed_in(bare)
    finish(bare, attempt)
    with pytest.raises(ConflictError) as refused:
        finish(bare, attempt)
    assert refused.value.user_message.startswith("That is settled already")
    with pytest.raises(ConflictError):
        bare.finishing.drop(WORKSPACE, ADMIN, attempt.id)
    assert bare.leg(Provider.BILL).state is LegState.ACTIVE


def test_a_sign_in_of_yesterday_is_not_finished(bare: Bench) -> None:
    attempt = signed_in(bare)
    bare.clock.pass_by(hours=24)
    with pytest.raises(ConflictError) as refused:
        finish(bare, attempt)
    assert "more than a day old" in refused.value.user_message


def test_dropping_forgets_everything(bare: Bench) -> None:
    attempt = signed_in(bare)
    bare.finishing.drop(WORKSPACE, ADMIN, attempt.id)
    assert owners(bare) == set()
    with pytest.raises(ConflictError):
        finish(bare, attempt)
    assert bare.leg(Provider.BILL).state is LegState.NOT_CONNECTED


@pytest.mark.parametrize("finished", [True, False])
def test_the_sweep_forgets_what_nobody_finished_and_nothing_else(bare: Bench, finished: bool) -> None:
    attempt = signed_in(bare)
    if finished:
        finish(bare, attempt)
    bare.clock.pass_by(hours=23)
    assert bare.finishing.sweep() == 0
    bare.clock.pass_by(hours=2)
    assert bare.finishing.sweep() == (0 if finished else 1)
    assert owners(bare) == ({bare.owner(provider) for provider in Provider} if finished else set())
    assert bare.leg(Provider.BILL).state is (LegState.ACTIVE if finished else LegState.NOT_CONNECTED)
    bare.finishing.sweep_links()
    assert bare.rows("SELECT * FROM links") == []


# Again, elsewhere, and twice.


def test_reconnecting_keeps_the_business_and_forgets_the_old_session(bare: Bench) -> None:
    finish(bare, signed_in(bare))
    bare.work_off("refresh")
    bare.bill_does("revoke", organizationId=bare.organization_id)
    bare.health.recheck(bare.business_id, Provider.BILL)
    assert bare.leg(Provider.BILL).state is LegState.EXPIRED
    bare.bill_does("restore-access", organizationId=bare.organization_id)
    finish(bare, signed_in(bare))
    assert bare.leg(Provider.BILL).state is LegState.ACTIVE
    (broken,) = set(bare.work.told("prompt"))
    assert bare.prompts.view(broken).rows[0].broken.closed_by == ADMIN


@pytest.mark.parametrize(
    ("which", "account", "said"), [(1, 0, "You signed in to "), (0, 1, "You signed in to Dext account ")]
)
def test_another_organisation_is_refused_in_words_and_changes_nothing(
    bare: Bench, which: int, account: int, said: str
) -> None:
    finish(bare, signed_in(bare))
    before, kept = [bare.leg(provider) for provider in Provider], bare.rows("SELECT * FROM secrets")
    attempt = signed_in(bare, which, account)
    assert bare.finishing.prompt(attempt.id).problem.startswith(said)
    with pytest.raises(ConflictError) as refused:
        finish(bare, attempt)
    assert refused.value.user_message.startswith(said)
    assert refused.value.user_message.endswith("Nothing was changed.")
    assert [bare.leg(provider) for provider in Provider] == before
    assert set(kept) <= set(bare.rows("SELECT * FROM secrets"))


def test_an_account_that_another_business_has_is_refused(bare: Bench) -> None:
    finish(bare, signed_in(bare))
    bare.people.install("T002", "Others", "UBOT2", "Others", "UOTHER")
    cookie = bare.connecting.spend(bare.connecting.offer("T002", "UOTHER", "C9").url.rpartition("/")[2])
    bare.connecting.enter_sync_token(cookie, *token_of(bare))
    attempt = through_dext(bare, cookie, 1)
    with pytest.raises(ConflictError) as refused:
        bare.finishing.finish("T002", "UOTHER", attempt.id)
    assert refused.value.user_message.startswith("This Bill.com account is already joined to another business")


def test_another_workspace_cannot_touch_the_attempt(bare: Bench) -> None:
    attempt = signed_in(bare)
    calls: list[Any] = [bare.finishing.finish, bare.finishing.drop]
    for call in calls:
        with pytest.raises(NotFoundError):
            call("T002", ADMIN, attempt.id)
