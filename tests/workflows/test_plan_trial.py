"""Lines of a plan that people change: reckoned from the proposal, whatever was changed before."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from entrepot.books import models
from entrepot.books.access import Viewer, system_viewer
from entrepot.books.selectors import plan as stored
from entrepot.books.selectors.plan_shapes import PlanRow
from entrepot.workflows import plan_acts
from entrepot.workflows.plan import plan
from entrepot.workflows.plan_figures import batch_of
from entrepot.workflows.plan_suppliers import read_price_list
from entrepot.workflows.plan_trial import try_line
from tests.workflows.plan_books import AT, books

pytestmark = pytest.mark.django_db


def _order(viewer: Viewer, sku: str = "FAST") -> PlanRow:
    rows = stored.plan(viewer, stored.PlanWish(kind="buy")).page.rows
    return next(row for row in rows if row.sku == sku)


def _told(viewer: Viewer, key: str) -> tuple[Any, ...]:
    """All that a changed line says of itself."""
    row, detail = stored.find_line(viewer, key), stored.detail(stored.find_line(viewer, key))
    names = (
        "units", "cartons", "mode", "modes", "on", "arrives", "supplier", "price_amount", "price_per", "break_from", "cash",
        "cost", "saving", "risk", "later_storage", "families",
    )  # fmt: skip
    return (*(getattr(row, name) for name in names), detail["weeks"])


@pytest.fixture
def listed(tmp_path: Path) -> Viewer:
    """A plan of books where two suppliers have price lists with breaks."""
    file = tmp_path / "prices.csv"
    rows = ["S1,FAST,1,5.00,USD,yes", "S1,FAST,400,4.80,USD,yes", "S2,FAST,1,5.10,USD,no", "S2,FAST,300,4.40,USD,no"]
    found, viewer = books(), system_viewer("US")
    file.write_text("\n".join(["supplier,sku,from_units,price,currency,all_units", *rows]))
    read_price_list(viewer, file, 3 * AT)
    plan(found)
    return viewer


def test_changes_in_any_order_come_to_the_same_as_all_at_once(listed: Viewer) -> None:
    """Every order of another supplier, day and split: the same line, cost, arrival and projection, and as if set at once."""
    key = _order(listed).id
    start = stored.find_line(listed, key).run.on
    final: dict[str, Any] = {
        "supplier": "S2", "on": start + timedelta(days=10), "modes": {"air": 40, "sea": 300},
    }  # fmt: skip
    seen: list[tuple[Any, ...]] = []
    for sequence in itertools.permutations(final):
        for name in sequence:
            plan_acts.change(listed, key, **{name: final[name]})
        seen.append(_told(listed, key))
        for row in models.PlanLine.objects.filter(pk=key):  # as it was proposed
            row.changed = {}
            row.save(update_fields=["changed"])
    plan_acts.change(listed, key, **final)
    assert all(one == _told(listed, key) for one in seen)
    days = (seen[0][5] - start).days
    assert days == 10 + 35, "ten days later than by air today"


def test_whatever_was_tried_before_the_last_word_on_each_field_counts(listed: Viewer) -> None:
    """Forty random changes one after the other; then the same last words on the untouched proposal."""
    key, luck = _order(listed).id, random.Random(5)
    start = stored.find_line(listed, key).run.on
    now: dict[str, Any] = {}
    for _ in range(40):
        wish: dict[str, Any] = luck.choice(
            [
                {"supplier": luck.choice(["S1", "S2"])},
                {"on": start + timedelta(days=luck.choice([0, 3, 14, 60]))},
                {"modes": {"air": 20 * luck.randrange(6), "sea": 20 * luck.randrange(30)}},
            ]
        )
        now |= wish
        plan_acts.change(listed, key, **wish)
    after = _told(listed, key)
    models.PlanLine.objects.filter(pk=key).update(changed={})
    plan_acts.change(listed, key, **now)
    assert _told(listed, key) == after


def test_a_second_quantity_is_reckoned_from_the_proposal(listed: Viewer) -> None:
    """Twice another quantity, the second the proposal's own: nothing is dearer, and the ways are the proposal's."""
    before = _order(listed)
    plan_acts.change(listed, before.id, units=20)
    tried = try_line(listed, before.id, units=before.units)
    assert tried.dearer == 0
    assert {part.mode: part.units for part in tried.row.modes} == {part.mode: part.units for part in before.modes}
    assert (tried.row.cost, tried.row.cash) == (before.cost, before.cash)


def test_a_quantity_after_ways_goes_by_those_ways(listed: Viewer) -> None:
    """All by sea was chosen; more units go by sea too."""
    key = _order(listed).id
    plan_acts.change(listed, key, modes={"sea": 200})
    assert {part.mode: part.units for part in try_line(listed, key, units=320).row.modes} == {"sea": 320}
    assert {part.mode: part.units for part in try_line(listed, key, modes={"air": 40}).row.modes} == {"air": 40}


def test_amounts_that_are_stored_hold_no_price_of_a_service_floor() -> None:
    """A floor of 99 % on thin margins has a price; what a line costs and saves is money, without that price."""
    plan(books(price=800), asked={"service": "99"})
    row = _order(system_viewer("US"))
    line = stored.find_line(system_viewer("US"), row.id)
    batch, _ = batch_of(stored.detail(line)["trial"])
    assert batch.price > 0
    units = np.array([[next((p.units for p in row.modes if p.mode == lane.name), 0) for lane in batch.lanes]])
    both = np.stack([units, np.zeros_like(units)], axis=1)
    cost, nothing = batch.option_costs(both, price=0.0)[0]
    assert (row.cost, row.saving) == (round(cost), round(nothing - cost))
    with_price = batch.option_costs(both)[0]
    assert nothing - cost < with_price[1] - with_price[0]
    chosen = next(one for one in stored.line(system_viewer("US"), row.id).options if one.chosen)
    assert chosen.cost == row.cost
