"""Coding: which of Bill.com's entries an item's names stand for, and how we know."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.items import Details
from bot.domain.lists import Entry, project_name

_BLANKS = re.compile(r"\s+")


def normalised(name: str) -> str:
    """Return a name without differences of case, width, accents' encoding and spacing.

    Two entries with one normalised name are never told apart by guessing: the caller sees both.
    """
    if name.isascii():  # most are, and a refresh does this a hundred thousand times
        return " ".join(name.split()).casefold()
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", name)).strip().casefold()


@dataclass(frozen=True)
class Candidates:
    """Be the entries of one list that an item's id or name could stand for, archived ones included."""

    by_id: Entry | None = None
    by_name: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Match:
    """Be the outcome of looking for an entry: found, archived, ambiguous or unknown."""

    entry: Entry | None = None
    archived: Entry | None = None
    several: int = 0
    by_name: bool = False


def match(candidates: Candidates) -> Match:
    """Choose the entry: by id if Dext carries ours, else by a name that only one active entry has."""
    if candidates.by_id is not None:
        if candidates.by_id.archived:
            return Match(archived=candidates.by_id)
        return Match(entry=candidates.by_id)
    active = [entry for entry in candidates.by_name if not entry.archived]
    if len(active) == 1:
        return Match(entry=active[0], by_name=True)
    if active:
        return Match(several=len(active))
    archived = next(iter(candidates.by_name), None)
    return Match(archived=archived)


@dataclass(frozen=True)
class Coding:
    """Be an item's details matched against the lists."""

    supplier: Match
    category: Match
    customer: Match
    project_class: Match
    project_location: Match
    payment_account: Match
    tax_account: Match


def named(details: Details) -> Sequence[str]:
    """Return the names an item carries, normalised, for one look-up of them all."""
    projects = (details.project, project_name(details.project)[1])
    names = (details.supplier, details.category, details.customer, *projects, details.payment_method)
    return sorted({normalised(name) for name in names if name})
