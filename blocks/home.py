"""The app's Home: what waits for me, how the connections are, what I can do."""

from __future__ import annotations

from blocks.ids import Action
from blocks.kit import Block, actions, button, channel, context, divider, foreign, header, person, plural, section, when
from blocks.standing import standing_message
from bot.domain.approvals import Request
from bot.domain.connections import LegState
from bot.domain.people import Right, may
from bot.domain.views.standing import HomeView, Standing

_SHOWN = 10


def home_view(view: HomeView) -> Block:
    """Return the Home of one person."""
    if not view.standings:
        admins = ", ".join(person(user) for user in view.admins[:5]) or "nobody yet"
        return _home(
            header("Dext and Bill.com"),
            section(
                "You have no role yet, so there is nothing to show. An admin gives roles with `/dext settings`: "
                f"{admins}."
            ),
        )
    blocks = _to_do(view)
    for standing in view.standings:
        blocks += [divider(), *_standing(standing)]
    return _home(*blocks)


def _home(*blocks: Block | None) -> Block:
    return {"type": "home", "blocks": [block for block in blocks if block is not None]}


def _to_do(view: HomeView) -> list[Block | None]:
    """List what this person can settle, the most pressing first, oldest first."""
    blocks: list[Block | None] = [header("Your to-do")]
    blocks += [
        _broken(standing, number) for number, standing in enumerate(view.standings) if _is_mine_to_mend(standing)
    ]
    if view.to_decide:
        lines = "\n".join(_line(request) for request in view.to_decide[:_SHOWN])
        waits = plural(len(view.to_decide), "item waits", "items wait")
        more = len(view.to_decide) - _SHOWN
        blocks.append(section(f"*{waits} for your decision*\n{lines}"))
        blocks.append(context(f"and {more:,} more" if more > 0 else ""))
    for number, standing in enumerate(view.standings):
        if standing.ready and not standing.why_not and may(standing.roles, Right.REQUEST):
            ready = plural(standing.ready, "item is", "items are")
            value = {"p": 0, "w": "", "b": standing.business.id}
            show = button("Show Ready Items", f"{Action.ITEMS_PAGE}.todo{number}", value)
            blocks.append(section(f"*{ready} ready* in {foreign(standing.business.name)}, to ask approval for", show))
    if len(blocks) == 1:
        blocks.append(section("Nothing waits for you."))
    return blocks


def _is_mine_to_mend(standing: Standing) -> bool:
    legs = (standing.connection.bill, standing.connection.dext)
    return may(standing.roles, Right.CONNECT) and any(leg.state is LegState.EXPIRED for leg in legs)


def _broken(standing: Standing, number: int) -> Block:
    legs = (standing.connection.bill, standing.connection.dext)
    which = " and ".join(leg.provider.label for leg in legs if leg.state is LegState.EXPIRED)
    held = (
        f"; {plural(standing.held, 'approved item is', 'approved items are')} held until then" if standing.held else ""
    )
    return section(
        f":warning: *Reconnect {which}* for {foreign(standing.business.name)}{held}",
        button("Reconnect", f"{Action.LINK_NEW}.todo{number}", {"b": standing.business.id}, style="primary"),
    )


def _standing(standing: Standing) -> list[Block]:
    """Show a business as `/dext status` does; action ids get its id, so that several fit one view."""
    shown = []
    for block in standing_message(standing).blocks:
        if block["type"] == "actions":
            own = standing.business.id[:8]
            elements = [{**element, "action_id": f"{element['action_id']}.{own}"} for element in block["elements"]]
            block = actions(*elements) or block
        shown.append(block)
    return shown


def _asker(request: Request) -> str:
    return person(request.requested_by) if request.requested_by else "a rule"


def _line(request: Request) -> str:
    plan = request.plan
    return (
        f"• *{foreign(plan.supplier, 80)}*, {plan.money}, asked for by {_asker(request)} "
        f"{when(request.requested_at)}: see its card in {channel(request.channel_id)}"
    )
