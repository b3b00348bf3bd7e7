"""Users and rights: nobody raises himself or gives beyond his own, no change is lost, each leaves its entry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from entrepot.books import access, models
from entrepot.books.access import viewer_for
from entrepot.books.selectors import audit_entries
from entrepot.books.selectors.audit_entries import Sought
from entrepot.books.selectors.shapes import Slice
from entrepot.core.errors import ProblemError
from entrepot.workflows import user_rights
from entrepot.workflows.user_rights import Rights
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def owner(name: str = "olga", **scope: Any) -> access.Viewer:
    return viewer_for(access.create_user(name, make.PASSWORD, "owner", **scope))


def code(refused: Any) -> str:
    return str(refused.value.problems[0].code)


def test_invited_changed_and_locked_out(django_user_model: Any) -> None:
    """An invited user has the rights that were given, with his limit; a change is there at once; locked out, he sees nothing."""
    make.company("SZ")
    boss = owner()
    password = user_rights.invite(boss, "lin", Rights("operations", ("SZ",), limit=500_000, currency="CNY"))
    lin = django_user_model.objects.get(username="lin")
    assert lin.check_password(password)
    seen = viewer_for(lin)
    assert (seen.role, seen.approval_limit, seen.approval_currency, [c.code for c in seen.offered]) == (
        "operations", 500_000, "CNY", ["SZ"],
    )  # fmt: skip
    held = user_rights.member(boss, "lin")
    user_rights.change(boss, "lin", replace(held.rights, role="finance", limit=None), seen=held.seen)
    assert (viewer_for(lin).role, viewer_for(lin).approval_limit) == ("finance", None)
    held = user_rights.member(boss, "lin")
    user_rights.change(boss, "lin", replace(held.rights, active=False), seen=held.seen)
    assert viewer_for(django_user_model.objects.get(username="lin")).role == ""
    said = list(models.AuditEntry.objects.order_by("pk").values_list("action", "subject"))
    assert said == [("user.add", "user:lin"), *[("user.change", "user:lin")] * 2]


def test_nobody_changes_himself() -> None:
    """Not even an owner: neither his rights nor, past his present password, that."""
    boss = owner()
    held = user_rights.member(boss, "olga")
    with pytest.raises(ProblemError) as refused:
        user_rights.change(boss, "olga", replace(held.rights, limit=1, currency="USD"), seen=held.seen)
    assert code(refused) == "not_oneself"
    with pytest.raises(ProblemError) as refused:
        user_rights.reset_password(boss, "olga")
    assert code(refused) == "not_oneself"
    with pytest.raises(ProblemError) as refused:
        user_rights.change_own_password(boss, "guess", "Another-9-kestrel")
    assert code(refused) == "wrong_password"
    user_rights.change_own_password(boss, make.PASSWORD, "Another-9-kestrel")


@pytest.mark.parametrize("role", ["finance", "operations", "warehouse", "viewer"])
def test_only_owners_manage(role: str) -> None:
    """Every other role is refused each act."""
    viewer = make.viewer(role)
    for act in (
        lambda: user_rights.members(viewer),
        lambda: user_rights.invite(viewer, "x", Rights("viewer")),
        lambda: user_rights.change(viewer, "x", Rights("owner"), seen=""),
        lambda: user_rights.reset_password(viewer, "x"),
    ):
        with pytest.raises(ProblemError) as refused:
            act()
        assert code(refused) == "not_allowed"


def test_a_confined_owner_gives_what_he_has() -> None:
    """Confined to one company he neither sees nor makes users of another, nor of all."""
    make.company("A"), make.company("B")
    owner("root")
    boss = owner("anna", companies=("A",))
    for given in ((), ("B",), ("A", "B")):
        with pytest.raises(ProblemError) as refused:
            user_rights.invite(boss, "x", Rights("viewer", given))
        assert code(refused) == "beyond_scope"
    user_rights.invite(boss, "x", Rights("viewer", ("A",)))
    assert [m.name for m in user_rights.members(boss)] == ["anna", "x"]
    with pytest.raises(ProblemError) as refused:
        user_rights.reset_password(boss, "root")
    assert code(refused) == "unknown_user"


def test_two_owners_at_once_lose_nothing() -> None:
    """The second change names what was there before the first, and is refused."""
    first, second = owner("one"), owner("two")
    user_rights.invite(first, "lin", Rights("viewer"))
    seen = user_rights.member(second, "lin").seen
    user_rights.change(first, "lin", Rights("warehouse"), seen=seen)
    with pytest.raises(ProblemError) as refused:
        user_rights.change(second, "lin", Rights("finance"), seen=seen)
    assert (code(refused), user_rights.member(first, "lin").rights.role) == ("changed_meanwhile", "warehouse")


@pytest.mark.parametrize("limit", [(-1, "USD"), (5, "XXY"), (5, "")])
def test_a_limit_is_an_amount_of_a_currency(limit: tuple[int, str]) -> None:
    """Below zero or without a currency it is refused."""
    with pytest.raises(ProblemError) as refused:
        user_rights.invite(owner(), "lin", Rights("finance", limit=limit[0], currency=limit[1]))
    assert code(refused) == "bad_limit"


def test_the_trail_is_cut_to_the_viewer() -> None:
    """It is filtered by who, what and to what; a confined viewer sees his own and narrower people's acts only."""
    make.company("A"), make.company("B")
    boss, part = owner("root"), Slice("at", descending=True, limit=10)
    user_rights.invite(boss, "fin", Rights("finance", ("A",)))
    user_rights.invite(boss, "lin", Rights("viewer", ("B",)))
    found = audit_entries.entries(boss, Sought(actor="root", action="user.add", text="lin"), part)
    assert [(e.subject, ("role", "", "viewer") in e.changes) for e in found.rows] == [("user:lin", True)]
    confined = viewer_for(models.Membership.objects.get(user__username="fin").user)
    assert audit_entries.entries(confined, Sought(), part).total == 0
    with pytest.raises(ProblemError):
        audit_entries.entries(make.viewer("operations"), Sought(), part)
