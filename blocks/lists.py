"""The living message of a refresh: progress, list by list, and its result."""

from __future__ import annotations

from datetime import timedelta

from blocks.connection import LIST_TITLES
from blocks.ids import Action
from blocks.kit import Block, Message, actions, button, context, foreign, message, person, plural, section
from bot.domain.refreshing import ListResult, ListState, Refresh, RefreshState
from bot.domain.views import RefreshProgress


def refresh_message(progress: RefreshProgress) -> Message:
    """Say how a refresh stands, or how it ended."""
    refresh, name = progress.refresh, foreign(progress.business.name)
    what = "First synchronisation" if refresh.first else "Refresh of the lists"
    lines = "\n".join(_line(row) for row in refresh.lists) or "No list was begun."
    own = {"b": progress.business.id}
    asked = f"Asked for by {person(refresh.requested_by)}" if refresh.requested_by else "Scheduled"
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
    blocks.append(context(f"{asked}, {took}."))
    return message(f"{what} of {name} finished{', with problems' if failed else ''}.", *blocks)


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
