"""The services on a bench: real ones over the pretend Bill.com and Dext, without Slack and durable work.

The pretend services are served in threads of this process and share the test's clock, so nothing
ever waits. Jobs are kept in a list and run when a test says so.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bot.clients.bill import BillApp, BillGateway, SyncToken
from bot.clients.dext import DextGateway, DextGrant
from bot.clients.http import upstream_client
from bot.clients.quota import Quota
from bot.clients.slack import SlackFile, SlackGateway
from bot.domain.connections import Leg, LegState, Provider
from bot.domain.items import Item, ItemStatus
from bot.domain.lists import Entry, ListName
from bot.domain.people import Role
from bot.domain.publishing import Publish
from bot.domain.work import Job
from bot.engine import DurableWork
from bot.errors import InvalidFieldError, RefusedError
from bot.notify import Notify
from bot.sandbox import bill as pretend_bill
from bot.sandbox import dext as pretend_dext
from bot.sandbox.wire import Asgi, Fault, SandboxClock
from bot.services.access import StoredBillAccess, StoredDextAccess
from bot.services.applying import Applying
from bot.services.approvals import Approvals
from bot.services.asking import Asking
from bot.services.base import Base, Pace
from bot.services.breaks import Breaks
from bot.services.clients import Clients
from bot.services.connecting import Addresses, Connecting
from bot.services.consequences import Consequences
from bot.services.disconnecting import Disconnecting
from bot.services.dividing import Dividing
from bot.services.editing import Editing
from bot.services.finishing import Finishing
from bot.services.health import Health, secret_owner
from bot.services.holding import Holding
from bot.services.intake import Intake
from bot.services.lookup import Lookup
from bot.services.messages import Messages
from bot.services.people import People
from bot.services.previews import Previews
from bot.services.prompts import Prompts
from bot.services.publishing import Publishing
from bot.services.pushing import Pushing
from bot.services.rates import Rates
from bot.services.receipts import Receipts
from bot.services.refreshing import Refreshing
from bot.services.rules import Rules
from bot.services.sending import Sending
from bot.services.status import Status
from bot.services.suppliers import Suppliers
from bot.services.transitions import Transitions
from bot.services.watching import Watching
from bot.services.writing import Writing
from bot.workflows.jobs import Jobs
from storage import items, legs, lists, people, publishes
from storage.database import Database
from storage.uploads import uploaders_of
from storage.vault import Vault
from tests.conftest import FakeClock

WORKSPACE, CHANNEL = "T001", "C001"
ADMIN, SECOND_ADMIN, FINANCE, APPROVER, AUDITOR, STRANGER = "UADMIN", "UADMIN2", "UFIN", "UAPP", "UAUDIT", "UNOBODY"
PUBLIC = "http://127.0.0.1:9"


class TiedClock(SandboxClock):
    """Tell the pretend services the test's time."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def now(self) -> Any:
        return self._clock()

    def advance(self, seconds: float) -> None:
        self._clock.pass_by(seconds=seconds)


class Stage:
    """Serve whichever application a test puts on it, on one port for the whole run."""

    def __init__(self) -> None:
        self.app: Asgi | None = None
        config = uvicorn.Config(
            self._play, host="127.0.0.1", port=0, log_level="critical", lifespan="off", interface="asgi3"
        )
        self._server = uvicorn.Server(config)
        sock = config.bind_socket()
        sock.listen(100)  # who calls before the thread is up waits in the line
        self.address = f"http://127.0.0.1:{sock.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [sock]}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)

    async def _play(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@dataclass
class Stages:
    bill: Stage = field(default_factory=Stage)
    dext: Stage = field(default_factory=Stage)

    def close(self) -> None:
        self.bill.close()
        self.dext.close()


class FakeWork:
    """Keep jobs as durable work would: each id once, and none of a transaction that was rolled back."""

    def __init__(self) -> None:
        self.waiting: list[Job] = []
        self.asked: list[Job] = []
        self.ignored: list[Job] = []

    def enqueue(self, *jobs: Job) -> None:
        for job in jobs:
            if any(job.id == earlier.id for earlier in self.asked):
                self.ignored.append(job)
                continue
            self.asked.append(job)
            self.waiting.append(job)

    def enqueue_in(self, session: object, *jobs: Job) -> None:
        event.listen(cast("Session", session), "after_commit", lambda _: self.enqueue(*jobs), once=True)

    def named(self, name: str) -> list[Job]:
        return [job for job in self.waiting if job.name == name]

    def told(self, kind: str) -> list[str]:
        return [job.args[1] for job in self.asked if job.name == "tell" and job.args[0] == kind]


class QuietNotify:
    """Stand where messages are written, and write none."""

    def tell(self, kind: str, subject: str) -> None: ...

    def progress(self, refresh_id: str) -> None: ...

    def taken_in(self, workspace_id: str, business_id: str, user_id: str, new: int | None, channel_id: str) -> None: ...

    def zone_of(self, user_id: str) -> str:
        return "Europe/London"


class FakeFiles:
    """Stand where Slack keeps files: each by its id, and errors that a test wants raised, in order."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, bytes]] = {}
        self.errors: list[Exception] = []

    def file(self, file_id: str) -> SlackFile:
        if self.errors:
            raise self.errors.pop(0)
        if file_id not in self.kept:
            raise RefusedError(service="Slack", reason="file_not_found")
        name, content = self.kept[file_id]
        return SlackFile(file_id, name, name.rpartition(".")[2], len(content), f"https://files.slack.com/{file_id}")

    def content(self, file: SlackFile, limit: int) -> bytes:
        content = self.kept[file.id][1]
        if len(content) > limit:
            raise InvalidFieldError(service="Slack", reason="too large")
        return content


class NoEngine:
    """Stand where durable work is looked after."""

    def take_over_the_dead(self) -> int:
        return 0

    def sweep(self, before: object) -> int:
        return 0

    def alarms(self) -> int:
        return 0


class Bench:
    """Hold the services, what they stand on, and both pretend services."""

    def __init__(self, stages: Stages, database: Database, clock: FakeClock, **seeds: Any) -> None:
        tied = TiedClock(clock)
        self.clock, self.database, self.work = clock, database, FakeWork()
        self.stages = stages
        self.bill = pretend_bill.build(tied, seeds.get("bill", "small"))
        self.dext = pretend_dext.build(tied, seed=seeds.get("dext", "empty"))
        stages.bill.app, stages.dext.app = self.bill.app, self.dext.app
        self.addresses = Addresses(PUBLIC, stages.bill.address, offers_sign_in=True)
        self._http = httpx.Client(trust_env=False, timeout=10)
        self._bill_at, self._dext_at = stages.bill.address, stages.dext.address
        self._upstream = [upstream_client(f"{self._bill_at}"), upstream_client(f"{self._bill_at}/api/v2"),
                          upstream_client(self._dext_at)]  # fmt: skip
        oauth, ids = self.bill.credentials["oauth"], itertools.count(1)
        self.base = Base(
            database=database,
            vault=Vault({"k1": b"1" * 32}),
            work=self.work,
            bill=BillGateway(
                self._upstream[0],
                self._upstream[1],
                BillApp(
                    SecretStr(self.bill.credentials["devKey"]), oauth["clientId"], SecretStr(oauth["clientSecret"])
                ),
                Quota(),
                clock,
                _no_pause,
            ),
            dext=DextGateway(
                self._upstream[2],
                self.dext.credentials["client_id"],
                SecretStr(self.dext.credentials["client_secret"]),
                clock,
                _no_pause,
                redirect_uri=self.addresses.dext_callback,
            ),
            clock=clock,
            new_id=lambda: f"id{next(ids):06}",
            pace=Pace(),
        )
        self.put_together()
        self._begin()

    def put_together(self) -> None:
        """Make every service anew on what they stand on, as a restart does."""
        self.breaks = Breaks(self.base)
        self.people, self.messages = People(self.base, self.breaks), Messages(self.base)
        self.status, self.prompts = Status(self.base), Prompts(self.base, self.breaks)
        self.transitions, self.holding = Transitions(self.base, self.breaks), Holding(self.base, self.breaks)
        self.health = Health(self.base, self.transitions)
        self.pushing, self.consequences = Pushing(self.base, self.health), Consequences(self.base)
        self.refreshing = Refreshing(self.base, self.health, self.pushing)
        self.lookup = Lookup(self.base)
        self.connecting = Connecting(self.base, self.breaks, self.transitions, self.addresses)
        self.finishing = Finishing(self.base, self.refreshing, self.breaks, self.transitions)
        self.disconnecting = Disconnecting(self.base, self.transitions)
        self.approvals = Approvals(self.base, "https://bill.example")
        self.intake, self.publishing = Intake(self.base, self.health, uploaders_of), Publishing(self.base, self.health)
        self.asking, self.clients = Asking(self.base), Clients(self.base)
        self.watching = Watching(self.base, self.health, "https://bill.example")
        self.previews = Previews(self.base, self.health, PUBLIC)
        self.files = FakeFiles()
        self.receipts = Receipts(self.base, on=True)
        self.sending = Sending(self.base, self.health, cast("SlackGateway", self.files))
        self.suppliers = Suppliers(self.base, self.health, self.intake)
        self.editing, self.writing = Editing(self.base), Writing(self.base, self.health)
        self.dividing, self.rules = Dividing(self.base, self.editing), Rules(self.base)
        self.applying, self.rates = Applying(self.base), Rates(self.base)
        self.jobs = Jobs(
            base=self.base,
            engine=cast("DurableWork", NoEngine()),
            people=self.people,
            health=self.health,
            finishing=self.finishing,
            refreshing=self.refreshing,
            pushing=self.pushing,
            intake=self.intake,
            publishing=self.publishing,
            holding=self.holding,
            breaks=self.breaks,
            prompts=self.prompts,
            watching=self.watching,
            messages=self.messages,
            notify=cast("Notify", QuietNotify()),
            previews=self.previews,
            receipts=self.receipts,
            sending=self.sending,
            suppliers=self.suppliers,
            approvals=self.approvals,
            writing=self.writing,
            applying=self.applying,
        )

    def _begin(self) -> None:
        self.people.install(WORKSPACE, "Harbor & Pine", "UBOT", "Harbor & Pine", ADMIN)
        with self.database.begin() as session:
            self.business_id = people.businesses_in(session, WORKSPACE)[0].id
            for user, role in ((FINANCE, Role.FINANCE), (APPROVER, Role.APPROVER), (AUDITOR, Role.AUDITOR)):
                people.give_role(session, self.business_id, user, role, ADMIN, self.clock())

    def close(self) -> None:
        for client in (self._http, *self._upstream):
            client.close()

    # The other side.

    @property
    def organization_id(self) -> str:
        return str(self.bill.credentials["organizations"][0]["id"])

    @property
    def organization(self) -> Any:
        return self.bill.state.organizations[self.organization_id]

    @property
    def bills(self) -> list[dict[str, Any]]:
        return list(self.organization.lists["bills"].values())

    def bill_does(self, call: str, **body: Any) -> Any:
        return self._control(self._bill_at, call, body)

    def dext_does(self, call: str, **body: Any) -> Any:
        return self._control(self._dext_at, call, body)

    def dext_state(self, account: int = 0) -> Any:
        return self._http.get(f"{self._dext_at}/_control/state").json()["accounts"][account]

    def document(self, **changes: Any) -> int:
        """Let a complete document arrive in Dext; return its id there."""
        body = {
            "payee": "Acme Cloud Services",
            "invoice_number": "ACS-1",
            "category": "Software Subscriptions",
            "total_amount": "100.00",
            "vat_amount": "0.00",
            "date": "2026-11-17",
            "due_date": "2026-12-17",
            "description": "Hosting",
        }
        return int(self.dext_does("document", **(body | changes))["id"])

    def bill_fails(self, **fault: Any) -> None:
        self.bill.wire.faults.append(Fault(**fault))

    def dext_fails(self, **fault: Any) -> None:
        self.dext.wire.faults.append(Fault(**fault))

    def calls(self, method: str, path: str) -> list[Any]:
        """Return what arrived at Bill.com."""
        return [entry for entry in self.bill.wire.requests if (entry.method, entry.path) == (method, path)]

    def http(self) -> httpx.Client:
        return self._http

    def _control(self, address: str, call: str, body: dict[str, Any]) -> Any:
        reply = self._http.post(f"{address}/_control/{call}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    # Our side.

    def connect(self) -> None:
        """Make both legs live, without the walk through the pages."""
        token = self.bill.credentials["organizations"][0]["syncToken"]
        StoredBillAccess(self.base, self.owner(Provider.BILL)).keep_token(
            SyncToken(token["name"], SecretStr(token["value"]), self.organization_id)
        )
        issued = self.dext_does("grant", account=None)
        access = StoredDextAccess(self.base, self.owner(Provider.DEXT))
        access.keep_grant(DextGrant(SecretStr(issued["access_token"]), SecretStr(issued["refresh_token"]), None))
        account = str(self.dext.credentials["accounts"][0]["id"])
        for provider, where in ((Provider.BILL, self.organization_id), (Provider.DEXT, account)):
            self.keep_leg(Leg(self.business_id, provider, LegState.ACTIVE, "sync_token", where, "Harbor & Pine"))

    def owner(self, provider: Provider) -> str:
        return secret_owner(WORKSPACE, self.business_id, provider)

    def leg(self, provider: Provider) -> Leg:
        with self.database.begin() as session:
            return legs.find(session, self.business_id, provider)

    def keep_leg(self, leg: Leg) -> None:
        with self.database.begin() as session:
            legs.keep(session, leg)

    def copy_lists(self) -> None:
        """Take Bill.com's lists over at once, as a refresh would have."""
        theirs = self.organization.lists
        sources: dict[ListName, tuple[str, Callable[[Any], str]]] = {
            ListName.SUPPLIERS: ("vendors", lambda row: row["billCurrency"]),
            ListName.ACCOUNTS: ("chart-of-accounts", lambda row: row["account"]["type"]),
            ListName.CUSTOMERS: ("customers", lambda _: ""),
            ListName.CLASSES: ("accounting-classes", lambda _: ""),
            ListName.LOCATIONS: ("locations", lambda _: ""),
        }
        with self.database.begin() as session:
            for name, (place, kind) in sources.items():
                rows = [
                    Entry(row["id"], row["name"], kind=kind(row), archived=row["archived"])
                    for row in theirs[place].values()
                ]
                lists.take_page(session, self.business_id, name, 1, rows)
                lists.keep_age(session, self.business_id, name, 1, len(rows), self.clock(), "")

    def ready(self) -> Bench:
        """Connect, have the lists, and go on from there."""
        self.connect()
        self.copy_lists()
        return self

    def items(self, *statuses: ItemStatus) -> list[Item]:
        with self.database.begin() as session:
            return items.page(session, self.business_id, statuses or list(ItemStatus), limit=1000)

    def item(self) -> Item:
        (only,) = self.items()
        return only

    def ready_item(self, **changes: Any) -> Item:
        """Let a complete document arrive and be taken in; return its item."""
        dext_id = str(self.document(**changes))
        self.intake.run(self.business_id)
        return next(item for item in self.items() if item.details.dext_id == dext_id)

    def ask(self, *item_ids: str, by: str = FINANCE) -> list[str]:
        """Ask for approval; return the ids of the requests."""
        before = set(self.work.told("card"))
        self.approvals.request(WORKSPACE, by, list(item_ids), CHANNEL)
        return [asked for asked in dict.fromkeys(self.work.told("card")) if asked not in before]

    def approved(self, **changes: Any) -> str:
        """Bring a document as far as an approved publish; return the publish's id."""
        item = self.ready_item(**changes)
        (request_id,) = self.ask(item.id)
        self.approvals.approve(WORKSPACE, APPROVER, request_id)
        return self.publish_of(item.id).id

    def publish_of(self, item_id: str) -> Publish:
        with self.database.begin() as session:
            found = publishes.find_of(session, item_id)
        assert found is not None
        return found

    def publish(self, publish_id: str) -> Publish:
        with self.database.begin() as session:
            return publishes.get(session, publish_id)

    def work_off(self, *names: str, most: int = 100) -> int:
        """Run what waits, in order, letting the time of delays pass; messages are left. Return how many ran."""
        table, ran = self.jobs.table(), 0
        while ran < most:
            job = next((one for one in self.work.waiting if one.name != "tell" and one.name in (names or table)), None)
            if job is None:
                return ran
            self.work.waiting.remove(job)
            self.clock.pass_by(seconds=job.delay)
            table[job.name](*job.args)
            ran += 1
        raise AssertionError(f"{most} jobs ran and there is still more to do")

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.database.begin() as session:
            return list(session.execute(text(statement), values))


def at_once(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *calls: Callable[[], Any]) -> list[str]:
    """Run calls so that each waits for the others just before it writes, as long as the database lets them.

    Return how each ended: "done", or the name of its error.
    """
    meeting, original = threading.Barrier(len(calls)), getattr(module, name)
    outcomes: list[str] = []

    def meet(*args: Any, **named: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=0.4)  # one that is locked out never comes: its turn is later
        return original(*args, **named)

    def run(call: Callable[[], Any]) -> None:
        try:
            call()
            outcomes.append("done")
        except Exception as error:  # noqa: BLE001 - whatever it is, the test compares its name
            outcomes.append(type(error).__name__)

    monkeypatch.setattr(module, name, meet)
    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


def _no_pause(_seconds: float) -> None:
    """Stand where clients pause between two tries."""
