"""A walk through a payload that collects what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.slack.limits import limit

Surface = Literal["message", "modal", "home"]


@dataclass(frozen=True)
class Problem:
    """One breach: where it is (a JSON pointer), which rule, and what is wrong.

    `hard` means that Slack refuses the payload; the rest is advice that a careful app follows.
    """

    path: str
    limit: str
    message: str
    hard: bool = True


@dataclass
class Walk:
    """What has been seen and found so far in one message or view."""

    surface: Surface
    problems: list[Problem] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)
    action_ids_in_block: set[str] = field(default_factory=set)
    focused: int = 0
    inputs: int = 0
    markdown: int = 0

    def breach(self, path: str, name: str, message: str, *, hard: bool = True) -> None:
        """Add a problem."""
        self.problems.append(Problem(path, name, message, hard))

    def at_most(self, path: str, name: str, size: int, unit: str, *, hard: bool = True) -> None:
        """Add a problem if `size` is over the limit `name`."""
        if size > limit(name):
            self.breach(path, name, f"must be at most {limit(name)} {unit}, is {size}", hard=hard)


Check = Callable[[Walk, str, Any], None]


@dataclass(frozen=True)
class Shape:
    """The keys a JSON object may have, with the check for each value, and rules across keys."""

    required: Mapping[str, Check]
    optional: Mapping[str, Check] = field(default_factory=dict)
    rules: tuple[Check, ...] = ()

    def check(self, walk: Walk, path: str, value: Mapping[str, Any]) -> None:
        """Add what is wrong with `value` to `walk`."""
        for key in value:
            if key not in self.required and key not in self.optional:
                walk.breach(f"{path}/{key}", "keys", f"unknown key {key!r}")
        for key, check in {**self.required, **self.optional}.items():
            if key in value:
                check(walk, f"{path}/{key}", value[key])
            elif key in self.required:
                walk.breach(path, "required", f"missing required field: {key}")
        for rule in self.rules:
            rule(walk, path, value)


def string(name: str, *, least: int = 1) -> Check:
    """Check for a string of `least` characters up to the limit `name`."""

    def check(walk: Walk, path: str, value: Any) -> None:
        if not isinstance(value, str):
            walk.breach(path, "type", "must be a string")
        elif len(value) < least:
            walk.breach(path, name, f"must be at least {least} character(s)")
        else:
            walk.at_most(path, name, len(value), "characters")

    return check


def url(name: str) -> Check:
    """Check for a web address up to the limit `name`."""
    sized = string(name)

    def check(walk: Walk, path: str, value: Any) -> None:
        sized(walk, path, value)
        if isinstance(value, str) and not value.startswith(("http://", "https://")):
            walk.breach(path, "url", "must be an http or https address")

    return check


def any_string(walk: Walk, path: str, value: Any) -> None:
    """Check for a string of any length but zero."""
    if not isinstance(value, str) or not value:
        walk.breach(path, "type", "must be a string that is not empty")


def boolean(walk: Walk, path: str, value: Any) -> None:
    """Check for true or false."""
    if not isinstance(value, bool):
        walk.breach(path, "type", "must be a boolean")


def integer(least: int, name: str | None = None) -> Check:
    """Check for a whole number from `least` up to the limit `name`."""

    def check(walk: Walk, path: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            walk.breach(path, "type", "must be a whole number")
        elif value < least:
            walk.breach(path, name or "number", f"must be at least {least}")
        elif name is not None and value > limit(name):
            walk.breach(path, name, f"must be at most {limit(name)}")

    return check


def one_of(*values: str) -> Check:
    """Check for one of `values`."""

    def check(walk: Walk, path: str, value: Any) -> None:
        if value not in values:
            walk.breach(path, "value", f"must be one of {', '.join(values)}")

    return check


def kind_of(value: Any) -> str:
    """Return the type a block, element or object names, or an empty string."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


def nothing(walk: Walk, path: str, value: Any) -> None:
    """Accept any value; something else has looked at it already."""


def mapping(walk: Walk, path: str, value: Any) -> None:
    """Check for a JSON object without looking inside."""
    if not isinstance(value, dict):
        walk.breach(path, "type", "must be an object")


def items(name: str | None, item: Check, *, least: int = 1) -> Check:
    """Check for a list of `least` entries up to the limit `name`, each one checked by `item`."""

    def check(walk: Walk, path: str, value: Any) -> None:
        if not isinstance(value, list):
            walk.breach(path, "type", "must be a list")
            return
        if len(value) < least:
            walk.breach(path, name or "count", f"must have at least {least} item(s)")
        if name is not None:
            walk.at_most(path, name, len(value), "items")
        for index, entry in enumerate(value):
            item(walk, f"{path}/{index}", entry)

    return check


def shaped(shape: Shape) -> Check:
    """Check for an object of this shape."""

    def check(walk: Walk, path: str, value: Any) -> None:
        if isinstance(value, dict):
            shape.check(walk, path, value)
        else:
            walk.breach(path, "type", "must be an object")

    return check


def exactly_one(*keys: str) -> Check:
    """Check that an object has exactly one of `keys`."""

    def check(walk: Walk, path: str, value: Any) -> None:
        present = [key for key in keys if key in value]
        if len(present) != 1:
            walk.breach(path, "exactly_one", f"must have exactly one of {', '.join(keys)}, has {len(present)}")

    return check
