"""Views with invented companies, each whole and each changeable: what the builders are given in tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.approvals import Request, RequestState
from bot.domain.asks import Ask, AskState
from bot.domain.bills import BillDraft, BillLine
from bot.domain.breaks import Break, BreakStage, Prompt
from bot.domain.businesses import Business, TaxTreatment
from bot.domain.clients import Move, Work
from bot.domain.connections import Connection, Leg, LegState, Provider, Signal, Turn
from bot.domain.fields import ItemField
from bot.domain.items import Details, DocumentKind, Item, ItemStatus
from bot.domain.lines import Ref
from bot.domain.links import Attempt, Stage
from bot.domain.lists import SIX_LISTS, Entry, Found, ListName
from bot.domain.money import Money
from bot.domain.people import Right, Role
from bot.domain.plans import Plan
from bot.domain.publishing import Publish, PublishState
from bot.domain.refreshing import ListResult, ListState, Refresh, RefreshState
from bot.domain.rules import Rule, RuleKind
from bot.domain.sightings import Sighting, SightingKind
from bot.domain.views.asking import AskForm, AskView
from bot.domain.views.breaks import BreakRow, PromptView, StoppedItem, StoppedItems
from bot.domain.views.clients import ClientRow, ClientsPage, Copied
from bot.domain.views.connecting import ConnectOffer, DisconnectForm, FinishPrompt, SettingsForm
from bot.domain.views.items import Card, PublishList
from bot.domain.views.lists import AffectedItem, AffectedRule, EntryPage, RefreshOutcome, RefreshProgress
from bot.domain.views.standing import HistoryPage, HomeView, ListLine, Standing
from bot.domain.views.watching import AlarmRow, AlarmView

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ADMIN, FINANCE, APPROVER, AUDITOR = "U0ADMIN", "U0FINANCE", "U0APPROVER", "U0AUDITOR"
SECOND_ADMIN = "U0SECOND"
CHANNEL = "C0BILLS"
BUSINESS = Business("biz1", "T0TEAM", "Harbour & Pine Ltd", channel_id=CHANNEL, taken_in_at=NOW)
BILL_ID = "00n01ABCDEFGHIJKLMN1"
BILL_URL = f"https://bills.example.com/bills/{BILL_ID}"


def details(**changes: Any) -> Details:
    made = Details(
        dext_id="9001",
        kind=DocumentKind.BILL,
        processed=True,
        supplier="Müller & Söhne GmbH",
        supplier_id="00901VENDOR",
        number="INV-2041",
        issued_on=date(2026, 11, 2),
        due_on=date(2026, 12, 2),
        currency="USD",
        total=Decimal("1240.50"),
        tax=Decimal("198.07"),
        category="Office *Supplies*",
        category_id="0ca01ACCOUNT",
    )
    return replace(made, **changes)


def item(number: int = 7, **changes: Any) -> Item:
    made = Item(
        id=f"item{number}",
        business_id="biz1",
        number=number,
        details=changes.pop("details", None) or details(),
        status=ItemStatus.READY,
        lacks=(),
        taken_in_at=NOW,
    )
    return replace(made, **changes)


def lacking(number: int = 30, *why: str, **changes: Any) -> Item:
    missing = why or ("category missing: choose one with Edit",)
    return item(number, status=ItemStatus.TO_REVIEW, lacks=missing, **changes)


def plan(**changes: Any) -> Plan:
    made = Plan(
        dext_id="9001",
        draft=BillDraft(
            vendor_id="00901VENDOR",
            invoice_number="INV-2041",
            invoice_date=date(2026, 11, 2),
            due_date=date(2026, 12, 2),
            description="Printer paper [dext:9001]",
            lines=(BillLine(Decimal("1240.50"), "Printer paper", "0ca01ACCOUNT"),),
        ),
        currency="USD",
        tax=Decimal("198.07"),
        treatment=TaxTreatment.INSIDE,
        pays=False,
        supplier="Müller & Söhne GmbH",
        category="Office *Supplies*",
        original_number="INV-2041",
    )
    return replace(made, **changes)


def full_plan(**changes: Any) -> Plan:
    """Return a plan that uses every field a card can show."""
    base = plan()
    draft = replace(base.draft, invoice_number="PO-2026-000041~ab12cd")
    made = replace(
        base,
        draft=draft,
        treatment=TaxTreatment.OWN_LINE,
        pays=True,
        original_number="PO-2026-000041-LONGER-THAN-BILL-COM-TAKES",
        customer="Lighthouse <Events>",
        project_class="Retail",
        project_location="Pier 4",
        payment_method="Visa ending 4242",
        flags=(
            "invoice number shortened, Bill.com takes 21 characters",
            "supplier found in Bill.com by its name “Müller & Söhne GmbH”",
        ),
    )
    return replace(made, **changes)


def request(**changes: Any) -> Request:
    made = Request(
        id="req1",
        business_id="biz1",
        item_id="item7",
        state=RequestState.PENDING,
        plan=changes.pop("plan", None) or plan(),
        fingerprint="f" * 64,
        requested_by=FINANCE,
        requested_at=NOW,
        channel_id=CHANNEL,
    )
    return replace(made, **changes)


def decided(state: RequestState = RequestState.APPROVED, **changes: Any) -> Request:
    return request(state=state, decided_by=APPROVER, decided_at=NOW + timedelta(minutes=3), **changes)


def publish(state: PublishState = PublishState.RUNNING, **changes: Any) -> Publish:
    made = Publish(
        id="pub1",
        business_id="biz1",
        item_id="item7",
        request_id="req1",
        plan=plan(),
        state=state,
        attempts=0,
        jobs=0,
        due_at=NOW,
        started_at=NOW,
    )
    return replace(made, **changes)


def card(asked: Request | None = None, going: Publish | None = None, **changes: Any) -> Card:
    url = BILL_URL if going is not None and going.bill_id else ""
    return replace(Card(BUSINESS, asked or request(), item(), going, url), **changes)


def leg(provider: Provider, state: LegState = LegState.ACTIVE, **changes: Any) -> Leg:
    if state is LegState.NOT_CONNECTED:
        return Leg("biz1", provider)
    bill = provider is Provider.BILL
    made = Leg(
        business_id="biz1",
        provider=provider,
        state=state,
        organization_id="00801ORG" if bill else "4410",
        organization_name="Harbour & Pine (books)" if bill else "account 4410",
        user_name="Ada Admin (ada@harbour.example)" if bill else "ada",
        connected_by=ADMIN,
        connected_at=NOW - timedelta(days=40),
        checked_at=NOW - timedelta(minutes=12),
        since=NOW - timedelta(days=40),
    )
    return replace(made, **changes)


NONE = LegState.NOT_CONNECTED


def connection(bill: LegState = LegState.ACTIVE, dext: LegState = LegState.ACTIVE) -> Connection:
    return Connection(leg(Provider.BILL, bill), leg(Provider.DEXT, dext))


def joined_to(name: str) -> Connection:
    return Connection(leg(Provider.BILL, LegState.EXPIRED, organization_name=name), leg(Provider.DEXT))


def list_lines(**changes: Any) -> tuple[ListLine, ...]:
    synced = NOW - timedelta(hours=5)
    return tuple(
        replace(ListLine(name.value, 120 + place, synced, ""), **changes) for place, name in enumerate(SIX_LISTS)
    )


def standing(**changes: Any) -> Standing:
    made = Standing(
        business=BUSINESS,
        connection=connection(),
        lists=list_lines(),
        ready=12,
        ready_totals=(Money("EUR", Decimal("310")), Money("USD", Decimal("14886.00"))),
        to_review=0,
        waiting=0,
        held=0,
        failed=0,
        rejected=0,
        refreshing=False,
        admins=(ADMIN,),
        roles=frozenset({Role.ADMIN}),
        can_publish=True,
        why_not="",
        notice="",
        history=(),
        now=NOW,
    )
    return replace(made, **changes)


def turn(state: LegState = LegState.EXPIRED, **changes: Any) -> Turn:
    made = Turn("biz1", Provider.BILL, NOW, LegState.ACTIVE, state, Signal.REFUSED, "credentials:token_name_or_value")
    return replace(made, **changes)


def history(count: int, **changes: Any) -> HistoryPage:
    return replace(HistoryPage(BUSINESS, (turn(),) * count, 0, False), **changes)


def disconnect_form(**changes: Any) -> DisconnectForm:
    return replace(DisconnectForm(BUSINESS, connection(), 0, 0, True), **changes)


def offer(**changes: Any) -> ConnectOffer:
    url = "https://bot.example.com/connect/one-time-secret"
    return replace(ConnectOffer(BUSINESS, url, NOW + timedelta(minutes=15), connection(NONE, NONE)), **changes)


def attempt(**changes: Any) -> Attempt:
    made = Attempt(
        id="att1",
        business_id="biz1",
        workspace_id="T0TEAM",
        user_id=ADMIN,
        channel_id=CHANNEL,
        cookie_digest="c" * 64,
        stage=Stage.SIGNED_IN,
        expires_at=NOW + timedelta(hours=24),
        mode="sync_token",
        organization_id="00801ORG",
        organization_name="Harbour & Pine (books)",
        bill_user="Ada Admin (ada@harbour.example)",
        dext_account_id="4410",
        dext_users="ada, bo",
        signed_in_at=NOW,
    )
    return replace(made, **changes)


def prompt(problem: str = "", **changes: Any) -> FinishPrompt:
    return FinishPrompt(attempt(**changes), BUSINESS, problem)


def publish_list(**changes: Any) -> PublishList:
    ready = (
        item(7),
        item(8, details=details(supplier="Northwind Paper", number="", due_on=None, paid=True, category="Print")),
    )
    made = PublishList(
        business=BUSINESS,
        ready=ready,
        ready_count=len(ready),
        ready_totals=(Money("USD", Decimal("2481.00")),),
        lacking=(
            lacking(30),
            item(31, status=ItemStatus.REJECTED, note="rejected: wrong category, it is travel"),
            item(32, status=ItemStatus.FAILED, note="Bill.com refused it: vendor is archived"),
        ),
        lacking_count=3,
        page=0,
        pages=1,
        waiting=2,
        taken_in_at=NOW - timedelta(minutes=4),
        problem="",
        words="",
    )
    return replace(made, **changes)


def settings_form(**changes: Any) -> SettingsForm:
    empty = SettingsForm(
        Business("biz1", "T0TEAM", "Harbour & Pine Ltd"), dict.fromkeys(Role, ()), "", connection(NONE, NONE)
    )
    return replace(empty, **changes)


def list_results(state: ListState = ListState.DONE, **changes: Any) -> tuple[ListResult, ...]:
    made = ListResult(ListName.ACCOUNTS, state, read=140, added=2, changed=1, archived=3, total=1139)
    return tuple(replace(made, name=name, **changes) for name in SIX_LISTS)


def refresh(**changes: Any) -> Refresh:
    made = Refresh(
        id="ref1",
        business_id="biz1",
        requested_by=ADMIN,
        channel_id=CHANNEL,
        state=RefreshState.DONE,
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=75),
        due_at=None,
        attempts=0,
        first=False,
        lists=list_results(),
    )
    return replace(made, **changes)


def progress(**changes: Any) -> RefreshProgress:
    return RefreshProgress(BUSINESS, refresh(**changes))


def break_row(business: Business = BUSINESS, **changes: Any) -> BreakRow:
    began = NOW - timedelta(hours=2)
    made = Break(
        f"brk{business.id}",
        "prm1",
        business.id,
        Provider.BILL,
        BreakStage.EXPIRED,
        "token_revoked",
        opened_at=began,
        broken_at=began,
    )
    counts = {name: changes.pop(name, 0) for name in ("held", "published", "stopped", "under_way", "paused")}
    expires_at = changes.pop("expires_at", None)
    return BreakRow(business, replace(made, **changes), expires_at, **counts)


def broken(*rows: BreakRow, **changes: Any) -> PromptView:
    """Return a prompt of the rows, or of one break that the changes make."""
    told = {
        name: changes.pop(name) for name in ("snoozed_by", "snoozed_until", "nudged_at", "moved_at", "moved_from")
        if name in changes
    }  # fmt: skip
    made = Prompt("prm1", "T0TEAM", Provider.BILL, "token_revoked", CHANNEL, NOW - timedelta(hours=2), NOW)
    return PromptView(replace(made, **told), rows or (break_row(**changes),), (ADMIN, SECOND_ADMIN), NOW)


def stopped_items(count: int) -> StoppedItems:
    one = StoppedItem(item(9), "the category Software & Co is archived in Bill.com", "req9")
    return StoppedItems(BUSINESS, (one,) * count)


def home(**changes: Any) -> HomeView:
    made = HomeView(admins=(ADMIN,), standings=(standing(),), to_decide=())
    return replace(made, **changes)


def ask_form(right: Right = Right.APPROVE) -> AskForm:
    return AskForm(BUSINESS, right, (ADMIN,))


def ask_view(right: Right = Right.APPROVE, state: AskState = AskState.OPEN) -> AskView:
    made = Ask("ask1", "biz1", FINANCE, right, "Month end is on Friday, and <Al> is away & out.", CHANNEL, NOW, state)
    if state is not AskState.OPEN:
        made = replace(made, settled_by=ADMIN, settled_at=NOW + timedelta(hours=1))
    return AskView(BUSINESS, made, (ADMIN,))


def alarm(*kinds: SightingKind, settled: bool = False) -> AlarmView:
    told = []
    for place, kind in enumerate(kinds):
        remote = f"00n01OTHER{place}" if kind is SightingKind.BILL else f"90{place:02}"
        made = Sighting(f"sig{place}", "biz1", kind, remote, f"item{place + 7}", NOW, "sig0")
        if settled:
            made = replace(made, settled_by=ADMIN, settled_at=NOW + timedelta(hours=2))
        url = f"https://bills.example.com/bills/{remote}" if kind is SightingKind.BILL else ""
        told.append(AlarmRow(made, item(place + 7), url))
    return AlarmView(BUSINESS, tuple(told), (ADMIN,))


def client_row(move: Move, place: int = 0, **changes: Any) -> ClientRow:
    business = replace(BUSINESS, id=f"biz{place}", name=f"Client & Co. No. {place}")
    joined = connection(bill=LegState.EXPIRED) if move is Move.RECONNECT else connection()
    if move is Move.CONNECT:
        joined = connection(LegState.NOT_CONNECTED, LegState.NOT_CONNECTED)
    made = ClientRow(business, joined, Work(), move, (ADMIN,) if move not in (Move.NOTHING, Move.SYNC) else ())
    return replace(made, **changes)


def clients_page(*rows: ClientRow, **changes: Any) -> ClientsPage:
    shown = rows or (client_row(Move.NOTHING),)
    return replace(ClientsPage(shown, len(shown), 0, 0, 1, ""), **changes)


def copied(**changes: Any) -> Copied:
    made = Copied(
        BUSINESS, replace(BUSINESS, id="biz2", name="Pine Workshop"), ("roles: 3 added", "how tax is booked"), ()
    )
    return replace(made, **changes)


def affected(number: int = 7, **changes: Any) -> AffectedItem:
    gone = Entry("0ca01GONE", "Office <Supplies> & Paper", archived=True)
    return AffectedItem(item(number, **changes), ((ListName.ACCOUNTS, gone),))


def affected_rule(number: int = 1, **changes: Any) -> AffectedRule:
    gone = Entry("0ca01GONE", "Office <Supplies> & Paper", archived=True)
    made = Rule(
        f"rule{number:08}", "biz1", RuleKind.SUPPLIER, Ref("009000000001", f"Acme & <Sons> {number}"),
        {ItemField.CATEGORY: Ref(gone.id, gone.name)},
    )  # fmt: skip
    return AffectedRule(replace(made, **changes), ((ListName.ACCOUNTS, gone),))


def outcome(**changes: Any) -> RefreshOutcome:
    extras = {name: changes.pop(name) for name in ("affected", "tax_account", "rules") if name in changes}
    return RefreshOutcome(BUSINESS, refresh(**changes), **extras)


def entry_page(**changes: Any) -> EntryPage:
    entries = (
        Entry("009000000001", "Acme Cloud Services", kind="USD"),
        Entry("009000000002", "Acme <!channel> & *Sons*", archived=True),
        Entry("009000000003", "Twin", "p"),
        Entry("009000000004", "Twin"),
    )
    made = EntryPage(BUSINESS, ListName.SUPPLIERS, "", Found(entries, False, {"p": "North"}), 0, 4120, NOW, "")
    return replace(made, **changes)
