"""The organizations a sandbox starts with, the same in every run."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from bot.sandbox.bill import names
from bot.sandbox.bill.ids import new_id, opaque
from bot.sandbox.bill.parties import COUNTRY_NAMES, new_vendor
from bot.sandbox.bill.state import BillState, OAuthClient, Organization, Person, Row, SyncToken
from bot.sandbox.bill.times import stamp
from bot.sandbox.wire import SandboxClock

_FOREIGN = {
    20: ("EUR", "DE", "Hamburg"),
    40: ("GBP", "GB", "Leeds"),
    60: ("JPY", "JP", "Osaka"),
    80: ("CAD", "CA", "Victoria"),
}
_FIRST_USER_DAYS = 90


@dataclass(frozen=True)
class Overrides:
    """Hold credentials that are given instead of generated."""

    dev_key: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    redirect_uris: tuple[str, ...] | None = None


class Planter:
    """Fill one organization, with ids and times that follow from the seed and the clock."""

    def __init__(self, organization: Organization, source: random.Random, start: datetime) -> None:
        self.organization = organization
        self.source = source
        self.time = start

    def row(self, kind: str, fields: Row) -> Row:
        """Keep one object and return it."""
        self.time += timedelta(minutes=7)
        times = {"createdTime": stamp(self.time), "updatedTime": stamp(self.time)}
        archived = {} if kind == "roles" else {"archived": fields.get("name") in names.ARCHIVED}
        row = {"id": new_id(kind, self.source), **archived, **fields, **times}
        self.organization.lists[kind][row["id"]] = row
        return row

    def people(self, users: list[tuple[str, str, str]], domain: str) -> list[Row]:
        """Add roles and users."""
        roles = {kind: self.row("roles", {"type": kind, "description": kind.capitalize()}) for kind in names.ROLES}
        return [
            self.row(
                "users",
                {
                    "firstName": first,
                    "lastName": last,
                    "email": f"{first.lower()}@{domain}",
                    "role": {name: roles[role][name] for name in ("id", "type", "description")},
                },
            )
            for first, last, role in users
        ]

    def accounts(self, accounts: list[tuple[str, str, str, str | None]]) -> dict[str, Row]:
        """Add a chart of accounts; parents come before children."""
        made: dict[str, Row] = {}
        for number, name, kind, parent in accounts:
            row: Row = {"name": name, "account": {"type": kind, "number": number}}
            if parent is not None:
                row["parentId"] = made[parent]["id"]
            made[name] = self.row("chart-of-accounts", row)
        return made

    def vendors(self, vendor_names: list[str]) -> None:
        """Add vendors; a few are in foreign currencies."""
        for index, name in enumerate(vendor_names):
            currency, country, city = _FOREIGN.get(index, ("USD", "US", "Portland"))
            row = {**new_vendor({"name": name}), "name": name, "accountType": "BUSINESS", "billCurrency": currency}
            row["email"] = f"billing{index + 1}@vendors.example"
            row["phone"] = f"503-555-{100 + index:04d}"
            row["address"] = _address(f"{100 + index} Alder Street", city, country)
            self.row("vendors", row)

    def customers(self, customer_names: list[str]) -> None:
        """Add customers."""
        for index, name in enumerate(customer_names):
            row: Row = {"name": name, "companyName": name, "accountType": "BUSINESS", "invoiceCurrency": "USD"}
            row["email"] = f"accounts{index + 1}@customers.example"
            row["billingAddress"] = _address(f"{10 + index} Willow Avenue", "Seattle", "US")
            self.row("customers", {**row, "balance": {"amount": Decimal(0)}})

    def bank(self, account: Row, bank_name: str, kind: str, user_id: str, payables: bool) -> None:
        """Add a funding account, joined to an account of the chart."""
        self.row(
            "banks",
            {
                "status": "VERIFIED",
                "createdBy": user_id,
                "routingNumber": "000000000",
                "accountNumber": f"******{self.source.randrange(1000, 9999)}",
                "nameOnAccount": self.organization.name,
                "type": kind,
                "ownerType": "BUSINESS",
                "bankName": bank_name,
                "accessToAdmins": True,
                "default": {"payables": payables, "receivables": payables},
                "chartOfAccountId": account["id"],
            },
        )


def plant(clock: SandboxClock, seed: Literal["small", "empty"], given: Overrides) -> tuple[BillState, dict[str, Any]]:
    """Return the state a sandbox starts with, and the credentials to use it.

    `empty` has the organizations and their people, and nothing in the other lists.
    """
    source = random.Random("harbor-and-pine")
    dev_keys = (given.dev_key or "01SBX" + opaque(20, source), "01SBX" + opaque(20, source))
    client = OAuthClient(
        given.client_id or "sbxclient" + opaque(15, source),
        given.client_secret or opaque(32, source),
        given.redirect_uris,
    )
    start = clock.now() - timedelta(days=_FIRST_USER_DAYS)
    first = _organization(names.FIRST_ORGANIZATION, "Portland", source, start)
    second = _organization(names.SECOND_ORGANIZATION, "Seattle", source, start)
    one, two = Planter(first, source, start), Planter(second, source, start)
    first_users = one.people(names.USERS, "harborandpine.example")
    first_users[-1]["archived"] = True
    second_users = two.people(
        [("Maya", "Okafor", "ADMINISTRATOR"), ("Hannah", "Weiss", "ADMINISTRATOR")], "kestreloutdoor.example"
    )
    second_users[0]["email"] = first_users[0]["email"]
    if seed == "small":
        _fill_first(one, first_users[0]["id"])
        # With a source of its own: everything else keeps the ids it had.
        _agree_on_terms(Planter(first, random.Random("terms"), start))
        _fill_second(two, second_users[1]["id"])
    for organization, maker in ((first, first_users[0]), (second, second_users[1])):
        organization.sync_token = SyncToken("Dext bot", opaque(40, source), maker["id"])
    people = [
        Person(
            first_users[0]["email"],
            _password(source),
            {first.id: first_users[0]["id"], second.id: second_users[0]["id"]},
        )
    ]
    people += [Person(user["email"], _password(source), {first.id: user["id"]}) for user in first_users[1:5]]
    people.append(Person(second_users[1]["email"], _password(source), {second.id: second_users[1]["id"]}))
    organizations = {organization.id: organization for organization in (first, second)}
    state = BillState(clock=clock, dev_keys=dev_keys, client=client, organizations=organizations, people=people)
    return state, describe(state)


def _fill_first(planter: Planter, admin_id: str) -> None:
    accounts = planter.accounts(names.ACCOUNTS)
    for name in names.CLASSES:
        planter.row("accounting-classes", {"name": name})
    for name in names.LOCATIONS:
        planter.row("locations", {"name": name})
    generated = [f"{one} {two}" for one in names.VENDOR_BEGINNINGS for two in names.VENDOR_ENDINGS]
    known = len(names.VENDORS)
    planter.vendors(names.VENDORS + generated[known:])
    planter.customers([f"{one} {two}" for one in names.CUSTOMER_BEGINNINGS for two in names.CUSTOMER_ENDINGS])
    planter.bank(accounts["Operating Checking"], "Riverbend Bank", "CHECKING", admin_id, payables=True)
    planter.bank(accounts["Reserve Savings"], "Riverbend Bank", "SAVINGS", admin_id, payables=False)


def _agree_on_terms(planter: Planter) -> None:
    """Give some vendors terms of payment."""
    terms = [
        planter.row("payment-terms", {"name": name, "daysDue": days})
        for name, days in (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30))
    ]
    for place, vendor in enumerate(planter.organization.lists["vendors"].values()):
        if vendor["name"] not in names.VENDORS:
            vendor["additionalInfo"] = {"paymentTermId": terms[place % len(terms)]["id"]}


def _fill_second(planter: Planter, admin_id: str) -> None:
    few = [entry for entry in names.ACCOUNTS if entry[3] is None][:12]
    accounts = planter.accounts([*few, ("6030", "Software Subscriptions", "EXPENSE", None)])
    for name in ("Shop", "Rentals"):
        planter.row("accounting-classes", {"name": name})
    planter.row("locations", {"name": "Bellingham"})
    planter.vendors(["Acme Cloud Services", "Inkwell Paper", "Lumen Rentals"])
    planter.customers(["Northgate Climbing Club", "Paloma Ski School"])
    planter.bank(accounts["Operating Checking"], "Cedarline Bank", "CHECKING", admin_id, payables=True)


def _organization(name: str, city: str, source: random.Random, start: datetime) -> Organization:
    profile: Row = {
        "id": new_id("organizations", source),
        "archived": False,
        "name": name,
        "address": _address("200 Quay Street", city, "US"),
        "phone": "503-555-0100",
        "industry": "Interior design",
        "accountType": "BUSINESS",
        "createdTime": stamp(start),
        "updatedTime": stamp(start),
    }
    return Organization(profile["id"], profile)


def _address(line1: str, city: str, country: str) -> Row:
    address: Row = {"line1": line1, "city": city, "zipOrPostalCode": "97201"}
    if country == "US":
        address["stateOrProvince"] = "WA" if city == "Seattle" else "OR"
    return {**address, "country": country, "countryName": COUNTRY_NAMES[country]}


def _password(source: random.Random) -> str:
    return "sbx-" + opaque(10, source)


def describe(state: BillState) -> dict[str, Any]:
    """Return what a person needs to use the sandbox."""
    users = []
    for person in state.people:
        seats = {}
        for organization_id, user_id in person.users.items():
            user = state.organizations[organization_id].lists["users"][user_id]
            seats[organization_id] = {"userId": user_id, "role": user["role"]["type"]}
        users.append({"email": person.email, "password": person.password, "organizations": seats})
    organizations = []
    for organization in state.organizations.values():
        token = organization.sync_token
        pair = {"name": token.name, "value": token.value} if token else None
        organizations.append({"id": organization.id, "name": organization.name, "syncToken": pair})
    return {
        "paths": {"v3": "/v3", "v2": "/api/v2", "authorize": "/authx/authorize", "token": "/authx/token"},
        "devKey": state.dev_keys[0],
        "otherDevKey": state.dev_keys[1],
        "organizations": organizations,
        "users": users,
        "oauth": {"clientId": state.client.id, "clientSecret": state.client.secret},
    }
