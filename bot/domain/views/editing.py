"""An item in its forms, and what saving it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.businesses import Business
from bot.domain.editing import LinesDraft
from bot.domain.fields import ItemField, Value
from bot.domain.items import Item
from bot.domain.receiving import Change
from bot.domain.tax import TaxRate


@dataclass(frozen=True)
class EditForm:
    """Be the form of an item: what it shows in each field, and how the amounts stand.

    `problem` is what is wrong with the amounts that are typed: then they have no balance. `approvers` are those who
    could approve it after this person edited it; `gives_up` says that this person could approve it now and then
    cannot. `changed` is what others changed since the person began, `mine` what they had typed there. `unmatched` has
    the names of optional entries that Bill.com does not offer.
    """

    business: Business
    item: Item
    values: Mapping[ItemField, Value]
    rates: tuple[TaxRate, ...]
    balance: str
    problem: str = ""
    gives_up: bool = False
    approvers: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()
    mine: Mapping[ItemField, Value] = field(default_factory=dict)
    unnamed: str = ""
    unmatched: Mapping[ItemField, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LinesForm:
    """Be the form of an item's lines: a page of them, what they have to add up to, and how they stand.

    `amounts` are those that are typed in the form of the item and not saved yet: `item` holds them here, and they are
    saved with the lines.
    """

    business: Business
    item: Item
    draft: LinesDraft
    many: int
    balance: str
    problem: str = ""
    amounts: Mapping[ItemField, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Edited:
    """Be what came of an edit: the item, what was changed, and who can approve it now.

    `form` is set instead when others changed it meanwhile: nothing was saved, and it shows what they did.
    """

    item: Item
    changes: tuple[Change, ...] = ()
    asked_again: bool = False
    form: EditForm | None = None
    may_rule: bool = False
