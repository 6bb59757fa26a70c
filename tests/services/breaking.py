"""Ways to break connections on a bench, and to mend them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.breaks import Break
from bot.domain.businesses import Business
from bot.domain.connections import Leg, LegState, Provider
from bot.domain.people import Role
from bot.errors import CredentialsError, UnavailableError, UpstreamError
from bot.services.people import WantedSettings
from storage import breaks, legs, people
from tests.support.bench import ADMIN, WORKSPACE, Bench
from tests.support.slack import Desk

BILL, DEXT = Provider.BILL, Provider.DEXT
ADMINS, FALLBACK = "CADMINS", "CFALLBACK"


def meets(bench: Bench, error: UpstreamError, business_id: str = "") -> None:
    """Let a call over the leg of a business meet an error."""
    provider = DEXT if error.service == DEXT.label else BILL
    with pytest.raises(type(error)), bench.health.watching(business_id or bench.business_id, provider):
        raise error


def refuse(bench: Bench, business_id: str = "", which: str = "token_name_or_value", provider: Provider = BILL) -> None:
    """Let a call be refused."""
    meets(bench, CredentialsError(service=provider.label, which=which), business_id)


def answer(bench: Bench, business_id: str = "", provider: Provider = BILL) -> None:
    """Let a call succeed."""
    with bench.health.watching(business_id or bench.business_id, provider):
        pass


@contextmanager
def outage(bench: Bench) -> Iterator[None]:
    """Let Bill.com be down for every check inside."""
    with pytest.MonkeyPatch.context() as patch:

        def down(_access: object) -> object:
            raise UnavailableError(service="Bill.com")

        patch.setattr(bench.base.bill, "client", down)
        yield


def settle(bench: Bench, *, closing_on: date | None = None, ends_on: date | None = None, **more: object) -> Business:
    """Let an admin set channels for admins, and dates."""
    with bench.database.begin() as session:
        held = people.all_roles(session, bench.business_id)
        channel_id = people.business(session, bench.business_id).channel_id
    wanted = WantedSettings(
        channel_id, ADMINS, FALLBACK, "Europe/London", closing_on, ends_on={BILL: ends_on}, **more  # type: ignore[arg-type]
    )  # fmt: skip
    roles = {role: set(users) for role, users in held.items()}
    return bench.people.change_settings(WORKSPACE, ADMIN, wanted=wanted, roles=roles, business_id=bench.business_id)


def add_businesses(bench: Bench, count: int, admins: str = ADMINS) -> list[str]:
    """Add connected businesses to the workspace that share a channel for admins; return their ids."""
    added = []
    for number in range(count):
        made = bench.people.found(WORKSPACE, ADMIN, f"C{number + 100}", f"Business {number + 1}")
        with bench.database.begin() as session:
            people.change_business(session, replace(made, admin_channel_id=admins))
            for provider in Provider:
                key = f"{provider.value}-{made.id}"
                legs.keep(session, Leg(made.id, provider, LegState.ACTIVE, "sync_token", key, made.name))
        added.append(made.id)
    return added


def add_admin(bench: Bench, user_id: str) -> None:
    with bench.database.begin() as session:
        people.give_role(session, bench.business_id, user_id, Role.ADMIN, ADMIN, bench.clock())


def open_breaks(bench: Bench, business_id: str = "") -> list[Break]:
    with bench.database.begin() as session:
        return breaks.open_ones(session, business_id or bench.business_id)


def only_prompt(bench: Bench) -> str:
    """Return the id of the only prompt there ever was."""
    ((prompt_id,),) = bench.rows("SELECT id FROM prompts")
    return str(prompt_id)


def prompted(bench: Bench, desk: Desk, which: str = "token_name_or_value") -> str:
    """Break Bill.com's leg, for good, and have it told; return the prompt's id."""
    bench.bill_does("revoke", organizationId=bench.organization_id)
    refuse(bench, which=which)
    desk.catch_up()
    return only_prompt(bench)


def mend(bench: Bench) -> None:
    """Let Bill.com accept the bot again, and a call find out."""
    bench.bill_does("restore-access", organizationId=bench.organization_id)
    answer(bench)
