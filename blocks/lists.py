"""What people read of a refresh: the living message of its progress, and the notice of what it brought."""

from __future__ import annotations

from datetime import timedelta

from blocks.ids import Action
from blocks.kit import Block, Message, actions, button, context, foreign, message, person, plural, section
from blocks.standing import LIST_TITLES
from bot.domain.items import ItemStatus
from bot.domain.lists import Entry, ListName
from bot.domain.refreshing import ListResult, ListState, Refresh, RefreshState, Why
from bot.domain.views.lists import RefreshOutcome, RefreshProgress

_SHOWN = 10
_NAMED = 6
_WHY = {
    Why.FIRST: "it was the first time",
    Why.CONNECTED: "the connection was made anew",
    Why.ASKED: "it was asked for",
    Why.DUE: "that is done every week",
}


def refresh_message(progress: RefreshProgress) -> Message:
    """Say how a refresh stands, or how it ended."""
    refresh, name = progress.refresh, foreign(progress.business.name)
    what = "First synchronisation" if refresh.first else "Refresh of the lists"
    lines = _lines(refresh)
    own = {"b": progress.business.id}
    asked = _asked(refresh)
    if refresh.state is RefreshState.RUNNING:
        done = sum(row.state not in (ListState.WAITING, ListState.READING) for row in refresh.lists)
        banner = f":hourglass_flowing_sand: *{what} of {name}* is in progress, usually a couple of minutes."
        if not refresh.first:
            banner = f":hourglass_flowing_sand: *Refreshing the lists of {name}*, usually a couple of minutes."
        return message(
            f"Refreshing the lists of {name}: {done} of {len(refresh.lists)} done.",
            section(banner),
            section(lines),
            context(f"{asked}. Nothing is lost meanwhile: items, coding and approvals stay as they are."),
        )
    took = _duration(refresh)
    if refresh.state is RefreshState.STOPPED:
        return message(
            f"The refresh of {name} stopped: {foreign(refresh.problem)}.",
            section(f":warning: *The refresh of {name} stopped*: {foreign(refresh.problem)}. What was read is kept."),
            section(lines),
            actions(button("Reconnect", Action.LINK_NEW, own, style="primary")),
            context(f"{asked}, {took}. An admin can reconnect."),
        )
    failed = [row for row in refresh.lists if row.state is ListState.FAILED]
    blocks: list[Block | None] = [section(_headline(refresh, what, name, failed)), section(lines)]
    if failed:
        blocks.append(actions(button("Refresh Again", Action.LISTS_REFRESH, own)))
    if refresh.first:
        blocks.append(section("Publishing is available: type `/dext publish` to see what is ready."))
    blocks.append(context(f"{asked}, {took}. {_how(refresh)}"))
    return message(f"{what} of {name} finished{', with problems' if failed else ''}.", *blocks)


def refreshed_message(outcome: RefreshOutcome) -> Message:
    """Tell a channel what a refresh brought, and what that means for items and rules."""
    refresh, name = outcome.refresh, foreign(outcome.business.name)
    problems = [row for row in refresh.lists if row.state is ListState.FAILED or row.push_problem]
    if problems:
        lead = f":warning: *Not everything in the lists of {name} is up to date.* What is missing is named below."
    elif refresh.changed:
        lead = f":white_check_mark: *The lists of {name} are up to date.* This is what changed."
    else:
        lead = f":white_check_mark: *The lists of {name} are up to date.* Nothing changed."
    blocks: list[Block | None] = [section(lead), section(_lines(refresh))]
    blocks += _meaning(outcome)
    if any(row.state is ListState.FAILED for row in refresh.lists):
        blocks.append(actions(button("Refresh Again", Action.LISTS_REFRESH, {"b": outcome.business.id})))
    blocks.append(context(f"{_asked(refresh)}, {_duration(refresh)}. {_how(refresh)}"))
    return message(f"{_changes(refresh)} in the lists of {name}.", *blocks)


def _meaning(outcome: RefreshOutcome) -> list[Block | None]:
    """Name what uses an archived entry, each with the button that leads to it."""
    own = {"b": outcome.business.id}
    found: list[Block | None] = []
    if outcome.tax_account:
        text = (
            f"The tax account *{foreign(outcome.tax_account, 80)}* is archived in Bill.com, so items with tax can't be "
            "published. An admin chooses another."
        )
        found.append(section(text, button("Settings", f"{Action.SETTINGS_OPEN}.tax", own)))
    return found + _items(outcome, own) + _rules(outcome, own)


def _items(outcome: RefreshOutcome, own: dict[str, str]) -> list[Block | None]:
    """Name the items that use an archived entry."""
    if not outcome.affected:
        return []
    count = len(outcome.affected)
    does = "uses an entry that is" if count == 1 else "use entries that are"
    found: list[Block | None] = [
        section(f"*{plural(count, 'item')} {does} archived now.* Choose another with Edit, or restore it in Bill.com.")
    ]
    for affected in outcome.affected[:_SHOWN]:
        item = affected.item
        state = " · waits for approval" if item.status is ItemStatus.WAITING else ""
        found.append(
            section(
                f"#{item.number} {foreign(item.label, 120)}\n{_used(affected.entries)}{state}",
                button("Show Item", f"{Action.ITEMS_PAGE}.{item.number}", {"p": 0, "w": f"#{item.number}"} | own),
            )
        )
    if count > _SHOWN:
        rest = " ".join(f"#{affected.item.number}" for affected in outcome.affected[_SHOWN:])
        found.append(section(f"And {plural(count - _SHOWN, 'more item')}: {rest}"))
        found.append(actions(button("Show All Items", f"{Action.ITEMS_PAGE}.all", {"p": 0} | own)))
    return found


def _rules(outcome: RefreshOutcome, own: dict[str, str]) -> list[Block | None]:
    """Name the rules that go by or set an archived entry; documents are coded with it as long as they do."""
    if not outcome.rules:
        return []
    count = len(outcome.rules)
    does = "uses an entry that is" if count == 1 else "use entries that are"
    it, them = ("it codes", "it") if count == 1 else ("they code", "them")
    found: list[Block | None] = [
        section(
            f"*{plural(count, 'rule')} {does} archived now.* Items that {it} can't be published until an admin changes "
            f"{them}, or restores the entry in Bill.com."
        )
    ]
    for affected in outcome.rules[:_SHOWN]:
        rule = affected.rule
        text = f"{rule.kind.label}: {foreign(rule.label, 200)}\n{_used(affected.entries)}"
        # The memory of a supplier's name has no form: it is forgotten in the list of rules.
        form = None if rule.only_names_the_supplier else {"u": rule.id} | own
        found.append(
            section(text, button("Change Rule…", f"{Action.RULE_EDIT}.{rule.id[:12]}", form) if form else None)
        )
    if count > _SHOWN or any(affected.rule.only_names_the_supplier for affected in outcome.rules):
        rest = f"And {plural(count - _SHOWN, 'more rule')}." if count > _SHOWN else ""
        found.append(section(rest) if rest else None)
        found.append(actions(button("Show All Rules", f"{Action.RULES_PAGE}.all", {"p": 0} | own)))
    return found


def _used(entries: tuple[tuple[ListName, Entry], ...]) -> str:
    # An item of many lines may use many.
    named = [f"{name.one} *{foreign(entry.name, 80)}*" for name, entry in entries[:_NAMED]]
    return ", ".join(named) + (f" and {len(entries) - _NAMED:,} more" if len(entries) > _NAMED else "")


def _lines(refresh: Refresh) -> str:
    return "\n".join(_line(row) for row in refresh.lists) or "No list was begun."


def _asked(refresh: Refresh) -> str:
    return f"Asked for by {person(refresh.requested_by)}" if refresh.requested_by else "Scheduled"


def _how(refresh: Refresh) -> str:
    """Say whether everything was read or what changed, and why."""
    read = [row for row in refresh.lists if row.name is not ListName.PAYMENT_METHODS]
    reasons = {row.why for row in read}
    if reasons == {Why.CHANGES}:
        return "Only what changed was read; for everything, type `/dext refresh full`."
    if len(reasons) > 1:
        titles = ", ".join(LIST_TITLES[row.name.value] for row in read if row.full)
        return f"Read in full: {titles}; of the others, what changed."
    return f"Everything was read: {_WHY[reasons.pop()]}." if reasons else ""


def _changes(refresh: Refresh) -> str:
    """Count what changed, for a notification on a phone."""
    counts = [
        f"{sum(getattr(row, kind) for row in refresh.lists):,} {kind}"
        for kind in ("added", "changed", "archived")
        if any(getattr(row, kind) for row in refresh.lists)
    ]
    return ", ".join(counts) or "Nothing changed"


def _headline(refresh: Refresh, what: str, name: str, failed: list[ListResult]) -> str:
    if failed:
        titles = ", ".join(LIST_TITLES[row.name.value] for row in failed)
        return f":warning: *{what} of {name} finished, but not all of it.* Not read: {titles}; the last copy stays."
    if any(row.push_problem for row in refresh.lists):
        return f":warning: *{what} of {name} finished, but Dext did not take all of it.* Our copies are complete."
    unchanged = "" if refresh.changed or refresh.first else " Nothing changed."
    return f":white_check_mark: *{what} of {name} finished.*{unchanged}"


def _line(row: ListResult) -> str:
    title = f"*{LIST_TITLES[row.name.value]}*"
    push = f"\n    Dext did not take all of it: {foreign(row.push_problem)}" if row.push_problem else ""
    match row.state:
        case ListState.WAITING:
            return f"{title}: waiting"
        case ListState.READING:
            return f"{title}: {plural(row.read, 'entry', 'entries')} read so far"
        case ListState.UNAVAILABLE:
            return f"{title}: not available – {foreign(row.problem)}"
        case ListState.FAILED:
            return f"{title}: not read – {foreign(row.problem)}"
        case ListState.DONE:
            counts = [
                f"{row.added:,} added" if row.added else "",
                f"{row.changed:,} changed" if row.changed else "",
                f"{row.archived:,} archived" if row.archived else "",
            ]
            detail = ", ".join(count for count in counts if count) or "no changes"
            return f"{title}: {plural(row.total, 'entry', 'entries')} ({detail}){push}"


def _duration(refresh: Refresh) -> str:
    ended = refresh.finished_at or refresh.started_at
    seconds = max(1, round((ended - refresh.started_at) / timedelta(seconds=1)))
    if seconds < 60:
        return f"took {plural(seconds, 'second')}"
    return f"took {plural(seconds // 60, 'minute')} {plural(seconds % 60, 'second')}"
