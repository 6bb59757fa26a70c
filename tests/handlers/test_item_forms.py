"""Forms of items, lines and rules: what they give back is what they came with, and they are drawn anew in place."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import pytest

from blocks.dividing import lines_modal
from blocks.editing import edit_modal
from blocks.ids import Action, Field, View
from blocks.rates import rate_modal
from blocks.rules import apply_modal, rule_modal
from bot.domain.businesses import TaxTreatment
from bot.domain.editing import read
from bot.domain.fields import ItemField
from bot.domain.lines import Ref
from bot.domain.lists import Found, ListName
from bot.domain.rules import Auto, RuleKind
from bot.domain.views.editing import Edited
from bot.domain.views.rules import RuleEffect, RuleForm
from bot.errors import FormError
from bot.sandbox.slack.check import check_ack, check_view
from tests.blocks import states_editing as states
from tests.blocks import views as v

from .room import TEAM, Room

EDIT = edit_modal(states.edit_form())
LINES = lines_modal(states.lines_form())
RULE = rule_modal(RuleForm(v.BUSINESS, states.RULE, states.RATES))


def option(label: str, value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": label}, "value": value}


def call_of(room: Room, name: str) -> Any:
    service, method = name.split(".")
    mock: Mock = getattr(getattr(room.desk, service), method)
    return mock.call_args


def ack(body: str | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body or "{}")
    return found


def test_the_form_of_an_item_gives_back_what_it_came_with(room: Room) -> None:
    answer = room.send_back(EDIT)
    assert (answer.status, answer.body) == (200, "")
    handed = call_of(room, "editing.save")
    assert handed.args[:5] == (TEAM, v.APPROVER, "item7", "biz1", 3)
    values, errors = read(handed.args[5], v.NOW.date())
    assert errors == {}
    form = states.edit_form().values
    assert values == {**form, ItemField.CATEGORY: values[ItemField.CATEGORY]}
    category = values[ItemField.CATEGORY]
    assert isinstance(category, Ref)
    assert category.id == states.OFFICE.id
    assert room.told[0]["text"].startswith("Saved 1 change to #7")


@pytest.mark.parametrize("opened_by", ["typing", "a click"])
def test_saving_is_told_where_the_form_was_opened(room: Room, opened_by: str) -> None:
    if opened_by == "typing":
        room.type("edit 7")
    else:
        room.click(f"{Action.ITEM_EDIT}.7", {"i": "item7", "b": "biz1"})
    form = room.opened[-1]["view"]
    room.desk.dividing.begin.return_value = states.lines_form()  # type: ignore[attr-defined]
    room.click_in(form, f"{Action.ITEM_CHECK}.total")
    room.click_in(room.opened[-1]["view"], Action.LINES_OPEN, {"i": "item7", "b": "biz1", "p": 0})
    room.send_back(room.opened[-1]["view"])
    changed = Edited(states.item(), form=states.edit_form(changed=states.CHANGES))
    room.desk.editing.save.side_effect = [changed, Edited(states.item())]  # type: ignore[attr-defined]
    again = ack(room.send_back(form).body)["view"]
    room.send_back(again)
    assert [told["channel_id"] for told in room.told] == [v.CHANNEL, v.CHANNEL]


def test_saving_a_form_opened_in_home_is_told_in_the_bots_own_messages(room: Room) -> None:
    room.click_at_home(f"{Action.ITEM_EDIT}.7", {"i": "item7", "b": "biz1"})
    room.send_back(room.opened[-1]["view"])
    assert [told["channel_id"] for told in room.told] == [""]


def test_what_is_optional_in_the_form_says_when_it_is_needed() -> None:
    inputs = {block["block_id"].partition(".")[0]: block for block in EDIT["blocks"] if block["type"] == "input"}
    for name in ("supplier", "category", "total", "date", "due_date"):
        assert "needed before the item can be published" in inputs[name]["hint"]["text"], name
    assert "max_length" not in inputs["currency"]["element"]


def test_a_blank_form_gives_back_blanks(room: Room) -> None:
    form = states.edit_form()
    blank = {name: name.blank for name in form.values}
    room.send_back(edit_modal(replace(form, values=blank, rates=())))
    values, errors = read(call_of(room, "editing.save").args[5], v.NOW.date())
    assert errors == {}
    assert values == {name: name.blank for name in form.values}


@pytest.mark.parametrize(("ticked", "remembered"), [([{"value": "yes"}], True), ([], False)])
def test_a_name_is_remembered_only_when_it_is_ticked(room: Room, ticked: list[Any], remembered: bool) -> None:
    room.send_back(edit_modal(states.edit_form(unnamed="ACME LTD")), remember=ticked)
    assert call_of(room, "editing.save").kwargs == {"remember": remembered, "leave_out": ()}


def test_names_that_bill_com_does_not_know_are_left_out_when_they_are_ticked(room: Room) -> None:
    unknown = {ItemField.CUSTOMER: "Pine <Street>", ItemField.PROJECT: "Winter fair"}
    room.send_back(edit_modal(states.edit_form(unmatched=unknown)), leave_out=[{"value": "customer"}])
    assert call_of(room, "editing.save").kwargs["leave_out"] == (ItemField.CUSTOMER,)


def test_what_is_wrong_is_said_beside_each_field(room: Room) -> None:
    room.desk.editing.save.side_effect = FormError({"total": "No amount.", "date": "Which year?"})  # type: ignore[attr-defined]
    said = ack(room.send_back(EDIT).body)
    assert said == {"response_action": "errors", "errors": {"total.3": "No amount.", "date.3": "Which year?"}}
    assert check_ack(said, "submission", view=EDIT) == []


def test_the_second_editor_gets_the_form_as_it_is_now(room: Room) -> None:
    changed = states.edit_form(changed=states.CHANGES, item=replace(states.item(), version=4))
    room.desk.editing.save.return_value = Edited(states.item(), form=changed)  # type: ignore[attr-defined]
    said = ack(room.send_back(EDIT).body)
    assert said["response_action"] == "update"
    assert "was changed while you were at it" in json.dumps(said["view"])
    assert json.loads(said["view"]["private_metadata"])["v"] == 4
    assert check_view(said["view"]) == []
    assert room.told == []


@pytest.mark.parametrize("which", ["total", "tax", "setting"])
def test_amounts_are_checked_in_the_form_and_what_is_typed_stays(room: Room, which: str) -> None:
    form = edit_modal(states.edit_form(item=replace(states.item(), version=2)))
    assert room.click_in(form, f"{Action.ITEM_CHECK}.{which}").status == 200
    assert call_of(room, "editing.form").args[4][ItemField.TOTAL] == "1240.50"
    (drawn,) = room.opened
    assert drawn["updated"] == "V1"
    assert [block.get("block_id") for block in drawn["view"]["blocks"]] == [b.get("block_id") for b in form["blocks"]]
    assert drawn["view"]["private_metadata"] == form["private_metadata"], "saving compares with what was opened"


@pytest.mark.parametrize(
    ("menu", "name"),
    [("supplier", ListName.SUPPLIERS), ("category", ListName.ACCOUNTS), ("class_12", ListName.CLASSES),
     ("location_1", ListName.LOCATIONS), ("customer_0", ListName.CUSTOMERS),
     ("payment_method_0", ListName.PAYMENT_METHODS), ("approver", ListName.APPROVERS)],
)  # fmt: skip
def test_each_menu_asks_its_own_list(room: Room, menu: str, name: ListName) -> None:
    room.desk.lookup.find.return_value = Found((), more=False)  # type: ignore[attr-defined]
    said = room.look_in(EDIT, f"{Action.ENTRY_PICK}.{menu}", "ac")
    assert ack(said.body) == {"options": []}
    handed = call_of(room, "lookup.find")
    assert handed.args == (TEAM, v.APPROVER, name, "ac")
    assert handed.kwargs["business_id"] == "biz1"


def test_lines_are_laid_over_the_form_of_the_item_with_what_is_typed_there(room: Room) -> None:
    room.desk.dividing.begin.return_value = states.lines_form()  # type: ignore[attr-defined]
    room.click_in(EDIT, Action.LINES_OPEN, {"i": "item7", "b": "biz1", "p": 0})
    (opened,) = room.opened
    assert opened["pushed"] == "1.2.three"
    assert opened["view"]["callback_id"] == View.LINES
    handed = call_of(room, "dividing.begin").args
    assert handed[:5] == (TEAM, v.APPROVER, "item7", "biz1", 3)
    assert handed[5][ItemField.TOTAL] == "1240.50"


def test_the_form_of_the_item_comes_back_where_its_amounts_cannot_be_divided(room: Room) -> None:
    room.desk.dividing.begin.return_value = states.edit_form(problem="Total: no amount.")  # type: ignore[attr-defined]
    room.click_in(EDIT, Action.LINES_OPEN, {"i": "item7", "b": "biz1", "p": 0})
    (drawn,) = room.opened
    assert drawn["updated"] == "V1"
    assert "Total: no amount." in json.dumps(drawn["view"])


def test_amounts_that_are_not_saved_yet_go_along_with_the_lines(room: Room) -> None:
    form = lines_modal(states.lines_form(10, amounts=states.AMOUNTS))
    typed = {
        ItemField.TOTAL: "1500", ItemField.TAX: "", ItemField.CURRENCY: "E<R", ItemField.TAX_SETTING: "none",
    }  # fmt: skip
    room.desk.dividing.form.return_value = states.lines_form(amounts=states.AMOUNTS)  # type: ignore[attr-defined]
    memory = json.loads(form["private_metadata"])
    stale = {**form, "private_metadata": json.dumps({**memory, "v": 2})}
    for action in (Action.LINES_ADD, Action.LINES_SPLIT, f"{Action.LINE_REMOVE}.2", f"{Action.LINES_OPEN}.next"):
        room.desk.dividing.form.reset_mock()  # type: ignore[attr-defined]
        room.click_in(stale, action, {"i": "item7", "b": "biz1", "p": 2})
        asked = room.desk.dividing.form.call_args_list  # type: ignore[attr-defined]
        assert [call.kwargs["typed"] for call in asked] == [typed] * len(asked), action
    turned = json.loads(room.opened[-1]["view"]["private_metadata"])
    assert (turned["v"], turned["t"]) == (2, memory["t"]), "saving compares with what they were typed over"
    room.send_back(form)
    assert call_of(room, "dividing.save").args[6] == typed


@pytest.mark.parametrize(
    ("action", "value", "asked"),
    [(Action.LINES_ADD, {}, "add"), (f"{Action.LINE_REMOVE}.2", {"p": 2}, "remove"), (Action.LINES_SPLIT, {}, "split")],
)
def test_lines_are_changed_in_place_with_what_is_typed(
    room: Room, action: str, value: dict[str, Any], asked: str
) -> None:
    room.click_in(LINES, action, {"i": "item7", "b": "biz1"} | value)
    draft = room.desk.dividing.form.call_args_list[0].args[4]  # type: ignore[attr-defined]
    assert [(row.key, row.amount, row.description) for row in draft.rows] == [
        (1, "100.00", "Paper & <ink>"), (2, "200.00", "Paper & <ink>"),
    ]  # fmt: skip
    assert draft.rows[0].category.id == states.OFFICE.id
    assert call_of(room, f"dividing.{asked}") is not None
    (drawn,) = room.opened
    assert drawn["updated"] == "V1"
    assert check_view(drawn["view"]) == []


def test_lines_are_saved_with_their_page(room: Room) -> None:
    room.send_back(LINES, line_amount="50", lines_net=[{"value": "yes"}])
    handed = call_of(room, "dividing.save").args
    assert handed[:5] == (TEAM, v.APPROVER, "item7", "biz1", 3)
    assert ([row.amount for row in handed[5].rows], handed[5].net, handed[5].count) == (["50", "50"], True, 2)


def test_a_wrong_line_is_said_beside_it(room: Room) -> None:
    room.desk.dividing.save.side_effect = FormError({"line_amount.2": "No amount."})  # type: ignore[attr-defined]
    said = ack(room.send_back(LINES).body)
    assert said["errors"] == {"line_amount.2": "No amount."}
    assert check_ack(said, "submission", view=LINES) == []


def test_the_form_of_a_rule_gives_back_what_it_came_with(room: Room) -> None:
    assert room.send_back(RULE).body == ""
    handed = call_of(room, "rules.save").args
    assert handed[:5] == (TEAM, v.APPROVER, "biz1", "rule1", 1)
    wanted = handed[5]
    assert (wanted.kind, wanted.subject.id, wanted.auto) == (RuleKind.SUPPLIER, states.SUPPLIER.id, Auto.ALWAYS)
    assert (wanted.days, wanted.end_of_month) == ("30", True)
    assert {name: getattr(value, "id", value) for name, value in wanted.sets.items()} == {
        ItemField.CATEGORY: states.OFFICE.id, ItemField.PAID: True,
    }  # fmt: skip
    assert room.told[0]["text"].startswith("Rule saved: Müller")


def test_a_rule_that_would_change_the_inbox_asks_first(room: Room) -> None:
    effect = RuleEffect(v.BUSINESS, states.RULE, 12, ((states.item(), states.CHANGES[:1]),))
    room.desk.applying.effect.return_value = effect  # type: ignore[attr-defined]
    said = ack(room.send_back(RULE).body)
    assert said["response_action"] == "update"
    assert "It would also change 12 items" in json.dumps(said["view"])
    assert check_ack(said, "submission", view=RULE) == []
    assert call_of(room, "applying.request") is None
    assert ack(room.send_back(apply_modal(effect)).body) == {"response_action": "clear"}
    assert call_of(room, "applying.request").args == (TEAM, v.APPROVER, "biz1", "rule1", 1, "")


@pytest.mark.parametrize("kind", list(RuleKind))
def test_another_kind_draws_the_form_anew_with_the_rest_kept(room: Room, kind: RuleKind) -> None:
    chosen = option(kind.label, kind.value)
    form = {
        **RULE,
        "blocks": [
            {**block, "element": {**block["element"], "initial_option": chosen}}
            if block.get("block_id") == Field.RULE_KIND
            else block
            for block in RULE["blocks"]
        ],
    }
    room.click_in(form, Action.RULE_KIND)
    (drawn,) = room.opened
    assert drawn["updated"] == "V1"
    assert check_view(drawn["view"]) == []
    text = json.dumps(drawn["view"])
    assert states.OFFICE.id in text
    assert (f"rule_subject.{kind.value}" in text) is (kind is not RuleKind.ACCOUNT)
    assert states.SUPPLIER.id not in text


def test_a_person_is_the_subject_of_a_rule_of_their_own(room: Room) -> None:
    rule = replace(states.RULE, kind=RuleKind.USER, subject=Ref(v.FINANCE))
    room.send_back(rule_modal(RuleForm(v.BUSINESS, rule, ())))
    assert call_of(room, "rules.save").args[5].subject == Ref(v.FINANCE)


def test_a_rate_is_handed_over(room: Room) -> None:
    room.send_back(rate_modal(v.BUSINESS), rate_name="VAT", rate_percent="20")
    assert call_of(room, "rates.add").args == (
        TEAM, v.APPROVER, "biz1", "VAT", "20", TaxTreatment.INSIDE, "",
    )  # fmt: skip
    assert Decimal("20") == states.RATES[0].percent
    assert "can be chosen" in room.told[0]["text"]


@pytest.mark.parametrize("typed", ["edit", "edit seven", "edit 7x", "rules try", "rules try 99999999999"])
def test_a_number_that_is_none_is_said(room: Room, typed: str) -> None:
    said = ack(room.type(typed).body)
    assert "Type the item's number after it, such as `/dext" in said["text"]
    assert room.opened == []
