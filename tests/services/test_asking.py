"""Whoever is refused for lack of a role asks an admin once, and hears what came of it."""

from __future__ import annotations

import pytest

from bot.domain.asks import AskState
from bot.domain.people import Right, Role
from bot.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from bot.services.people import WantedSettings
from tests.support.bench import ADMIN, APPROVER, AUDITOR, CHANNEL, FINANCE, STRANGER, WORKSPACE, Bench, at_once

WHY = "Month end is on Friday."


def ask(bench: Bench, user: str = FINANCE, right: Right = Right.APPROVE) -> str:
    bench.asking.ask(WORKSPACE, user, bench.business_id, right, WHY)
    return bench.work.told("ask")[-1]


def test_a_refusal_says_what_could_be_asked_for(bench: Bench) -> None:
    with pytest.raises(NotAllowedError) as refused:
        bench.connecting.offer(WORKSPACE, FINANCE, CHANNEL)
    assert (refused.value.business_id, refused.value.right) == (bench.business_id, Right.CONNECT)


@pytest.mark.parametrize("user", [FINANCE, STRANGER])
def test_admins_read_it_in_their_channel(bench: Bench, user: str) -> None:
    view = bench.asking.view(ask(bench, user))
    assert (view.ask.user_id, view.ask.text, view.ask.state) == (user, WHY, AskState.OPEN)
    assert view.ask.channel_id == view.business.admins_channel_id or ADMIN
    assert view.admins == (ADMIN,)


def test_the_second_time_is_told_that_it_was_asked(bench: Bench) -> None:
    ask(bench)
    for again in (
        lambda: bench.asking.form(WORKSPACE, FINANCE, bench.business_id, Right.APPROVE),
        lambda: ask(bench),
    ):
        with pytest.raises(ConflictError) as refused:
            again()
        assert refused.value.user_message.startswith("You have asked already")
    ask(bench, right=Right.SETTINGS)
    assert len(bench.rows("SELECT id FROM asks")) == 2


def test_two_clicks_at_one_moment_ask_once(both: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage import asks

    def click() -> None:
        both.asking.ask(WORKSPACE, FINANCE, both.business_id, Right.APPROVE, WHY)

    assert sorted(at_once(monkeypatch, asks, "add", click, click)) == ["ConflictError", "done"]
    assert len(both.rows("SELECT id FROM asks")) == 1


@pytest.mark.parametrize(("text", "said"), [("  ", "Say what you need"), ("x" * 501, "Keep it under 500")])
def test_words_are_needed_and_few(bench: Bench, text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        bench.asking.ask(WORKSPACE, FINANCE, bench.business_id, Right.APPROVE, text)
    assert refused.value.user_message.startswith(said)
    assert refused.value.field == "want"


def test_who_has_the_right_has_nothing_to_ask_for(bench: Bench) -> None:
    with pytest.raises(ConflictError) as refused:
        ask(bench, APPROVER)
    assert refused.value.user_message.startswith("You have the role")


@pytest.mark.parametrize(("done", "state"), [(True, AskState.DONE), (False, AskState.DECLINED)])
def test_an_admin_answers_once_and_both_sides_are_told(bench: Bench, done: bool, state: AskState) -> None:
    ask_id = ask(bench, right=Right.CONNECT)
    bench.asking.settle(WORKSPACE, ADMIN, ask_id, done=done)
    answered = bench.asking.view(ask_id).ask
    assert (answered.state, answered.settled_by, answered.settled_at) == (state, ADMIN, bench.clock())
    assert bench.work.told("asked") == [ask_id]
    assert bench.work.told("ask") == [ask_id, ask_id]
    with pytest.raises(ConflictError) as late:
        bench.asking.settle(WORKSPACE, ADMIN, ask_id, done=not done)
    assert late.value.user_message == f"<@{ADMIN}> has answered that already."


def test_nothing_is_called_done_while_the_person_still_lacks_the_role(bench: Bench) -> None:
    ask_id = ask(bench)
    with pytest.raises(ConflictError) as refused:
        bench.asking.settle(WORKSPACE, ADMIN, ask_id, done=True)
    assert "Give it in Settings" in refused.value.user_message
    assert bench.asking.view(ask_id).ask.state is AskState.OPEN
    bench.asking.settle(WORKSPACE, ADMIN, ask_id, done=False)
    assert bench.asking.view(ask_id).ask.state is AskState.DECLINED


@pytest.mark.parametrize("user", [FINANCE, APPROVER, AUDITOR, STRANGER])
def test_only_an_admin_answers(bench: Bench, user: str) -> None:
    ask_id = ask(bench)
    with pytest.raises(NotAllowedError):
        bench.asking.settle(WORKSPACE, user, ask_id, done=True)
    assert bench.asking.view(ask_id).ask.state is AskState.OPEN


def test_giving_the_role_answers_by_itself(bench: Bench) -> None:
    wanted, other = ask(bench), ask(bench, right=Right.SETTINGS)
    roles = {Role.ADMIN: {ADMIN}, Role.FINANCE: {FINANCE}, Role.APPROVER: {APPROVER, FINANCE}, Role.AUDITOR: set[str]()}
    bench.people.change_settings(WORKSPACE, ADMIN, wanted=WantedSettings(CHANNEL), roles=roles)
    assert bench.asking.view(wanted).ask.state is AskState.DONE
    assert bench.asking.view(other).ask.state is AskState.OPEN
    assert bench.work.told("asked") == [wanted]


def test_another_workspace_reaches_nothing(bench: Bench) -> None:
    bench.people.install("T002", "Others", "UBOT2", "Others", ADMIN)
    ask_id = ask(bench)
    for call in (
        lambda: bench.asking.form("T002", FINANCE, bench.business_id, Right.APPROVE),
        lambda: bench.asking.ask("T002", FINANCE, bench.business_id, Right.APPROVE, WHY),
        lambda: bench.asking.settle("T002", ADMIN, ask_id, done=True),
    ):
        with pytest.raises(NotFoundError):
            call()
