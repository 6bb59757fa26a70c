"""The page in the browser that shows the pretend workspace, and what it alone needs.

It stands before the recorded application: what the page asks for is no call to Slack, so it
is neither recorded nor met by faults.
"""

from __future__ import annotations

from bot.sandbox.slack.page.neighbours import Neighbours
from bot.sandbox.slack.page.serve import with_page

__all__ = ["Neighbours", "with_page"]
