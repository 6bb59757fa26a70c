"""Ways through a town: connect, take documents in, ask, approve, hold a call, look at what came of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import Executable, Select, create_engine, text

from bot.sandbox.browser import Browser
from bot.sandbox.processes import end, free_port
from bot.sandbox.story.connecting import address, sign_in_to_bill, sign_in_to_dext
from bot.sandbox.story.publishing import bills, documents, only_bill
from bot.sandbox.town import Service, Town
from storage.database import open_engine

Json = dict[str, Any]

SETTLE = {"SETTLE_SECONDS": "2"}
ROLES = {"admin": ["dana"], "finance": ["femi"], "approver": ["ama"], "auditor": ["rui"]}

__all__ = [
    "ROLES",
    "SETTLE",
    "Json",
    "Town",
    "address",
    "arrive",
    "ask",
    "asked_and_approved",
    "begin",
    "bills",
    "business",
    "card_says",
    "check_published_once",
    "clicks_by_hand",
    "connect",
    "dext_item",
    "documents",
    "execute",
    "finish_prompt",
    "fresh_link",
    "give_roles",
    "hold",
    "item_id",
    "join",
    "let_go",
    "listing",
    "new_number",
    "no_errors",
    "only_bill",
    "organization",
    "post",
    "ready",
    "rows",
    "running",
    "second_bot",
    "select_rows",
    "sign_in_to_bill",
    "sign_in_to_dext",
    "signed",
    "synchronised",
    "take_in",
    "told",
    "told_in_private",
    "walk_through",
    "whispered",
    "words_since",
    "words_so_far",
]


class _Town(Town):
    """Be a town whose services can be reached from the beginning."""

    def _service(self, name: str, port: int = 0) -> Service:
        service = super()._service(name, port)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                service.look("holding")
            except httpx.ConnectError:  # its address is printed a moment before it listens
                time.sleep(0.02)
            else:
                break
        return service


@contextmanager
def running(folder: Path, database_url: str = "", **settings: str) -> Iterator[Town]:
    """Start a town with a bot that nobody has connected yet."""
    with _Town(folder, database_url, SETTLE | settings) as town:
        town.start_bot()
        try:
            yield town
        finally:
            # A service that still holds a call would wait for it before it ends.
            for service in (town.bill, town.dext, town.slack):
                with suppress(httpx.TransportError):
                    service.do("release")


@contextmanager
def second_bot(town: Town) -> Iterator[None]:
    """Let another process of the bot run on the same database, with a clock of its own."""
    port = free_port()
    with (town.folder / "second.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], cwd=town.folder,
            env={**town._environment(), "BOT_PORT": str(port)}, stdout=log, stderr=log, text=True,
        )  # fmt: skip
    try:

        def ready() -> bool:
            assert process.poll() is None, (town.folder / "second.log").read_text()[-3000:]
            with suppress(httpx.TransportError):
                return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2, trust_env=False).status_code == 200
            return False

        town.wait("the second bot", ready, 60)
        yield
    finally:
        end(process)


# Connecting.


def fresh_link(town: Town, who: str = "dana") -> str:
    """Return the address of a new connect link."""
    return address(town.types(who, "connect")["shown"][-1])


def begin(town: Town, link: str = "") -> Browser:
    """Open a connect link and spend it."""
    return town.browser().open(link or fresh_link(town)).submit()


def walk_through(town: Town, link: str = "", organization: int = 0) -> None:
    """Sign in to both services in a browser, by a link; nothing is live after that."""
    browser = begin(town, link)
    sign_in_to_bill(town, browser, organization)
    sign_in_to_dext(town, browser)
    assert "Go back to Slack" in browser.text, browser.text
    browser.close()


def finish_prompt(town: Town, who: str = "dana", words: str = "Almost done") -> Json:
    """Return the newest question to finish a connection."""
    found: Json = town.wait("the question to finish", lambda: told_in_private(town, who, words))
    return found


def synchronised(town: Town, seconds: float = 60) -> Json:
    """Wait for the end of the first synchronisation; return its message."""
    found: Json = town.wait("the lists", lambda: told(town, "dana", "First synchronisation", "finished"), seconds)
    return found


def connect(town: Town, seconds: float = 60) -> None:
    """Connect the first organisation and wait until its lists and items are here."""
    walk_through(town)
    town.clicks("dana", finish_prompt(town), "connection.finish")
    synchronised(town, seconds)
    give_roles(town)
    ready(town, "ACS-20417")


def give_roles(town: Town, by: str = "dana", **changed: list[str]) -> None:
    """Give everybody their role, in the settings."""
    form = town.types(by, "settings")["view"]
    roles = {role: [town.people[one] for one in people] for role, people in (ROLES | changed).items()}
    town.submits(by, form["id"], {**roles, "channel": town.channels["finance"]})

    def given() -> bool:
        held = {(role, user) for role, user in rows(town, "SELECT role, user_id FROM roles")}
        return held == {(role, user) for role, users in roles.items() for user in users}

    town.wait("the roles", given)


# Items, approvals, publishes.


def arrive(town: Town, number: str, **more: Any) -> int:
    """Let a complete document arrive in Dext; return its id there."""
    facts = {
        "payee": "Acme Cloud Services",
        "category": "Software Subscriptions",
        "total_amount": "120.00",
        "vat_amount": "0.00",
        "date": time.strftime("%Y-%m-%d"),
        "due_date": time.strftime("%Y-%m-%d"),
    }
    found: int = town.dext.do("document", **(facts | more), invoice_number=number)["id"]
    return found


def new_number() -> str:
    """Return an invoice number that no other test uses."""
    return f"T-{uuid.uuid4().hex[:10]}"


def take_in(town: Town) -> None:
    """Have the bot look into Dext now, and wait until it has."""

    def looks() -> int:
        said = [one["plain"] for one in town.reads("femi")]
        return sum("Took in" in one or "Dext has nothing new" in one for one in said)

    before = looks()
    town.clicks("femi", listing(town), "items.check")
    town.wait("the look into Dext", lambda: looks() > before)


def listing(town: Town, words: str = "", who: str = "femi") -> Json:
    """Return what `/dext publish` shows."""
    shown: Json = town.types(who, f"publish {words}")["shown"][-1]
    return shown


def ready(town: Town, number: str, supplier: str = "") -> Json:
    """Wait until the item with a number is ready; return the list that shows it."""

    def shown() -> Json | None:
        found = listing(town, supplier)
        return found if _button(found, number) else None

    found: Json = town.wait(f"{number} is ready", shown)
    return found


def ask(town: Town, number: str, who: str = "femi", supplier: str = "") -> Json:
    """Ask for approval of the item with a number; return its card."""
    ready(town, number, supplier)
    shown = listing(town, supplier, who)
    before = {message["ts"] for message in town.reads("ama")}
    button = _button(shown, number)
    assert button is not None, shown["plain"]
    town.clicks(who, shown, button)

    def card() -> Json | None:
        for message in town.reads("ama"):
            if message["ts"] not in before and number in message["plain"] and "Approve for" in message["plain"]:
                return message
        return None

    found: Json = town.wait("the card", card)
    return found


def asked_and_approved(town: Town, number: str) -> Json:
    """Ask for approval and approve; return the card."""
    card = ask(town, number)
    town.clicks("ama", card, "item.approve")
    return card


def card_says(town: Town, card: Json, words: str, seconds: float = 40.0) -> Json:
    """Wait until a card says something; return it."""

    def now() -> Json | None:
        for message in town.reads("ama"):
            if message["ts"] == card["ts"] and words in message["plain"].replace("\n", " "):
                return message
        return None

    found: Json = town.wait(f"the card says {words!r}", now, seconds)
    return found


def check_published_once(town: Town, number: str, card: Json, *, paid: bool = False) -> Json:
    """Check that a publish ended as it has to, however often the bot was killed in it; return the bill."""
    card_says(town, card, "is in Bill.com, with its document")
    town.wait("the requester is told", lambda: told_in_private(town, "femi", "Published", number_of(town, number)))
    bill = only_bill(town, number)
    assert len(documents(town, bill)) == 1, documents(town, bill)
    assert f"[in Bill.com: {bill['id']}]" in dext_item(town, number)["description"]
    payments = [one for one in organization(town)["payments"] if bill["id"] in json.dumps(one)]
    assert len(payments) == (1 if paid else 0), payments
    if paid:
        assert bill["paymentStatus"] == "PAID"
    no_errors(town)
    return bill


def number_of(town: Town, number: str) -> str:
    """Return the short number, as in #7, of the item with an invoice number."""
    found = rows(town, "SELECT number FROM items WHERE reference = :number", number=number)
    return f"#{found[0][0]}"


def organization(town: Town, index: int = 0) -> Json:
    """Return all that Bill.com holds for an organisation."""
    found: Json = town.bill.look("state")["organizations"][town.bill.credentials["organizations"][index]["id"]]
    return found


def dext_item(town: Town, number: str) -> Json:
    """Return an item as Dext has it."""
    found: list[Json] = town.dext.look("state")["accounts"][0]["items"]
    return next(item for item in found if item["invoice_number"] == number)


def no_errors(town: Town, since: int = 0) -> None:
    """Check that the bot logged no error after the first so many characters of its log."""
    lines = town.log()[since:].splitlines()
    bad = [line for line in lines if '"level": "error"' in line or line.startswith("Traceback")]
    assert not bad, "\n".join(bad[:3])[:3000]


# Faults.


def hold(service: Service, method: str, path: str, phase: str, skip: int = 0) -> Callable[[Town], None]:
    """Hold the next such call; return what waits until one is held."""
    service.do("faults", method=method, path=path, phase=phase, action="hold", skip=skip)

    def wait(town: Town) -> None:
        town.wait(f"{method} {path} is held", lambda: service.look("holding")["holding"])

    return wait


def let_go(service: Service) -> None:
    """Release what is held and wait until it has gone on."""
    service.do("release")
    deadline = time.monotonic() + 10
    while service.look("holding")["holding"] and time.monotonic() < deadline:
        time.sleep(0.02)


# What people see.


def told(town: Town, who: str, *words: str, channel: str = "finance") -> Json | None:
    """Return the newest message in the channel that contains all the words."""
    return _newest(town.reads(who, channel), words)


def told_in_private(town: Town, who: str, *words: str) -> Json | None:
    """Return the newest direct message that contains all the words."""
    return _newest(town.reads_dm(who), words)


def whispered(town: Town, who: str, *words: str) -> Json:
    """Wait until somebody is told something for them alone, in the channel or in private; return it."""

    def found() -> Json | None:
        alone = [one for one in town.reads(who) if one.get("ephemeral")]
        return _newest(alone, words) or _newest(town.reads_dm(who), words)

    message: Json = town.wait(f"{who} is told {words}", found)
    return message


def words_so_far(town: Town) -> tuple[int, int]:
    """Return a place in what the bot sends to Slack, for `words_since`."""
    return len(town.slack.look("requests")), len(town.slack.look("deliveries"))


def words_since(town: Town, place: tuple[int, int]) -> str:
    """Return all that the bot sent to Slack since then, calls and answers, as one text.

    Left out are what buttons carry and plain text, in which Slack knows no markup.
    """
    sent = [entry["body"] for entry in town.slack.look("requests", since=str(place[0]))]
    answered = [delivery["ack_body"] for delivery in town.slack.look("deliveries", since=str(place[1]))]
    return json.dumps(_shown([sent, answered]))


# By hand: what nobody can do in Slack itself.


def signed(town: Town, body: bytes, at: float | None = None, secret: str = "") -> dict[str, str]:
    """Return the headers that Slack sends with a body."""
    stamp = str(int(at if at is not None else time.time()))
    key = secret or town.slack.credentials["signing_secret"]
    digest = hmac.new(key.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


def post(town: Town, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """Post straight to where the bot takes Slack's requests."""
    return httpx.post(f"{town.address}/slack/events", content=body, headers=headers, timeout=15.0, trust_env=False)


def clicks_by_hand(town: Town, who: str, action: str, value: Json, **changed: Any) -> httpx.Response:
    """Send a signed click that no button in Slack would send."""
    team, channel = town.slack.credentials["team_id"], town.channels["finance"]
    payload = {
        "type": "block_actions",
        "user": {"id": town.people[who], "username": who, "name": who, "team_id": team},
        "team": {"id": team, "domain": town.slack.credentials["team_domain"]},
        "enterprise": None,
        "is_enterprise_install": False,
        "api_app_id": town.slack.credentials["app_id"],
        "token": "unused",
        "trigger_id": "1.2.none",
        "container": {
            "type": "message", "message_ts": "1700000000.000100", "channel_id": channel, "is_ephemeral": False,
        },
        "channel": {"id": channel, "name": "finance"},
        "actions": [
            {
                "type": "button",
                "action_id": action,
                "block_id": "b",
                "value": json.dumps(value),
                "action_ts": "1700000000.000200",
            }
        ],
        **changed,
    }  # fmt: skip
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return post(town, body, signed(town, body))


# The bot's database.


def rows(town: Town, statement: str, **values: Any) -> list[Any]:
    """Return the rows of a statement."""
    engine = create_engine(town.database_url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(statement), values))
    finally:
        engine.dispose()


def select_rows(town: Town, statement: Select[Any]) -> list[Any]:
    """Return the rows of a statement about our own tables, with their types."""
    engine = create_engine(town.database_url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(statement))
    finally:
        engine.dispose()


def execute(town: Town, statement: Executable) -> None:
    """Change the database behind the bot's back."""
    engine = open_engine(town.database_url)
    try:
        with engine.begin() as connection:
            connection.execute(statement)
    finally:
        engine.dispose()


def item_id(town: Town, number: str) -> str:
    """Return the id of the item with an invoice number."""
    found = rows(town, "SELECT id FROM items WHERE reference = :number", number=number)
    return str(found[0][0])


def business(town: Town) -> Json:
    """Return the business as it is stored."""
    return dict(rows(town, "SELECT * FROM businesses")[0]._mapping)


def join(plain: str) -> str:
    """Return a text in one line."""
    return " ".join(plain.split())


def _newest(messages: list[Json], words: tuple[str, ...]) -> Json | None:
    for message in reversed(messages):
        if all(word in join(message["plain"]) for word in words):
            return message
    return None


def _button(shown: Json, number: str) -> str | None:
    for block in shown["blocks"]:
        if "accessory" in block and number in block["text"]["text"]:
            return str(block["accessory"]["action_id"])
    return None


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("type") == "plain_text":
            return None
        return {key: _shown(one) for key, one in value.items() if key not in ("value", "private_metadata")}
    return [_shown(one) for one in value] if isinstance(value, list) else value
