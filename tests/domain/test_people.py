from __future__ import annotations

import pytest

from bot.domain.people import WHAT, Right, Role, may, roles_with

ALLOWED = {
    Right.CONNECT: {Role.ADMIN},
    Right.REFRESH: {Role.ADMIN},
    Right.SETTINGS: {Role.ADMIN},
    Right.RULES: {Role.ADMIN},
    Right.SEE: {Role.ADMIN, Role.FINANCE, Role.APPROVER, Role.AUDITOR},
    Right.REQUEST: {Role.ADMIN, Role.FINANCE},
    Right.APPROVE: {Role.ADMIN, Role.APPROVER},
    Right.SUBMIT: {Role.ADMIN, Role.FINANCE, Role.APPROVER},
}


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("role", list(Role))
def test_each_role_has_its_rights_and_no_others(right: Right, role: Role) -> None:
    assert may({role}, right) is (role in ALLOWED[right])


@pytest.mark.parametrize("right", list(Right))
def test_nobody_without_a_role_may_do_anything(right: Right) -> None:
    assert not may((), right)
    assert may(Role, right)
    assert roles_with(right) == ALLOWED[right]
    assert WHAT[right]


def test_several_roles_add_up() -> None:
    both = {Role.FINANCE, Role.APPROVER}
    assert may(both, Right.REQUEST)
    assert may(both, Right.APPROVE)
    assert not may(both, Right.SETTINGS)
