"""Roles and scopes: what each may do, and what each is shown."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from entrepot.books import access, models
from entrepot.core.documents import parse
from entrepot.core.errors import ProblemError
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SECRETS = ("see_cost", "see_margin", "see_supplier_price")


@pytest.mark.parametrize(
    ("role", "may"), [("owner", True), ("finance", True), ("operations", True), ("warehouse", False), ("viewer", False)]
)
def test_cost_margin_and_supplier_price_are_for_three_roles(role: str, may: bool) -> None:
    """Whoever packs or only looks sees no cost, margin or supplier price; the other roles see all three."""
    assert [make.viewer(role).can(permission) for permission in SECRETS] == [may] * 3


def test_permissions_grow_from_viewer_to_owner() -> None:
    """Each role may do at least what the role below it may do."""
    ladder = [access.ROLES[role] for role in ("viewer", "warehouse", "operations", "owner")]
    assert all(below <= above for below, above in pairwise(ladder))
    assert access.ROLES["finance"] <= access.ROLES["owner"]


def test_a_user_without_membership_sees_nothing(django_user_model: Any) -> None:
    """Someone who was only let into Django holds no permission and no company."""
    make.company()
    nobody = access.viewer_for(django_user_model.objects.create_user("nobody"))
    assert (nobody.role, nobody.offered, nobody.company) == ("", (), access.NOWHERE)
    assert not any(nobody.can(p) for p in access.ROLES["owner"])
    assert models.Company.objects.count() == 1
    assert nobody.of_company(models.Shop.objects.all()).count() == 0


def test_a_retired_user_sees_nothing(django_user_model: Any) -> None:
    """Taking away ``is_active`` takes the role away at once."""
    user = make.user("owner")
    user.is_active = False
    user.save()
    assert not access.viewer_for(user).can("see_cost")


def test_scopes_confine_companies_shops_and_places() -> None:
    """A scope leaves only its rows, no scope leaves all; the first company by code is looked at by default."""
    first, second = make.company("A"), make.company("B")
    make.shop("S1", first, "P1"), make.shop("S2", first, "P2")
    free = make.viewer("finance")
    assert [c.code for c in free.offered] == ["A", "B"]
    assert free.company.id == first.pk
    assert make.viewer("finance", look_at="B").company.id == second.pk
    bound = make.viewer("finance", look_at="A", companies=("B",), shops=("S2",), locations=("P2",))
    assert (bound.company.code, bound.companies) == ("B", frozenset({second.pk}))
    shops = models.Shop.objects.all()
    assert bound.of_company(shops).count() == 0
    here = replace(bound, company=free.company)
    assert [s.code for s in here.in_locations(here.of_company(shops))] == ["S2"]


def test_a_viewer_takes_two_queries(django_assert_num_queries: Any) -> None:
    """Every page asks for its viewer, so this must stay cheap whatever the scope."""
    make.shop("S1"), make.shop("S2")
    user = make.user("operations", shops=("S1", "S2"), companies=("SZ",), locations=("CN",))
    with django_assert_num_queries(2):
        seen = access.viewer_for(user)
    assert (len(seen.shops or ()), len(seen.companies or ()), len(seen.locations or ())) == (2, 1, 1)


def test_create_user_refuses_what_makes_no_sense() -> None:
    """An unknown role or shop, a taken name and a weak password each say what is wrong; none leaves half a user."""
    make.user("owner", name="ann")
    for arguments, code in (
        (("bo", make.PASSWORD, "king"), "unknown_role"),
        (("ann", make.PASSWORD, "owner"), "user_exists"),
        (("bo", "123", "owner"), "weak_password"),
    ):
        with pytest.raises(ProblemError) as raised:
            access.create_user(*arguments)
        assert raised.value.problems[0].code == code
    with pytest.raises(ProblemError, match="nowhere"):
        access.create_user("bo", make.PASSWORD, "viewer", shops=("nowhere",))
    assert models.Membership.objects.count() == 1
    assert access.has_users()


def test_the_warehouse_posts_units_but_no_prices() -> None:
    """A receipt without a price is the warehouse's; with one, or a bill, it is not; closing a period is for few."""
    line = {"sku": "A-1", "quantity": 3}
    head = {"effective_at": "2026-03-01T00:00:00Z", "company": "SZ"}
    plain = parse({**head, "type": "receipt", "id": "R1", "location": "CN", "lines": [line]})
    priced = parse(
        {
            **head,
            "type": "receipt",
            "id": "R2",
            "location": "CN",
            "currency": "USD",
            "lines": [{**line, "price": {"amount": 5}}],
        }
    )
    closing = parse({**head, "type": "period_close", "id": "C", "period_from": "2026-02-01", "period_to": "2026-02-28"})
    paid = parse({**head, "type": "payment", "id": "P", "supplier": "F", "currency": "USD", "amount": 5})
    again = parse({**head, "type": "period_reopen", "id": "O", "period_from": "2026-02-01", "period_to": "2026-02-28",
                   "reason": "late"})  # fmt: skip
    posted = (plain, priced, closing, paid, again)
    may = {role: [make.viewer(role).may_post(d) for d in posted] for role in make.ROLES}
    assert may == {
        "owner": [True, True, True, True, False],
        "finance": [True, True, True, True, False],
        "operations": [True, True, False, False, False],
        "warehouse": [True, False, False, False, False],
        "viewer": [False, False, False, False, False],
    }
