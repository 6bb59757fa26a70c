"""Entries of the lists as the choices of a menu."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from blocks.kit import OPTION, Block, bare, clip, option
from bot.domain.lists import Entry, Found

MOST = 100
"""Choices that Slack takes in one answer."""

_TAIL = 6
_MORE = "The first {count} – type more of the name to narrow it down"


def entry_options(found: Found) -> Block:
    """Return entries as choices, a hundred at most, each with a label of its own and the entry's id as its value.

    When further entries match, the heading above the choices says so: a choice that is none could be chosen.
    """
    shown = found.entries[:MOST]
    labels = entry_labels(found, shown)
    options = [option(label, entry.id) for label, entry in zip(labels, shown, strict=True)]
    if not (found.more or len(found.entries) > MOST) or not options:
        return {"options": options}
    heading = {"type": "plain_text", "text": _MORE.format(count=len(options)), "emoji": False}
    return {"option_groups": [{"label": heading, "options": options}]}


def entry_labels(found: Found, entries: Sequence[Entry], most: int = OPTION) -> list[str]:
    """Return a label for each entry: its number and name, and as much more as keeps those of one name apart."""
    tries: tuple[Callable[[Entry], tuple[str, ...]], ...] = (
        lambda _: (),
        lambda entry: (found.parent(entry),),
        lambda entry: (found.parent(entry), f"…{entry.id[-_TAIL:]}"),
        lambda entry: (entry.id,),
    )
    labels = [""] * len(entries)
    open_places = list(range(len(entries)))
    for details in tries:
        made = {place: _label(entries[place], details(entries[place]), most) for place in open_places}
        # Compared as people read them: what differs only in capitals or was cut away is not told apart.
        seen = Counter(label.casefold() for label in made.values())
        for place, label in made.items():
            labels[place] = label
        open_places = [place for place, label in made.items() if seen[label.casefold()] > 1]
    return labels


def _label(entry: Entry, details: tuple[str, ...], most: int) -> str:
    """Put details behind a name, which gives way to them."""
    name = bare(f"{clip(entry.number, most // 3)} {entry.name}") or "(no name)"
    known = [clip(bare(detail), most // 3) for detail in details if detail]
    behind = f" ({', '.join(known)})" if known else ""
    return clip(name, most - len(behind)) + behind
