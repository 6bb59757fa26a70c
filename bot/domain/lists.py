"""The lists that Bill.com owns and of which Dext and the bot hold copies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ListName(StrEnum):
    """Name a list; the value is what storage and people's commands use."""

    ACCOUNTS = "accounts"
    SUPPLIERS = "suppliers"
    CUSTOMERS = "customers"
    CLASSES = "classes"
    LOCATIONS = "locations"
    PAYMENT_METHODS = "payment_methods"
    APPROVERS = "approvers"

    @property
    def one(self) -> str:
        """Return what people call one entry of the list, in a sentence."""
        return _ONE.get(self) or self.value.removesuffix("s")


_ONE = {
    ListName.ACCOUNTS: "category",
    ListName.CLASSES: "class",
    ListName.PAYMENT_METHODS: "payment method",
}

SIX_LISTS = (
    ListName.ACCOUNTS,
    ListName.SUPPLIERS,
    ListName.CUSTOMERS,
    ListName.CLASSES,
    ListName.LOCATIONS,
    ListName.PAYMENT_METHODS,
)
"""The lists people know; approvers come along where the role in Bill.com allows it."""

PAYMENT_ACCOUNT_TYPES = frozenset({"BANK", "CREDIT_CARD"})
"""Types of account that a payment method is made from (docs/bill-com.md, payment methods)."""


DEXT_NAME = 255
"""Characters of a name that Dext takes."""

_PROJECTS = {ListName.CLASSES: " (class)", ListName.LOCATIONS: " (location)"}


def name_in_dext(name: ListName, entry_name: str) -> str:
    """Return what an entry is called in Dext: its projects hold classes and locations, told apart by their names."""
    behind = _PROJECTS.get(name, "")
    return (entry_name[: DEXT_NAME - len(behind)].rstrip() + behind) if entry_name.strip() else f"(no name){behind}"


def project_name(project: str) -> tuple[ListName | None, str]:
    """Return the list that a project of Dext says it is of, if it does, and the name without that."""
    for name, behind in _PROJECTS.items():
        if project.casefold().endswith(behind):
            return name, project[: -len(behind)]
    return None, project


@dataclass(frozen=True)
class Entry:
    """Be one row of a list as Bill.com gives it.

    `number` is an account's number, `kind` its type (`EXPENSE`, `BANK`, …) or a vendor's
    bill currency; both empty where the list has none. `due_days` is after how many days a vendor's
    bills are due, where Bill.com's terms of payment with it say so.
    """

    id: str
    name: str
    parent_id: str | None = None
    number: str = ""
    kind: str = ""
    archived: bool = False
    due_days: int | None = None


@dataclass(frozen=True)
class Found:
    """Be what a search brought, best first; `more` says that further entries match.

    `parents` has the names of the entries' parents by id, as far as they are known.
    """

    entries: tuple[Entry, ...]
    more: bool
    parents: Mapping[str, str] = field(default_factory=dict)

    def parent(self, entry: Entry) -> str:
        """Return the name of an entry's parent; empty where it has none."""
        return self.parents.get(entry.parent_id or "", "")
