"""Roles, per business and by Slack id: who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """Name a role; a person may hold several."""

    ADMIN = "admin"
    FINANCE = "finance"
    APPROVER = "approver"
    AUDITOR = "auditor"


class Right(StrEnum):
    """Name something a person may be allowed to do."""

    CONNECT = "connect"
    REFRESH = "refresh"
    SETTINGS = "settings"
    SEE = "see"
    REQUEST = "request"
    APPROVE = "approve"
    SUBMIT = "submit"
    RULES = "rules"


_GRANTS: dict[Right, frozenset[Role]] = {
    Right.CONNECT: frozenset({Role.ADMIN}),
    Right.REFRESH: frozenset({Role.ADMIN}),
    Right.SETTINGS: frozenset({Role.ADMIN}),
    Right.SEE: frozenset(Role),
    Right.REQUEST: frozenset({Role.ADMIN, Role.FINANCE}),
    Right.APPROVE: frozenset({Role.ADMIN, Role.APPROVER}),
    Right.SUBMIT: frozenset({Role.ADMIN, Role.FINANCE, Role.APPROVER}),
    Right.RULES: frozenset({Role.ADMIN}),
}

WHAT: dict[Right, str] = {
    Right.CONNECT: "connect or disconnect Dext and Bill.com",
    Right.REFRESH: "refresh the lists",
    Right.SETTINGS: "change the settings",
    Right.SEE: "see this business",
    Right.REQUEST: "edit items or ask for approval",
    Right.APPROVE: "approve or reject",
    Right.SUBMIT: "send documents to Dext",
    Right.RULES: "change rules",
}
"""Each right as the end of the sentence "you can't …"."""


def roles_with(right: Right) -> frozenset[Role]:
    """Return the roles that carry `right`."""
    return _GRANTS[right]


def may(roles: Iterable[Role], right: Right) -> bool:
    """Say whether somebody holding `roles` has `right`."""
    return not _GRANTS[right].isdisjoint(roles)
