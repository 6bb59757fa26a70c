"""Settings, and the wall between workspaces."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.businesses import TaxTreatment
from bot.domain.connections import Provider
from bot.domain.lists import ListName
from bot.domain.people import Right, Role
from bot.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from bot.services.people import WantedSettings
from tests.support.bench import ADMIN, APPROVER, AUDITOR, CHANNEL, FINANCE, SECOND_ADMIN, STRANGER, WORKSPACE, Bench


def change(bench: Bench, by: str = ADMIN, **changes: Any) -> None:
    roles = {Role.ADMIN: {ADMIN}, Role.FINANCE: {FINANCE}, Role.APPROVER: {APPROVER}, Role.AUDITOR: {AUDITOR}}
    roles |= changes.pop("roles", {})
    wanted = WantedSettings(**({"channel_id": CHANNEL} | changes))
    bench.people.change_settings(WORKSPACE, by, wanted=wanted, roles=roles)


def account(bench: Bench, archived: bool = False) -> str:
    rows = bench.organization.lists["chart-of-accounts"].values()
    return next(str(row["id"]) for row in rows if row["archived"] is archived)


def test_settings_are_kept(bench: Bench) -> None:
    change(bench, channel_id="C2", treatment=TaxTreatment.OWN_LINE, tax_account_id=account(bench),
           roles={Role.ADMIN: {ADMIN, SECOND_ADMIN}, Role.FINANCE: set()})  # fmt: skip
    form = bench.people.settings(WORKSPACE, SECOND_ADMIN)
    assert (form.business.channel_id, form.business.tax_treatment) == ("C2", TaxTreatment.OWN_LINE)
    assert form.roles[Role.ADMIN] == (ADMIN, SECOND_ADMIN)
    assert form.roles[Role.FINANCE] == ()
    assert form.tax_account


def test_one_admin_stays(bench: Bench) -> None:
    with pytest.raises(InputError) as refused:
        change(bench, roles={Role.ADMIN: set()})
    assert refused.value.field == "admin"
    assert bench.people.settings(WORKSPACE, ADMIN).roles[Role.ADMIN] == (ADMIN,)


def test_tax_on_its_own_line_needs_an_account_that_is_in_use(bench: Bench) -> None:
    with pytest.raises(InputError) as missing:
        change(bench, treatment=TaxTreatment.OWN_LINE)
    assert missing.value.field == "tax_account"
    bench.bill_does("archive", list="chart-of-accounts", id=(gone := account(bench)))
    bench.copy_lists()
    for wrong in (gone, "unknown"):
        with pytest.raises(ConflictError):
            change(bench, treatment=TaxTreatment.OWN_LINE, tax_account_id=wrong, roles={Role.FINANCE: {STRANGER}})
    assert bench.people.settings(WORKSPACE, ADMIN).roles[Role.FINANCE] == (FINANCE,)


@pytest.mark.parametrize("user", [FINANCE, APPROVER, AUDITOR, STRANGER])
def test_only_admins_see_and_change_settings(bench: Bench, user: str) -> None:
    for call in (
        lambda: bench.people.settings(WORKSPACE, user),
        lambda: change(bench, user),
        lambda: bench.lookup.find(WORKSPACE, user, ListName.ACCOUNTS, "", right=Right.SETTINGS),
    ):
        with pytest.raises(NotAllowedError):
            call()


def test_the_first_admin_of_the_settings_does_not_come_back_once_taken(bench: Bench) -> None:
    change(bench, roles={Role.ADMIN: {SECOND_ADMIN}})
    bench.people.install(WORKSPACE, "Renamed", "UBOT", "Harbor & Pine", ADMIN)
    assert bench.people.settings(WORKSPACE, SECOND_ADMIN).roles[Role.ADMIN] == (SECOND_ADMIN,)


def test_installing_again_makes_no_second_business(bench: Bench) -> None:
    bench.people.install(WORKSPACE, "W", "UBOT", "Another name", ADMIN)
    assert len(bench.rows("SELECT id FROM businesses")) == 1


# Tenants never meet.


@pytest.fixture
def other(bench: Bench) -> str:
    """Install the bot in another workspace, whose admin has the same Slack id."""
    bench.people.install("T002", "Others", "UBOT2", "Others", ADMIN)
    return "T002"


def test_another_workspace_reaches_no_request(bench: Bench, other: str) -> None:
    (request_id,) = bench.ask(bench.ready_item().id)
    for call in (
        lambda: bench.approvals.approve(other, ADMIN, request_id),
        lambda: bench.approvals.reject(other, ADMIN, request_id, "no"),
        lambda: bench.approvals.retry(other, ADMIN, request_id),
        lambda: bench.approvals.check_may_decide(other, ADMIN, request_id),
    ):
        with pytest.raises(NotFoundError):
            call()


def test_another_workspace_sees_nothing_of_ours(bench: Bench, other: str) -> None:
    item = bench.ready_item()
    standing = bench.status.standing(other, ADMIN)
    assert (standing.ready, standing.ready_totals, standing.lists) == (0, (), ())
    assert not standing.connection.started
    assert bench.status.publish_list(other, ADMIN, "", 0).ready == ()
    assert bench.lookup.find(other, ADMIN, ListName.ACCOUNTS, "").entries == ()
    with pytest.raises((ConflictError, NotFoundError)):
        bench.approvals.request(other, ADMIN, [item.id], CHANNEL)


def test_naming_our_business_from_another_workspace_finds_nothing(bench: Bench, other: str) -> None:
    ours = bench.business_id
    for call in (
        lambda: bench.people.settings(other, ADMIN, CHANNEL, ours),
        lambda: bench.lookup.find(other, ADMIN, ListName.ACCOUNTS, "", business_id=ours),
        lambda: bench.connecting.offer(other, ADMIN, CHANNEL, ours),
        lambda: bench.refreshing.request(other, ADMIN, CHANNEL, ours),
        lambda: bench.intake.request(other, ADMIN, CHANNEL, ours),
        lambda: bench.approvals.request(other, ADMIN, [], CHANNEL, ours),
    ):
        with pytest.raises(NotFoundError):
            call()


def test_secrets_of_one_business_do_not_open_as_anothers(bench: Bench) -> None:
    (sealed,) = [row.sealed for row in bench.rows("SELECT sealed FROM secrets WHERE owner = :owner AND field = :field",
                                                  owner=bench.owner(Provider.BILL), field="credentials")]  # fmt: skip
    from bot.errors import VaultError

    with pytest.raises(VaultError):
        bench.base.vault.unseal(sealed, "T002:other:bill", "credentials")


def test_an_unknown_workspace_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFoundError):
        bench.people.bot_user("T404")
    with pytest.raises(NotFoundError):
        bench.status.standing("T404", ADMIN)
