"""The chapter about a document that arrives without a category, and the rule that codes the next one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.story.publishing import ask, only_bill
from bot.sandbox.story.telling import Telling
from bot.sandbox.town import Town

Json = dict[str, Any]

_SUPPLIER, _CATEGORY = "Delphi Print Works", "Advertising"


def code_and_make_a_rule(town: Town, telling: Telling) -> None:
    """Code a document in the form, make a rule from it, and see the next one of that supplier arrive ready."""
    _arrives(town, "DPW-1201", "163.20")
    telling.does("somebody", f"sends an invoice of {_SUPPLIER} to Dext, which reads it without a category")
    lacking = _list_with(town, telling, "DPW-1201", "category missing")
    telling.does("dana", "clicks Edit… beside it and types “advert” into the category's menu")
    form = town.clicks("dana", lacking, _beside(lacking, "163.20", "item.edit"))["view"]
    telling.reads(form, "a form")
    chosen = _options(town, form, "category", "advert")
    telling.holds("the menu offers Advertising", _CATEGORY in str(chosen), chosen)
    town.submits("dana", form["id"], {f"category.{_version(form)}": {"entry.pick.category": _value(chosen)}})
    saved = town.wait("the answer", lambda: _last(town, "dana", "It is ready"))
    telling.reads(saved, "only Dana sees this")
    row = town.wait("Dext hears of it", lambda: _dext_item(town, "DPW-1201", category=_CATEGORY))
    telling.holds("Dext has the category too", row["category"] == _CATEGORY, row["category"])

    telling.does("dana", "clicks Make a Rule from This…, and Save Rule")
    rule = town.clicks("dana", saved, _action(saved, "rule.from"))["view"]
    telling.reads(rule, "a form")
    asked = town.submits("dana", rule["id"], {})["view"]
    telling.reads(asked, "the same form, which asks first")
    telling.does("dana", "clicks Apply to the Inbox")
    town.submits("dana", asked["id"], {})
    town.wait("the rule is applied", lambda: _ready(town, "DPW-1180"))

    _arrives(town, "DPW-1202", "72.40")
    telling.does("somebody", "sends the next invoice of that supplier")
    ready = _list_with(town, telling, "DPW-1202", "from rule")
    telling.does("dana", "asks for approval of it")
    card = ask(town, ready, "DPW-1202", who="dana")
    telling.reads(card, "#finance")
    telling.holds("the card says where the category came from", f"from rule “{_SUPPLIER} → " in _line(card))
    town.clicks("ama", card, "item.approve")
    town.wait("published", lambda: _bill_exists(town, "DPW-1202"))
    line = only_bill(town, "DPW-1202")["billLineItems"][0]
    telling.holds(
        "the bill is booked to Advertising",
        _account(town, line["classifications"]["chartOfAccountId"]) == _CATEGORY,
    )
    _four_eyes(town, telling)


def _four_eyes(town: Town, telling: Telling) -> None:
    """Show that whoever edited an item cannot approve it."""
    telling.does("femi", "asks for approval of the one that Dana edited, and Dana clicks Approve")
    card = ask(town, town.types("femi", "publish delphi")["shown"][-1], "DPW-1201")
    town.clicks("dana", card, "item.approve")
    refused = town.wait("the refusal", lambda: _last(town, "dana", "You edited this item"))
    telling.reads(refused, "only Dana sees this")


def _arrives(town: Town, number: str, total: str) -> None:
    today = datetime.now(UTC).date()
    town.dext.do(
        "document", payee=_SUPPLIER, invoice_number=number, category=None, total_amount=total, vat_amount="0.00",
        date=today.isoformat(), due_date=(today + timedelta(days=30)).isoformat(),
    )  # fmt: skip


def _list_with(town: Town, telling: Telling, number: str, words: str) -> Json:
    """Let Dana look into Dext and list what there is, until a document is among it."""
    shown = town.types("dana", "publish")["shown"][-1]
    town.clicks("dana", shown, "items.check")
    amount = {"DPW-1201": "163.20", "DPW-1202": "72.40"}[number]

    def listed() -> Json | None:
        found: Json = town.types("dana", "publish delphi")["shown"][-1]
        rows = [block["text"]["text"] for block in found["blocks"] if block.get("text")]
        return found if any(amount in row and words in row for row in rows) else None

    found: Json = town.wait(f"{number} is listed", listed)
    telling.does("dana", "types /dext publish delphi")
    telling.reads(found, "only Dana sees this")
    return found


def _beside(message: Json, words: str, action: str) -> str:
    rows = [block for block in message["blocks"] if "accessory" in block and words in block["text"]["text"]]
    ids = [str(block["accessory"]["action_id"]) for block in rows]
    return next(one for one in reversed(ids) if one.startswith(action))


def _action(message: Json, action: str) -> str:
    elements = [element for block in message["blocks"] for element in block.get("elements", [])]
    return next(str(one["action_id"]) for one in elements if str(one.get("action_id", "")).startswith(action))


def _version(form: Json) -> str:
    blocks = [str(block.get("block_id", "")) for block in form["blocks"]]
    return next(one.partition(".")[2] for one in blocks if one.startswith("category."))


def _options(town: Town, form: Json, which: str, words: str) -> list[Json]:
    outcome = town.slack.do(
        "options", user=town.people["dana"], view_id=form["id"], action_id=f"entry.pick.{which}", query=words
    )
    found: list[Json] = outcome["options"]
    return found


def _value(options: list[Json]) -> str:
    return next(str(one["value"]) for one in options if _CATEGORY in one["text"]["text"])


def _ready(town: Town, number: str) -> bool:
    shown = town.types("dana", "publish delphi")["shown"][-1]
    return number in shown["plain"] and "Request Approval" in shown["plain"]


def _dext_item(town: Town, number: str, **wanted: str) -> Json | None:
    found: list[Json] = town.dext.look("state")["accounts"][0]["items"]
    row = next(item for item in found if item["invoice_number"] == number)
    return row if all(row[name] == value for name, value in wanted.items()) else None


def _bill_exists(town: Town, number: str) -> bool:
    organization = town.bill.credentials["organizations"][0]["id"]
    found = town.bill.look("state")["organizations"][organization]["bills"]
    return any(bill["invoice"]["invoiceNumber"] == number for bill in found)


def _account(town: Town, account_id: str) -> str:
    organization = town.bill.credentials["organizations"][0]["id"]
    rows = town.bill.look("state")["organizations"][organization]["lists"]["chart-of-accounts"]
    return str(next(row["name"] for row in rows if row["id"] == account_id))


def _last(town: Town, who: str, words: str) -> Json | None:
    return next((one for one in reversed(town.reads(who)) if words in _line(one)), None)


def _line(message: Json) -> str:
    return " ".join(str(message["plain"]).split())
