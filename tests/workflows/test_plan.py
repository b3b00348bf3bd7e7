"""The plan on small books: what is loaded and bought, from which figures, what is kept, and what happens after an answer."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from entrepot.books import audit_trail, models
from entrepot.books.access import NOWHERE, Looking, Viewer, system_viewer
from entrepot.books.selectors import plan as stored
from entrepot.books.selectors.plan_shapes import PlanRow
from entrepot.books.selectors.shapes import NotThere
from entrepot.core.errors import ProblemError
from entrepot.workflows import decide, plan_acts, plan_papers
from entrepot.workflows.plan import plan
from entrepot.workflows.plan_suppliers import read_price_list
from entrepot.workflows.plan_trial import try_line
from tests.workflows.plan_books import AT, LAST, START, books, doc

pytestmark = pytest.mark.django_db


def lines(kind: str = "", viewer: Viewer | None = None) -> dict[str, PlanRow]:
    """Lines of the newest plan by SKU."""
    rows = stored.plan(viewer or system_viewer("US"), stored.PlanWish(kind=kind)).page.rows
    return {row.sku: row for row in rows}


def test_goods_that_wait_are_loaded_and_what_is_lacking_is_bought() -> None:
    """40 of the fast item wait: they are loaded, and more is bought from its supplier, delivered to the waiting place."""
    found = plan(books())
    assert [(one.company, one.unplanned) for one in found] == [("US", 0)]
    load, order = lines("ship")["FAST"], lines("buy")["FAST"]
    assert (load.units, load.waiting, load.origin, load.destination) == (40, 40, "CN", "LA")
    assert order.units % order.carton == 0
    assert order.units >= 100
    assert (order.supplier, order.origin, order.price) == ("S1", "CN", (500, 1, "USD"))
    assert order.saving is not None
    assert order.saving > 0
    assert order.risk is not None
    assert order.risk_nothing is not None
    assert order.risk < order.risk_nothing


def test_freight_and_lead_times_are_those_of_own_bills_and_receipts() -> None:
    """Bills of 120 a m³ by sea and 6 a kg by air, 28 days at the factory, 35 and 7 on the way: the line says just that."""
    plan(books())
    order = lines("buy")["FAST"]
    days = {part.mode: part.days for part in order.modes}
    assert days == {"air": 35, "sea": 63}
    by = {part.mode: part.units for part in order.modes}
    assert order.families["first_leg"] == by["air"] * 300 + by["sea"] * 36
    assert order.families["purchase"] == order.units * 500
    assert not {"freight", "lead_weeks", "unit_cost"} & set(order.assumed)
    assert "storage_week" in order.assumed


def test_the_same_inputs_make_the_same_plan_and_an_override_makes_another_version() -> None:
    """A plan is a figure: made again it is the same line for line; a changed strategy is another input."""
    forecasts = books()
    first, second = (plan(forecasts)[0].run for _ in range(2))
    told = [
        list(
            models.PlanLine.objects.filter(run=run)
            .order_by("kind", "item")
            .values_list("kind", "item", "units", "cost")
        )
        for run in (first, second)
    ]
    assert told[0] == told[1]
    versions = [models.PlanRun.objects.get(pk=run).version for run in (first, second)]
    assert versions[0] == versions[1]
    viewer = system_viewer("US")
    plan_acts.override(viewer, "FAST", "modes", ["sea"])
    third = models.PlanRun.objects.get(pk=plan(forecasts)[0].run)
    assert third.version != versions[0]
    assert [part.mode for part in lines("buy")["FAST"].modes] == ["sea"]


def test_an_approved_order_is_posted_and_counts_as_coming_until_it_is_taken_back() -> None:
    """Approved on Today or in the plan: the purchase order stands in the books and the next plan does not order again."""
    forecasts = books()
    plan(forecasts)
    viewer = system_viewer("US")
    before = lines("buy")["FAST"]
    done = plan_acts.approve(viewer, [before.id])[0]
    posted = models.PurchaseLine.objects.filter(document__external_id=done.document).get()
    assert (posted.quantity, posted.supplier, posted.destination) == (before.units, "S1", "CN")
    assert done.decision is not None
    assert done.decision.state == models.Decision.APPROVED
    plan(forecasts)
    assert "FAST" not in lines("buy")
    kept = stored.line(viewer, lines()["FAST"].id).reasons
    assert [r.parameters["units"] for r in kept if r.code == "plan_ordered"] == [before.units]
    plan_acts.undo(viewer, done.pk)
    plan(forecasts)
    assert lines("buy")["FAST"].units == before.units
    decision = models.Decision.objects.get(state=models.Decision.OPEN, kind="order")
    answered = decide.approve(viewer, decision.pk)
    assert answered.document == models.PlanLine.objects.get(decision=decision).document != ""
    assert decide.undo(viewer, decision.pk).state == models.Decision.OPEN


def test_an_approved_load_is_on_its_way_until_its_shipment_is_posted() -> None:
    """It waits no more and is not loaded twice; the shipment that carries it takes its place."""
    forecasts = books()
    plan(forecasts)
    viewer = system_viewer("US")
    load = plan_acts.approve(viewer, [lines("ship")["FAST"].id])[0]
    assert load.document.startswith("SI-")
    plan(forecasts)
    after = lines()["FAST"]
    assert (after.waiting, after.coming) == (0, 40)
    from entrepot.books import intake

    gone = doc("shipment", "SEA-REAL", LAST + timedelta(days=3), company="US", origin={"location": "CN"}, destination="LA",
               mode="sea", lines=[{"sku": "FAST", "quantity": 40}])  # fmt: skip
    assert intake.post([gone], name="test", recorded_at=9 * AT).quarantined == 0
    plan(forecasts)
    assert (lines()["FAST"].waiting, lines()["FAST"].coming) == (0, 40)


def test_a_line_that_is_tried_says_what_it_would_cost_and_keeps_nothing() -> None:
    """The proposal costs nothing more than itself, nothing at all costs its saving, twice as much brings more risk away."""
    plan(books())
    viewer = system_viewer("US")
    order = lines("buy")["FAST"]
    assert try_line(viewer, order.id).dearer == 0
    nothing = try_line(viewer, order.id, units=0)
    assert nothing.dearer == order.saving
    assert nothing.row.risk == order.risk_nothing
    twice = try_line(viewer, order.id, units=2 * order.units)
    assert (twice.dearer or 0) > 0
    assert (twice.row.risk or 0) <= (order.risk or 0)
    assert twice.row.cash == pytest.approx(2 * (order.cash or 0), rel=0.5)
    broken = try_line(viewer, order.id, units=111)
    assert [problem.code for problem in broken.problems] == ["plan_not_cartons"]
    assert lines("buy")["FAST"].units == order.units
    with pytest.raises(ProblemError, match="cannot go that way"):
        try_line(viewer, order.id, modes={"mule": 5})
    with pytest.raises(ProblemError, match="add up"):
        try_line(viewer, order.id, units=100, modes={"sea": 80})


def test_a_changed_line_is_kept_with_who_changed_what_and_is_what_is_ordered() -> None:
    """The override stands in the list and in the audit trail, the order has the changed quantity."""
    plan(books())
    viewer = system_viewer("US", "ann")
    order = lines("buy")["FAST"]
    plan_acts.change(viewer, order.id, units=200, note="fair in May")
    kept = lines("buy")["FAST"]
    assert (kept.units, kept.changed) == (200, {"units": 200})
    assert [(o.field, o.value, o.made_by, o.note) for o in stored.overrides(viewer)] == [
        ("units", 200, "ann", "fair in May")
    ]
    done = plan_acts.approve(viewer, [order.id])[0]
    assert models.PurchaseLine.objects.get(document__external_id=done.document).quantity == 200
    assert not audit_trail.verify()
    with pytest.raises(ProblemError, match="approved already"):
        plan_acts.change(viewer, order.id, units=100)


def test_contradictory_and_senseless_overrides_are_refused() -> None:
    """Not to be ordered and yet to be served; a service of more than all; a way that nobody knows."""
    plan(books())
    viewer = system_viewer("US")
    plan_acts.override(viewer, "FAST", "service", 0.9)
    with pytest.raises(ProblemError, match="not to be ordered"):
        plan_acts.override(viewer, "FAST", "ordered", False)
    for field, value in (("service", 1.5), ("modes", ["mule"]), ("review_weeks", 0), ("colour", "red")):
        with pytest.raises(ProblemError, match="cannot be set"):
            plan_acts.override(viewer, "FAST", field, value)
    with pytest.raises(NotThere):
        plan_acts.override(viewer, "NONE", "service", 0.9)


def test_without_cash_nothing_is_bought_and_the_first_to_let_through_is_named() -> None:
    """A budget of nothing binds; what it costs is the saving that is given up; a large one limits nothing."""
    forecasts = books()
    plan(forecasts)
    free = stored.plan(system_viewer("US")).head
    plan(forecasts, asked={"cash": "0"})
    found = stored.plan(system_viewer("US"), stored.PlanWish(kind="acts"))
    assert found.head is not None
    assert free is not None
    assert found.page.total == 0
    limit = found.head.limits[0]
    assert (limit.kind, limit.binds, limit.used) == ("cash", True, 0)
    assert limit.relief is not None
    assert limit.relief.parameters["sku"] == "FAST"
    assert found.head.limits_cost == pytest.approx(free.saving or 0, abs=3)
    plan(forecasts)
    kept = stored.plan(system_viewer("US")).head
    assert kept is not None
    assert kept.asked["cash"] == 0
    plan(forecasts, asked={"cash": "900000"})
    rich = stored.plan(system_viewer("US")).head
    assert rich is not None
    assert (rich.limits[0].binds, rich.saving) == (False, free.saving)


def test_a_supplier_that_closes_brings_later_and_the_plan_says_what_that_costs() -> None:
    """Closed for six weeks from the day of the plan on: the order arrives six weeks later."""
    forecasts = books()
    plan(forecasts)
    before = lines("buy")["FAST"]
    day = before.on
    plan(forecasts, asked={"closed": (f"S1:{day}:{day + timedelta(days=41)}",)})
    found = stored.plan(system_viewer("US"), stored.PlanWish(kind="buy"))
    assert found.head is not None
    limit = found.head.limits[0]
    assert (limit.kind, limit.name, limit.binds) == ("closure", "S1", True)
    assert (limit.cost or 0) > 0
    for row in found.page.rows:
        for part in row.modes:
            assert part.days == {"air": 35, "sea": 63}[part.mode] + 42


def test_a_price_list_with_a_break_raises_an_order_that_it_pays_for(tmp_path: Path) -> None:
    """From 500 units on the price is 40 % lower: the order goes there, at that price."""
    forecasts = books()
    viewer = system_viewer("US")
    file = tmp_path / "prices.csv"
    file.write_text("supplier,sku,from_units,price,currency,moq\nS1,FAST,1,5.00,USD,100\nS1,FAST,500,3.00,USD,100\n")
    assert read_price_list(viewer, file, 9 * AT) == 2
    plan(forecasts)
    order = lines("buy")["FAST"]
    assert order.units >= 500
    assert (order.price, order.break_from) == ((300, 1, "USD"), 500)
    assert "price_break" in order.flags
    file.write_text("supplier,sku,from_units,price,currency\nS1,NOBODY,1,5.00,USD\n")
    with pytest.raises(ProblemError, match="cannot be read"):
        read_price_list(viewer, file, 9 * AT)


def test_what_cannot_be_planned_is_listed_with_what_is_missing_and_the_rest_is_planned() -> None:
    """An item sold without a known price has no margin: it stands in the gaps; the others have their lines."""
    extra = [
        doc("item", "GIFT", START, supplier="S1"),
        *(
            doc("sales_order", f"GIFT-{week}", START + timedelta(weeks=week, days=1), shop="WEB", currency="USD",
                cell={"location": "LA"}, lines=[{"sku": "GIFT", "quantity": 2, "amount": None}])
            for week in range(30)
        ),
    ]  # fmt: skip
    found = plan(books(*extra))
    assert found[0].unplanned == 1
    gaps = stored.gaps(system_viewer("US")).rows
    assert [(gap.sku, gap.missing) for gap in gaps] == [("GIFT", ["price", "unit_cost"])]
    assert set(lines()) == {"FAST", "SLOW", "NEW"}


def test_papers_are_written_in_both_languages_and_keep_prices_from_who_may_not_see_them() -> None:
    """The order's file has what was posted; a warehouse hand's file has no price columns."""
    plan(books())
    viewer = system_viewer("US")
    order, load = lines("buy")["FAST"], lines("ship")["FAST"]
    number, instruction = (line.document for line in plan_acts.approve(viewer, [order.id, load.id]))
    paper = plan_papers.purchase_orders(viewer, [number], "zh", "csv")
    row = next(csv.DictReader(io.StringIO(paper.content.decode("utf-8-sig"))))
    assert (row["采购单号"], row["SKU"], row["数量"], row["单价"], row["金额"]) == (
        number, "FAST", str(order.units), "5.00", f"{order.units * 5}.00",
    )  # fmt: skip
    hand = Viewer("bo", "warehouse", viewer.company, offered=viewer.offered)
    seen = plan_papers.purchase_orders(hand, [number], "en", "csv").content.decode("utf-8-sig").splitlines()[0]
    assert "Price" not in seen
    loads = plan_papers.shipping_instructions(viewer, [instruction], "en", "csv").content.decode("utf-8-sig")
    assert f"{instruction},CN,LA,air" in loads
    assert plan_papers.purchase_orders(viewer, [number]).content.startswith(b"PK")
    with pytest.raises(NotThere):
        plan_papers.purchase_orders(viewer, ["PO-NONE"])


def test_who_may_not_see_costs_sees_units_and_days_only() -> None:
    """Cash, saving, families, prices and limits' prices are left out; another company's plan is not there."""
    plan(books())
    looking = system_viewer("US").company
    hand = Viewer("bo", "warehouse", looking, offered=(looking,))
    row = lines("buy", hand)["FAST"]
    assert row.units > 0
    assert (row.cash, row.saving, row.price, row.families, row.later_storage) == (None, None, None, {}, None)
    page = stored.line(hand, row.id)
    assert (page.reasons, page.nothing) == ([], {})
    stranger = Viewer("eve", "owner", Looking(99, "EV", "EV", "USD", "UTC"))
    assert stored.plan(stranger).head is None
    with pytest.raises(NotThere):
        stored.line(stranger, row.id)
    with pytest.raises(ProblemError):
        plan_acts.approve(Viewer("bo", "warehouse", looking), [row.id])
    assert stored.plan(Viewer("x", "owner", NOWHERE)).head is None


def test_an_approved_order_and_an_approved_load_are_expected_arrivals_of_the_inventory() -> None:
    """The order at the place where the supplier delivers, the load at its destination, until they come or are taken back."""
    from entrepot.books.selectors.inventory import StockWish, inventory

    plan(books())
    viewer = system_viewer("US")
    order, load = lines("buy")["FAST"], lines("ship")["FAST"]
    number, instruction = (line.document for line in plan_acts.approve(viewer, [order.id, load.id]))

    def arrivals() -> dict[str, list[tuple[str, int, str]]]:
        rows = inventory(viewer, StockWish(by="location", text="FAST")).page.rows
        return {row.place: [(a.shipment, a.units, a.kind) for a in row.arrivals] for row in rows}

    found = arrivals()
    assert (number, order.units, "order") in found["CN"]
    assert (instruction, 40, "load") in found["LA"]
    plan_acts.undo(viewer, order.id)
    plan_acts.undo(viewer, load.id)
    found = arrivals()
    assert number not in {name for name, _, _ in found["CN"]}
    assert instruction not in {name for name, _, _ in found["LA"]}


def test_the_scorecard_counts_days_out_turnover_and_what_ignored_advice_cost() -> None:
    """A large order empties the shelf in the 34th week; of that month's two lines one was taken, the other ignored."""
    from entrepot.books.selectors.scorecard import outcome, scorecard
    from entrepot.workflows.scorecard import scorecard as score

    large = doc("sales_order", "LARGE", START + timedelta(weeks=33), shop="WEB", currency="USD", cell={"location": "LA"},
                lines=[{"sku": "FAST", "quantity": 200, "amount": 500_000}])  # fmt: skip
    run = plan(books(large))[0].run
    viewer = system_viewer("US")
    early = LAST - timedelta(days=56)
    plan_acts.approve(viewer, [lines("ship")["FAST"].id])
    models.PlanLine.objects.filter(run=run, item__sku="FAST").update(on=early)
    score(months=6)
    rows = {row.month: row for row in scorecard(viewer)}
    told = rows[early.replace(day=1)]
    assert (told.advice, told.taken, told.ignored) == (2, 1, 1)
    assert told.taken_effect is not None
    assert (told.ignored_cost or 0) > 0
    best = rows[START.replace(month=4, day=1)]
    assert (best.out_days, best.sku_days) == (0, 90)
    assert best.profit is not None
    assert best.stock_value is not None
    assert best.return_on_stock == pytest.approx(1000 * best.profit * 365 / 30 / best.stock_value, rel=0.01)
    assert {one.sku for one in outcome(viewer, str(run))} == {"FAST", "SLOW", "NEW"}


def test_stock_is_moved_between_two_places_of_one_country_where_that_pays() -> None:
    """New York holds a year of what Los Angeles runs out of: cartons go over, approved they are expected there."""
    extra = [
        doc("location", "NY", START, kind="third_party", country="US"),
        doc("shop", "EAST", START, company="US", currency="USD", location="NY", country="US"),
        doc("opening_balance", "OPEN-NY", START, company="US", location="NY",
            lines=[{"sku": "FAST", "quantity": 400,
                    "costs": [{"component": "goods", "money": {"amount": 200_000, "currency": "USD"}}]}]),
        *(
            doc("sales_order", f"NY-{week}", START + timedelta(weeks=week, days=2), shop="EAST", currency="USD",
                cell={"location": "NY"}, lines=[{"sku": "FAST", "quantity": 2, "amount": 5_000}])
            for week in range(40)
        ),
    ]  # fmt: skip
    masters, rest = extra[:2], extra[2:]
    plan(books(*rest, masters=masters))
    viewer = system_viewer("US")
    moved = next(row for row in stored.plan(viewer, stored.PlanWish(kind="move")).page.rows)
    assert (moved.sku, moved.origin, moved.destination, moved.mode) == ("FAST", "NY", "LA", "truck")
    assert 0 < moved.units <= 320
    assert moved.units % 20 == 0
    assert (moved.saving or 0) > 0
    assert "freight" in moved.assumed
    assert try_line(viewer, moved.id).dearer == 0
    assert plan_acts.approve(viewer, [moved.id])[0].document.startswith("SI-")
