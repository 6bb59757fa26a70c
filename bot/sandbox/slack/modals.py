"""Views: each person's stack of modals and their Home."""

from __future__ import annotations

import secrets

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.limits import limit
from bot.sandbox.slack.model import Json, View
from bot.sandbox.slack.parts import filled, state_values, still_there
from bot.sandbox.slack.seed import made_id
from bot.sandbox.slack.workspace import Workspace

_DEFAULTS: dict[str, Json] = {
    "modal": {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "close": None,
        "submit": None,
        "clear_on_close": False,
        "notify_on_close": False,
    },
    "home": {"private_metadata": "", "callback_id": "", "external_id": ""},
}


class Views:
    """Hold the open modals and the Home views of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        """Return the open modals of a user, the visible one last."""
        return self.stacks.get(user, [])

    def top(self, user: str) -> View | None:
        """Return the modal that a user has before them, if any."""
        stack = self.stack(user)
        return stack[-1] if stack else None

    def find(self, *, view_id: str | None = None, external_id: str | None = None) -> View:
        """Return an open modal or a Home view, or raise `not_found`."""
        for view in self._all():
            if (view_id and view.id == view_id) or (external_id and view.source.get("external_id") == external_id):
                return view
        raise SlackError("not_found")

    def open(self, user: str, source: Json) -> View:
        """Open a modal; what was open before goes away."""
        kept = self.stack(user)
        self.stacks[user] = []
        try:
            self._claim_external_id(source)
        except SlackError:
            self.stacks[user] = kept
            raise
        for view in kept:
            view.closed = True
        return self._add(user, source)

    def push(self, user: str, source: Json) -> View:
        """Put a modal on top of the user's stack."""
        stack = self.stack(user)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= limit("modal.stack"):
            raise SlackError("push_limit_reached")
        self._claim_external_id(source)
        return self._add(user, source)

    def update(self, view: View, source: Json, view_hash: str | None = None) -> None:
        """Replace a view's content; input under the same ids is kept."""
        if view_hash is not None and view_hash != view.hash:
            raise SlackError("hash_conflict")
        if source.get("type") != view.kind:
            raise SlackError("invalid_arguments", ["[ERROR] the type of a view cannot change"])
        self._claim_external_id(source, apart_from=view)
        self._fill(view, source)

    def publish(self, user: str, source: Json, view_hash: str | None = None) -> View:
        """Set a user's Home."""
        view = self.homes.get(user)
        if view is None:
            view = View(id=made_id("V", f"home {user}"), user=user, kind="home")
            view.root_id = view.id
        elif view_hash is not None and view_hash != view.hash:
            raise SlackError("hash_conflict")
        self._claim_external_id(source, apart_from=view)
        self.homes[user] = view
        self._fill(view, source)
        return view

    def close(self, user: str, *, everything: bool) -> list[View]:
        """Close the visible modal or the whole stack; return what was closed."""
        stack = self.stack(user)
        closed = list(reversed(stack)) if everything else stack[-1:]
        self.stacks[user] = [] if everything else stack[:-1]
        for view in closed:
            view.closed = True
        self._uncover(user)
        return closed

    def remove(self, view: View) -> None:
        """Close one modal, wherever it is in the stack."""
        stack = [other for other in self.stack(view.user) if other is not view]
        self.stacks[view.user] = stack
        view.closed = True
        self._uncover(view.user)

    def to_json(self, view: View) -> Json:
        """Return the view object of the Web API and of payloads."""
        return {
            **view.source,
            "id": view.id,
            "team_id": self._workspace.team_id,
            "type": view.kind,
            "blocks": view.blocks,
            "state": {"values": state_values(view.blocks, view.typed.get(view.user, {}))},
            "hash": view.hash,
            "previous_view_id": view.previous_id,
            "root_view_id": view.root_id,
            "app_id": self._workspace.app_id,
            "app_installed_team_id": self._workspace.team_id,
            "bot_id": self._workspace.bot_id,
        }

    def _all(self) -> list[View]:
        return [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())

    def _uncover(self, user: str) -> None:
        """Note that something closed, so that whoever waits for changes hears of it, and show what lay below."""
        revision = self._workspace.touch()
        if self.stack(user):
            self.stack(user)[-1].revision = revision

    def _claim_external_id(self, source: Json, apart_from: View | None = None) -> None:
        wanted = source.get("external_id")
        if wanted and any(v is not apart_from and v.source.get("external_id") == wanted for v in self._all()):
            raise SlackError("duplicate_external_id")

    def _add(self, user: str, source: Json) -> View:
        stack = self.stacks.setdefault(user, [])
        view = View(id="V" + secrets.token_hex(5).upper(), user=user, kind="modal")
        view.root_id = stack[0].id if stack else view.id
        view.previous_id = stack[-1].id if stack else None
        stack.append(view)
        self._fill(view, source)
        return view

    def _fill(self, view: View, source: Json) -> None:
        view.source = {**_DEFAULTS[view.kind], **{k: v for k, v in source.items() if k not in ("type", "blocks")}}
        view.blocks = filled(source["blocks"])
        view.typed = {user: still_there(view.blocks, typed) for user, typed in view.typed.items()}
        view.errors = {}
        view.problems = []
        view.hash = f"{int(self._workspace.clock.now().timestamp())}.{secrets.token_hex(4)}"
        view.revision = self._workspace.touch()
