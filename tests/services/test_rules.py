"""Rules: they act when a document is received, explain themselves, and their changes are logged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.businesses import TaxTreatment
from bot.domain.fields import ItemField, Value
from bot.domain.items import Item, ItemStatus
from bot.domain.layers import Source, explain
from bot.domain.lines import Ref
from bot.domain.lists import ListName
from bot.domain.rules import Auto, Rule, RuleKind
from bot.domain.tax import NO_TAX
from bot.errors import ConflictError, FormError, InputError, NotAllowedError, NotFoundError
from bot.services import applying
from bot.services.applying import Progress
from bot.services.rule_forms import WantedRule
from storage import changes, items
from tests.services.test_editing import again, dext_item, entry, history, save
from tests.storage.conftest import statements
from tests.support.bench import ADMIN, APPROVER, CHANNEL, FINANCE, STRANGER, WORKSPACE, Bench
from tests.support.slack import desk_of

ACME = "Acme Cloud Services"


def wanted(bench: Bench, kind: RuleKind = RuleKind.SUPPLIER, subject: Ref | None = None, **more: Any) -> WantedRule:
    given = subject if subject is not None else entry(bench, ListName.SUPPLIERS, ACME)
    sets: dict[ItemField, Value] = {ItemField[name]: value for name, value in more.pop("sets", {}).items()}
    return WantedRule(kind, given, sets, **more)


def add(bench: Bench, kind: RuleKind = RuleKind.SUPPLIER, subject: Ref | None = None, **more: Any) -> Rule:
    return bench.rules.save(WORKSPACE, ADMIN, bench.business_id, "", 0, wanted(bench, kind, subject, **more))


def software(bench: Bench) -> Ref:
    return entry(bench, ListName.ACCOUNTS, "Software Subscriptions")


def freight(bench: Bench) -> Ref:
    return entry(bench, ListName.ACCOUNTS, "Freight & Shipping")


def told(item: Item, name: ItemField) -> str:
    return str(explain(name, item.layers))


# On receipt.


def test_the_next_document_of_a_supplier_arrives_coded(both: Bench) -> None:
    rule = add(both, sets={"CATEGORY": software(both)})
    assert rule.label == "Acme Cloud Services → Software Subscriptions"
    item = both.ready_item(category=None)
    assert (item.status, item.details.category) == (ItemStatus.READY, "Software Subscriptions")
    assert told(item, ItemField.CATEGORY) == (
        "category Software Subscriptions, from rule “Acme Cloud Services → Software Subscriptions”"
    )
    assert history(both, item) == [("category", "", "Software Subscriptions", rule.label)]


def test_a_rule_covers_what_the_document_says_and_a_later_change_in_dext_covers_the_rule(bench: Bench) -> None:
    add(bench, sets={"CATEGORY": software(bench)})
    item = bench.ready_item(category="Freight & Shipping")
    assert told(item, ItemField.CATEGORY).endswith("over “Freight & Shipping” from the document")
    bench.dext_does("change", id=int(item.details.dext_id), category="Office Supplies")
    bench.intake.run(bench.business_id)
    assert again(bench, item).details.category == "Office Supplies"
    assert [one.source for one in again(bench, item).layers.of(ItemField.CATEGORY)] == [
        Source.CHANGED, Source.SUPPLIER_RULE, Source.RECEIPT,
    ]  # fmt: skip


def test_a_rule_acts_on_receipt_and_not_on_what_is_here(bench: Bench) -> None:
    item = bench.ready_item(category=None)
    add(bench, sets={"CATEGORY": software(bench)})
    bench.intake.run(bench.business_id)
    assert again(bench, item).status is ItemStatus.TO_REVIEW


def test_a_document_that_dext_still_reads_meets_the_rules_when_it_is_read(bench: Bench) -> None:
    bench.document(category=None, ready_in=60)
    bench.intake.run(bench.business_id)
    add(bench, sets={"CATEGORY": software(bench)})
    bench.clock.pass_by(seconds=61)
    bench.intake.run(bench.business_id)
    assert bench.item().details.category == "Software Subscriptions"


def test_terms_give_a_due_date_where_the_document_has_none(bench: Bench) -> None:
    add(bench, days="30", end_of_month=True)
    item = bench.ready_item(due_date=None)
    assert (item.details.due_on, item.lacks) == (date(2026, 12, 31), ())
    assert bench.ready_item(invoice_number="2").details.due_on == date(2026, 12, 17)
    save(bench, item, ISSUED_ON=date(2026, 10, 2))
    assert again(bench, item).details.due_on == date(2026, 11, 30)


def test_a_name_that_stands_for_a_supplier_brings_that_suppliers_rules(bench: Bench) -> None:
    add(bench, sets={"CATEGORY": software(bench)})
    item = bench.ready_item(payee="ACME CLD SVCS LTD", category=None)
    assert item.status is ItemStatus.TO_REVIEW
    bench.editing.save(
        WORKSPACE, FINANCE, item.id, bench.business_id, 1,
        {ItemField.SUPPLIER: entry(bench, ListName.SUPPLIERS, ACME)}, remember=True,
    )  # fmt: skip
    following = bench.ready_item(payee="Acme  CLD svcs ltd", category=None, invoice_number="2")
    assert (following.status, following.details.supplier) == (ItemStatus.READY, ACME)
    assert following.details.category == "Software Subscriptions"
    assert bench.rules.listing(WORKSPACE, FINANCE, 0).names == 1


def test_approving_a_supplier_found_by_name_confirms_it_for_documents_to_come(bench: Bench) -> None:
    item = bench.ready_item()
    (request_id,) = bench.ask(item.id)
    assert any("approving confirms it" in flag for flag in bench.approvals.card(request_id).request.plan.flags)
    bench.approvals.approve(WORKSPACE, APPROVER, request_id)
    following = bench.ready_item(invoice_number="ACS-2")
    assert following.details.supplier_id == item.details.supplier_id or following.details.supplier_id
    (second,) = bench.ask(following.id)
    plan = bench.approvals.card(second).request.plan
    assert not any("supplier found" in flag for flag in plan.flags)
    assert plan.story == ()
    bench.approvals.approve(WORKSPACE, APPROVER, second)
    assert bench.rules.listing(WORKSPACE, FINANCE, 0).names == 1


def test_who_sent_it_decides_by_a_rule_of_their_own(bench: Bench) -> None:
    add(bench, RuleKind.USER, Ref("UFIN"), sets={"CATEGORY": freight(bench)})
    add(bench, sets={"CATEGORY": software(bench)})
    bench.intake._uploaders = lambda _session, _business, ids: dict.fromkeys(ids, "UFIN")
    item = bench.ready_item(category=None)
    assert (item.uploader, item.details.category) == ("UFIN", "Freight & Shipping")


def test_no_tax_is_a_choice_that_a_rule_can_make(bench: Bench) -> None:
    assert bench.ready_item(vat_amount=None).lacks == (
        "tax setting missing: choose one with Edit, “No tax” if there is none",
    )
    add(bench, sets={"TAX_SETTING": NO_TAX})
    assert bench.ready_item(vat_amount=None, invoice_number="2").lacks == ()


def test_a_rate_gives_the_tax_and_its_own_line(bench: Bench) -> None:
    account = freight(bench)
    rate = bench.rates.add(WORKSPACE, ADMIN, bench.business_id, "Sales tax", "8.25%", TaxTreatment.OWN_LINE, account.id)
    add(bench, sets={"TAX_SETTING": rate.id})
    item = bench.ready_item(vat_amount=None, total_amount="108.25")
    assert item.lacks == ()
    (request_id,) = bench.ask(item.id)
    plan = bench.approvals.card(request_id).request.plan
    assert [(line.amount, line.account_id) for line in plan.draft.lines] == [
        (Decimal("100.00"), software(bench).id), (Decimal("8.25"), account.id),
    ]  # fmt: skip
    bench.rates.remove(WORKSPACE, ADMIN, bench.business_id, rate.id)
    other = bench.ready_item(vat_amount=None, invoice_number="2")
    assert other.lacks == ("tax setting is no longer offered: choose another with Edit",)


# Asking by itself.


def auto_asked(bench: Bench) -> list[str]:
    before = set(bench.work.told("card"))
    bench.work_off("ask")
    return [one for one in dict.fromkeys(bench.work.told("card")) if one not in before]


def with_channel(bench: Bench) -> None:
    bench.rows("UPDATE businesses SET channel_id = 'C001' RETURNING id")


def test_a_rule_asks_for_approval_by_itself_and_says_why(both: Bench) -> None:
    with_channel(both)
    add(both, sets={"CATEGORY": software(both)}, auto=Auto.ALWAYS)
    both.ready_item(category=None)
    (request_id,) = auto_asked(both)
    request = both.approvals.card(request_id).request
    assert (request.requested_by, both.item().status) == ("", ItemStatus.WAITING)
    assert "asks for approval by itself" in request.why
    assert "nothing is published without approval" in request.why
    both.approvals.approve(WORKSPACE, ADMIN, request_id)
    both.work_off("publish")
    assert len(both.bills) == 1


@pytest.mark.parametrize(
    ("method", "supplier", "account", "asks"),
    [
        (Auto.NEVER, Auto.ALWAYS, Auto.ALWAYS, False),
        (Auto.ALWAYS, Auto.NEVER, Auto.NEVER, True),
        (Auto.UNSAID, Auto.ALWAYS, Auto.NEVER, True),
        (Auto.UNSAID, Auto.NEVER, Auto.ALWAYS, False),
        (Auto.UNSAID, Auto.UNSAID, Auto.ALWAYS, True),
        (Auto.UNSAID, Auto.UNSAID, Auto.UNSAID, False),
    ],
)
def test_payment_method_before_supplier_before_account(
    bench: Bench, method: Auto, supplier: Auto, account: Auto, asks: bool
) -> None:
    with_channel(bench)
    add(bench, RuleKind.PAYMENT_METHOD, Ref(name="Company Card"), sets={"DESCRIPTION": "By card"}, auto=method)
    add(bench, sets={"DESCRIPTION": "Supplier"}, auto=supplier)
    add(bench, RuleKind.ACCOUNT, Ref(), sets={"DESCRIPTION": "Any"}, auto=account)
    item = bench.ready_item(payment_method="Company Card")
    assert item.details.description == "By card"
    assert bool(auto_asked(bench)) is asks
    trial = bench.rules.trial(WORKSPACE, FINANCE, item.number)
    assert trial.verdict.auto.asks is asks


def test_what_arrives_lacking_something_is_not_asked_for(bench: Bench) -> None:
    with_channel(bench)
    add(bench, sets={"DESCRIPTION": "x"}, auto=Auto.ALWAYS)
    bench.ready_item(category=None)
    assert auto_asked(bench) == []


def test_without_a_channel_nothing_is_asked_for_by_itself(bench: Bench) -> None:
    add(bench, sets={"DESCRIPTION": "x"}, auto=Auto.ALWAYS)
    bench.ready_item()
    assert auto_asked(bench) == []
    assert bench.item().status is ItemStatus.READY


# Making, changing, ordering, trying.


def test_a_rule_is_made_from_an_item_with_what_it_holds(bench: Bench) -> None:
    item = bench.ready_item(category=None, paid=True)
    save(bench, item, CATEGORY=software(bench))
    form = bench.rules.form(WORKSPACE, ADMIN, bench.business_id, item_id=item.id)
    assert form.rule.subject == entry(bench, ListName.SUPPLIERS, ACME)
    assert dict(form.rule.sets) == {ItemField.CATEGORY: software(bench), ItemField.PAID: True}


def test_only_admins_change_rules_and_everybody_with_a_role_reads_them(bench: Bench) -> None:
    rule = add(bench, sets={"CATEGORY": software(bench)})
    listing = bench.rules.listing(WORKSPACE, FINANCE, 0)
    assert (listing.count, listing.may_change, listing.admins) == (1, False, (ADMIN,))
    with pytest.raises(NotAllowedError):
        bench.rules.listing(WORKSPACE, STRANGER, 0)
    for act in (
        lambda: bench.rules.save(WORKSPACE, FINANCE, bench.business_id, "", 0, wanted(bench)),
        lambda: bench.rules.form(WORKSPACE, FINANCE, bench.business_id),
        lambda: bench.rules.remove(WORKSPACE, APPROVER, bench.business_id, rule.id),
        lambda: bench.rules.move(WORKSPACE, FINANCE, bench.business_id, rule.id, True),
        lambda: bench.applying.effect(WORKSPACE, FINANCE, bench.business_id, rule.id),
        lambda: bench.applying.request(WORKSPACE, FINANCE, bench.business_id, rule.id, 1),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_every_change_of_a_rule_is_logged_with_its_old_and_new_phrase(bench: Bench) -> None:
    rule = add(bench, sets={"CATEGORY": software(bench)})
    other = add(bench, subject=entry(bench, ListName.SUPPLIERS, "Blue Harbor Logistics"), sets={"PAID": True})
    bench.rules.save(WORKSPACE, ADMIN, bench.business_id, rule.id, 1, wanted(bench, sets={"CATEGORY": freight(bench)}))
    bench.rules.move(WORKSPACE, ADMIN, bench.business_id, other.id, True)
    bench.rules.move(WORKSPACE, ADMIN, bench.business_id, other.id, True)
    bench.rules.remove(WORKSPACE, ADMIN, bench.business_id, rule.id)
    with bench.database.begin() as session:
        log = changes.of_rules(session, bench.business_id, 10)
    acme = f"{ACME} → "
    assert [(one.what, one.old, one.new) for one in reversed(log)] == [
        ("added", "", f"{acme}Software Subscriptions"),
        ("added", "", "Blue Harbor Logistics → paid"),
        ("changed", f"{acme}Software Subscriptions", f"{acme}Freight & Shipping"),
        ("moved", "place 2", "place 1"),
        ("removed", f"{acme}Freight & Shipping", ""),
    ]
    assert {one.by for one in log} == {ADMIN}


def test_two_who_change_a_rule_at_once_do_not_overwrite_each_other(bench: Bench) -> None:
    rule = add(bench, sets={"CATEGORY": software(bench)})
    bench.rules.save(WORKSPACE, ADMIN, bench.business_id, rule.id, 1, wanted(bench, sets={"CATEGORY": freight(bench)}))
    with pytest.raises(ConflictError) as refused:
        bench.rules.save(WORKSPACE, ADMIN, bench.business_id, rule.id, 1, wanted(bench, sets={"PAID": True}))
    assert "It now says “Acme Cloud Services → Freight & Shipping”" in refused.value.user_message


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"subject": Ref()}, "rule_subject"),
        ({"subject": Ref("no-such-vendor", "x")}, "rule_subject"),
        ({"sets": {}}, "category"),
        ({"sets": {"CATEGORY": Ref("no-such-account")}}, "category"),
        ({"days": "soon"}, "rule_days"),
        ({"days": "999"}, "rule_days"),
        ({"days": "-1"}, "rule_days"),
    ],
)
def test_what_a_rule_cannot_be_is_said_beside_its_field(bench: Bench, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(FormError) as refused:
        add(bench, **({"sets": {"PAID": True}} | changed))
    assert list(refused.value.errors) == [field]


def test_one_supplier_has_one_rule(bench: Bench) -> None:
    add(bench, sets={"PAID": True})
    with pytest.raises(InputError) as refused:
        add(bench, sets={"CATEGORY": software(bench)})
    assert "There is a rule for that already" in refused.value.user_message


def test_a_rule_whose_category_was_archived_is_flagged_and_its_items_say_so(bench: Bench) -> None:
    add(bench, sets={"CATEGORY": software(bench)})
    bench.rows("UPDATE entries SET archived = true WHERE id = :id RETURNING id", id=software(bench).id)
    (row,) = bench.rules.listing(WORKSPACE, FINANCE, 0).rows
    assert row.problems == ("category “Software Subscriptions” is archived in Bill.com",)
    assert bench.ready_item(category=None).lacks == (
        "category “Software Subscriptions” is archived in Bill.com: choose another with Edit",
    )


def test_trying_shows_what_would_be_and_changes_nothing(bench: Bench) -> None:
    item = bench.ready_item(category=None)
    add(bench, sets={"CATEGORY": software(bench)}, days="14")
    trial = bench.rules.trial(WORKSPACE, FINANCE, item.number)
    assert [(one.field, one.new) for one in trial.changes] == [(ItemField.CATEGORY, "Software Subscriptions")]
    assert trial.verdict.trace[0].startswith(
        "Supplier, “Acme Cloud Services → Software Subscriptions, 14 days after the date”: category Software"
    )
    assert again(bench, item) == item
    with pytest.raises(NotFoundError):
        bench.rules.trial(WORKSPACE, FINANCE, 99)


def test_trying_takes_no_edit_of_ours_for_what_the_document_says(bench: Bench) -> None:
    add(bench, sets={"CATEGORY": software(bench)})
    item = bench.ready_item(category="Office Supplies", due_date="2026-12-19", project=None)
    retail = next(row for row in bench.organization.lists["accounting-classes"].values() if not row["archived"])
    save(
        bench,
        item,
        CATEGORY=freight(bench),
        DUE_ON=date(2026, 11, 30),
        NUMBER="OURS-1",
        CLASS=Ref(retail["id"], retail["name"]),
    )
    bench.work_off("write_back")
    assert dext_item(bench, item)["category"] == "Freight & Shipping"
    told = [str(one) for one in bench.rules.trial(WORKSPACE, FINANCE, item.number).told]
    assert (
        "category Software Subscriptions, from rule “Acme Cloud Services → Software Subscriptions”, over “Office "
        "Supplies” from the document"
    ) in told
    assert "due date 19 Dec 2026, from the document" in told
    assert not [line for line in told if "OURS-1" in line or retail["name"] in line]


# Applying to the inbox.


def test_applying_says_first_how_many_items_will_change(both: Bench) -> None:
    lacking = both.ready_item(category=None)
    other = both.ready_item(category=None, payee="Blue Harbor Logistics", invoice_number="2")
    waiting = both.ready_item(category="Freight & Shipping", invoice_number="3")
    both.ask(waiting.id)
    rule = add(both, sets={"CATEGORY": software(both)})
    effect = both.applying.effect(WORKSPACE, ADMIN, both.business_id, rule.id)
    assert (effect.many, [item.id for item, _ in effect.examples], effect.more) == (1, [lacking.id], False)
    assert again(both, lacking) == lacking
    both.applying.request(WORKSPACE, ADMIN, both.business_id, rule.id, rule.version)
    both.work_off("apply_rule")
    changed = again(both, lacking)
    assert (changed.status, changed.details.category, changed.editors) == (
        ItemStatus.READY, "Software Subscriptions", (ADMIN,),
    )  # fmt: skip
    assert again(both, other) == other
    assert again(both, waiting).details.category == "Freight & Shipping"
    assert both.applying.effect(WORKSPACE, ADMIN, both.business_id, rule.id).many == 0
    assert both.applying.run(both.business_id, rule.id, ADMIN, Progress("again")) == 0


def test_applying_never_covers_an_edit(bench: Bench) -> None:
    item = bench.ready_item(category=None)
    save(bench, item, CATEGORY=freight(bench))
    rule = add(bench, sets={"CATEGORY": software(bench)})
    assert bench.applying.effect(WORKSPACE, ADMIN, bench.business_id, rule.id).many == 0
    bench.applying.run(bench.business_id, rule.id, ADMIN, Progress("t1"))
    assert again(bench, item).details.category == "Freight & Shipping"


def test_whoever_applied_a_rule_is_told_once_what_came_of_it(both: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "_CHUNK", 2)
    desk = desk_of(both)
    lacking = [both.ready_item(category=None, invoice_number=f"N-{number}") for number in range(3)]
    edited = both.ready_item(category=None, invoice_number="E")
    save(both, edited, CATEGORY=freight(both))
    both.ask(both.ready_item(category="Freight & Shipping", invoice_number="W").id)
    rule = add(both, sets={"CATEGORY": software(both)})
    both.applying.request(WORKSPACE, ADMIN, both.business_id, rule.id, rule.version, CHANNEL)
    # Each job is killed after its commit, and so begun again.
    while waiting := both.work.named("apply_rule"):
        for _ in range(2):
            both.jobs.apply_rule(*waiting[0].args)
        both.work.waiting.remove(waiting[0])
    (told,) = [job for job in both.work.named("tell") if job.args[0] == "applied"]
    desk.slack.whispered.clear()
    for _ in range(2):
        both.jobs.tell(*told.args)
    desk.catch_up()
    ending = [text for _, _, text in desk.slack.whispered if "has been applied" in text]
    assert ending == [f"The rule has been applied to the inbox: {rule.label}. It changed 3 items."]
    assert desk.slack.whispered[-1][:2] == (CHANNEL, ADMIN)
    report = both.applying.report(*told.args[1].split(":")[1:])
    assert (report.changed, report.covered, report.busy) == (3, 1, 1)
    assert {again(both, item).details.category for item in lacking} == {"Software Subscriptions"}


def test_a_rule_that_is_removed_while_it_is_applied_ends_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "_CHUNK", 1)
    for number in range(2):
        bench.ready_item(category=None, invoice_number=f"N-{number}")
    rule = add(bench, sets={"CATEGORY": software(bench)})
    bench.applying.request(WORKSPACE, ADMIN, bench.business_id, rule.id, rule.version)
    (job,) = bench.work.named("apply_rule")
    bench.jobs.apply_rule(*job.args)  # and once more after a kill, when the rule is gone
    bench.rules.remove(WORKSPACE, ADMIN, bench.business_id, rule.id)
    bench.work_off("apply_rule")
    (subject,) = bench.work.told("applied")
    report = bench.applying.report(*subject.split(":")[1:])
    assert (report.rule, report.changed) == (None, 1)


def test_a_rule_that_changed_since_it_was_counted_is_not_applied(bench: Bench) -> None:
    rule = add(bench, sets={"CATEGORY": software(bench)})
    with pytest.raises(ConflictError):
        bench.applying.request(WORKSPACE, ADMIN, bench.business_id, rule.id, rule.version + 1)
    bench.rules.remove(WORKSPACE, ADMIN, bench.business_id, rule.id)
    bench.jobs.apply_rule(bench.business_id, rule.id, ADMIN)


# What it costs.


def test_taking_in_costs_the_same_for_many_documents_and_many_rules(bench: Bench) -> None:
    counts = []
    vendors = [Ref(row["id"], row["name"]) for row in bench.organization.lists["vendors"].values()][:40]
    for round_ in range(2):
        for number in range(1 if round_ == 0 else 60):
            bench.document(invoice_number=f"{round_}-{number}", category=None)
        with statements(bench.database) as seen:
            bench.intake.run(bench.business_id)
        counts.append(len(seen))
        if round_ == 0:
            for vendor in vendors:
                add(bench, subject=vendor, sets={"CATEGORY": software(bench)})
    assert counts[1] <= counts[0] + 2  # the history of what the rules changed
    with bench.database.begin() as session:
        assert items.count(session, bench.business_id, [ItemStatus.READY]) == 60
