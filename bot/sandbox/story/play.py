"""Play the story; its end is good only if the pretend services' records bear out every step."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.sandbox.story.coding import code_and_make_a_rule
from bot.sandbox.story.connecting import connect_by_sign_in, give_roles
from bot.sandbox.story.lasting import break_and_hold, idle_out, refuse_another, restore
from bot.sandbox.story.lists import lists_change
from bot.sandbox.story.publishing import publish_one, publish_paid, reject_one, survive_a_cut
from bot.sandbox.story.telling import Telling
from bot.sandbox.town import Town, TownError

Chapter = Callable[[Town, Telling], Any]

CHAPTERS: tuple[tuple[str, Chapter], ...] = (
    ("1 · Dana connects Dext and Bill.com", connect_by_sign_in),
    ("2 · Dana says who may do what", give_roles),
    ("3 · Femi asks for approval, Ama approves, the bill is in Bill.com", publish_one),
    ("4 · A document that was already paid", publish_paid),
    ("5 · Dana may not approve her own request; Ama rejects it, with a reason", reject_one),
    ("6 · Bill.com cuts the connection right after making the bill", survive_a_cut),
    ("7 · A category is archived, a supplier renamed: what people are told", lists_change),
    ("8 · Bill.com's session idles out, and nobody has to know", idle_out),
    ("9 · The bot's access is taken back, and one message asks for an admin", break_and_hold),
    ("10 · Dana reconnects with the wrong organisation, and nothing changes", refuse_another),
    ("11 · With the right one everything goes on where it stopped", restore),
    ("12 · A document without a category, and the rule that codes the next one", code_and_make_a_rule),
)


def play() -> int:
    """Play every chapter; return the exit status: 0 only if all of it held."""
    began, telling = time.monotonic(), Telling()
    with tempfile.TemporaryDirectory(prefix="story-") as folder:
        try:
            with Town(Path(folder)) as town:
                town.start_bot()
                for title, chapter in CHAPTERS:
                    telling.chapter(title)
                    chapter(town, telling)
                _end_well(town, telling)
        except (AssertionError, TownError, KeyError, IndexError) as error:
            sys.stderr.write(f"\nThe story went wrong: {type(error).__name__}: {error}\n")
            return 1
    telling.chapter(
        f"{telling.checks} statements held, in {time.monotonic() - began:.0f} seconds. Nothing is left running."
    )
    return 0


def _end_well(town: Town, telling: Telling) -> None:
    telling.chapter(f"{len(CHAPTERS) + 1} · What the pretend services recorded")
    hard = [problem for problem in town.slack.look("problems") if problem["hard"]]
    telling.holds("no message broke a limit of Slack", not hard, hard)
    late = [one for one in town.slack.look("deliveries") if one.get("timed_out")]
    telling.holds("every click and command was answered within three seconds", not late, late)
    errors = [line for line in town.log().splitlines() if '"level": "error"' in line]
    telling.holds("the bot logged no error", not errors, errors[:3])
    secrets = (
        town.slack.credentials["bot_token"],
        town.slack.credentials["signing_secret"],
        town.bill.credentials["devKey"],
        town.dext.credentials["client_secret"],
    )
    telling.holds("no secret is in the bot's log", not any(secret in town.log() for secret in secrets))
    publishes = town.dext.requests("POST", "/api/publish_receipt")
    telling.holds("Dext was never asked to publish by itself: one writer", not publishes)
