"""Who is confined to places sees and sets of a plan what is theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from entrepot.books import models
from entrepot.books.access import Viewer, system_viewer
from entrepot.books.selectors import plan as stored
from entrepot.books.selectors.shapes import NotThere
from entrepot.core.errors import ProblemError
from entrepot.workflows import plan_acts, plan_papers
from entrepot.workflows.plan import plan
from entrepot.workflows.plan_asked import checked
from tests.workflows.plan_books import START, books, doc

pytestmark = pytest.mark.django_db


def confined(*codes: str) -> Viewer:
    """The owner's view of these places alone."""
    places = models.Location.objects.filter(code__in=codes).values_list("pk", flat=True)
    return replace(system_viewer("US"), locations=frozenset(places))


def approved() -> str:
    """An order of a plan for Los Angeles; its number."""
    elsewhere = [doc("location", "NY", START, kind="third_party", country="US")]
    stock = doc(
        "opening_balance", "OPEN-NY", START, company="US", location="NY",
        lines=[{"sku": "SLOW", "quantity": 5, "costs": [{"component": "goods", "money": {"amount": 2500, "currency": "USD"}}]}],
    )  # fmt: skip
    plan(books(stock, masters=elsewhere), asked={"cash": "900000", "warehouse": ("LA:900",), "container": ("NY:1",)})
    viewer = system_viewer("US")
    keys = [row.id for row in stored.plan(viewer, stored.PlanWish(kind="buy")).page.rows if row.units]
    return plan_acts.approve(viewer, keys[:1])[0].document


def test_papers_of_other_places_are_not_handed_out_by_their_number() -> None:
    """The order for Los Angeles is no paper of New York's, named or not; who sees Los Angeles has it."""
    number = approved()
    with pytest.raises(NotThere):
        plan_papers.purchase_orders(confined("NY"), [number])
    everything = plan_papers.purchase_orders(confined("NY"), [], form="csv").content.decode()
    assert number not in everything
    assert number in plan_papers.purchase_orders(confined("LA"), [number], form="csv").content.decode()


def test_a_strategy_is_set_at_places_that_are_ones_own() -> None:
    """Not at another's place, not everywhere, not at a place of no business of the company; and only one's own is withdrawn."""
    approved()
    ours, york = system_viewer("US"), confined("NY")
    for place in ("LA", ""):
        with pytest.raises((NotThere, ProblemError)):
            plan_acts.override(york, "SLOW", "service", 0.9, place=place)
    models.Location.objects.create(code="MARS", kind="warehouse")
    with pytest.raises(NotThere):
        plan_acts.override(ours, "SLOW", "service", 0.9, place="MARS")
    mine = plan_acts.override(york, "SLOW", "service", 0.9, place="NY")
    everywhere = plan_acts.override(ours, "SLOW", "service", 0.8)
    assert not plan_acts.withdraw(york, everywhere.pk)
    assert plan_acts.withdraw(york, mine.pk)


def test_the_head_of_a_plan_tells_the_viewers_places_alone() -> None:
    """Cash, saving and what goes together are of the places seen; cash limits and the company's curve are not told."""
    approved()
    whole: Any = stored.plan(system_viewer("US")).head
    york: Any = stored.plan(confined("NY")).head
    angeles: Any = stored.plan(confined("LA")).head
    assert (york.cash, york.saving, york.fills, york.weeks, york.asked, york.limits_cost) == (0, 0, [], [], {}, None)
    assert (angeles.cash, angeles.saving) == (whole.cash, whole.saving)
    assert {one.destination for one in angeles.fills} == {"LA"}
    assert "cash" in {one.kind for one in whole.limits}
    assert {one.kind for one in angeles.limits} <= {"warehouse", "container"}


def test_limits_are_asked_by_who_decides_and_sees_all_and_name_what_there_is() -> None:
    """A warehouse hand and who is confined are refused; a place or supplier that nobody knows is named."""
    approved()
    ours = system_viewer("US")
    for viewer in (replace(ours, role="warehouse"), confined("LA")):
        with pytest.raises(ProblemError) as refused:
            checked(viewer, {"cash": "5"})
        assert refused.value.problems[0].code == "not_allowed"
    with pytest.raises(ProblemError) as told:
        checked(ours, {"container": ["LAX:1"], "closed": ["F99:2026-11-01:2026-11-09"], "supplier": ["S1:100"]})
    assert {(one.code, one.found) for one in told.value.problems} == {
        ("unknown_place", "LAX"),
        ("unknown_supplier", "F99"),
    }
    assert checked(ours, {"container": ["LA:1"], "closed": ["CN:lny", "S1:2026-11-01:2026-11-09"]})["container"] == [
        "LA:1"
    ]


def test_an_order_for_several_places_is_taken_back_by_who_sees_all_of_them() -> None:
    """One document, two places: who sees one of them is refused, and nothing is taken back; who sees both may."""
    number = approved()
    line = models.PlanLine.objects.get(document=number)
    other = models.PlanLine.objects.filter(run=line.run).exclude(pk=line.pk).first()
    assert other is not None
    york = models.Location.objects.get(code="NY")
    told = {"document": number, "state": line.state, "kind": line.kind, "destination": york, "decision": None}
    models.PlanLine.objects.filter(pk=other.pk).update(**told)
    with pytest.raises(ProblemError, match="not yours"):
        plan_acts.undo(confined("LA"), line.pk)
    assert models.PlanLine.objects.get(pk=line.pk).document == number
    assert len(plan_acts.undo(confined("LA", "NY"), line.pk)) == 2
