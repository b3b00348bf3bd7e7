"""Classes and stages really change what is decided; what a person sets by hand is what holds; promises are measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from entrepot.books import models
from entrepot.books.access import system_viewer
from entrepot.core.calendar import local_date
from entrepot.workflows import plan_acts, plan_kept, plan_orders, plan_service
from entrepot.workflows.forecast import CompanyForecast
from entrepot.workflows.plan_inputs import gather
from entrepot.workflows.plan_limits import Limits
from entrepot.workflows.plan_model import Inputs
from tests.workflows.plan_books import books

pytestmark = pytest.mark.django_db


@contextmanager
def inputs_of(one: CompanyForecast) -> Iterator[Inputs]:
    """What the plan of the books would read."""
    company = models.Company.objects.get(pk=one.company)
    yield gather(company, one, local_date(one.as_of, company.zone) + timedelta(days=1))


def decided(one: CompanyForecast) -> tuple[Inputs, Any, int]:
    """Inputs, decision and the row of the fast item."""
    with inputs_of(one) as inputs:
        row = next(n for n, line in enumerate(inputs.lines) if line.sku == "FAST")
        return inputs, plan_orders.decide_all(inputs, one, Limits()), row


def test_a_class_has_its_floor_its_ways_and_its_review_and_a_person_overrules_each() -> None:
    """Sea alone leaves no other way; a floor of its own has a price of its own; an item not to be ordered is not."""
    one = books()[0]
    viewer = system_viewer("US")
    inputs, first, row = decided(one)
    grade = inputs.lines[row].grade
    assert grade is not None
    assert (grade.value, grade.overruled) == ("A", ())
    assert first.buy[row].units.sum() > 0
    assert [lane.name for lane in first.buy[row].batch.lanes] == ["air", "sea"]
    assert first.buy[row].batch.price == first.prices[grade.strategy.service]

    plan_acts.override(viewer, "FAST", "service", 0.99)
    higher_inputs, higher, row = decided(one)
    assert higher_inputs.lines[row].grade.overruled == ("service",)  # type: ignore[union-attr]
    assert set(higher.prices) - set(first.prices) == {0.99}
    assert higher.buy[row].batch.price == higher.prices[0.99]
    assert higher.buy[row].units.sum() >= first.buy[row].units.sum()

    plan_acts.override(viewer, "FAST", "modes", ["sea"])
    _, slow, row = decided(one)
    assert [lane.name for lane in slow.buy[row].batch.lanes] == ["sea"]

    plan_acts.override(viewer, "FAST", "service", 0.0)
    plan_acts.override(viewer, "FAST", "ordered", False)
    _, none, row = decided(one)
    assert none.buy[row].units.sum() == 0
    assert "not_ordered" in none.buy[row].flags


def test_an_item_that_is_reviewed_seldom_waits_for_its_week(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reviewed every thirteen weeks, an order that can wait cheaply is put off; in the week of its review it is made."""
    one = books()[0]
    plan_acts.override(system_viewer("US"), "FAST", "review_weeks", 13)
    monkeypatch.setattr(plan_orders, "DEFER_SHARE", 1e6)  # waiting is always cheap enough
    with inputs_of(one) as inputs:
        row = next(n for n, line in enumerate(inputs.lines) if line.sku == "FAST")
        found: set[bool] = set()
        for week in range(13):
            inputs.on = inputs.on + timedelta(weeks=1 if week else 0)
            choice = plan_orders.decide_all(inputs, one, Limits()).buy[row]
            due = (inputs.on.isocalendar().week + inputs.lines[row].item) % 13 == 0
            assert ("review_later" in choice.flags) != due
            found.add(due)
            if len(found) == 2:
                break
        assert found == {True, False}


def test_promises_are_measured_where_history_suffices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three items are too few to tell: the stated default; asked to take them, the same answer twice, and a higher aim."""
    one = books()[0]
    with inputs_of(one) as inputs:
        unknown = plan_orders.decide_all(inputs, one, Limits())
        assert inputs.kept is not None
        assert not inputs.kept.measured
        monkeypatch.setattr(plan_kept, "ENOUGH", 1)
        found = []
        for _ in range(2):
            inputs.kept = None
            plan_orders.decide_all(inputs, one, Limits(service=0.9))
            found.append(inputs.kept)
        assert found[0] == found[1]
        assert found[0].measured  # type: ignore[union-attr]
        assert 0 < found[0].met <= 1  # type: ignore[union-attr]
        inputs.kept = type(found[0])(0.99, 0.90)  # type: ignore[call-arg, misc]
        more = plan_orders.decide_all(inputs, one, Limits())
        assert max(more.prices.values()) >= max(unknown.prices.values())
    assert plan_service.HIGHEST < 1
