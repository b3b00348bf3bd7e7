"""The simulated business: reproducible, whole, and hard enough to be worth forecasting."""

from datetime import date

import numpy as np
import pytest

from entrepot.sample import signals
from entrepot.sample.demand import AMAZON, MARKET_UK, OWN_SHOP
from entrepot.sample.orders import SHIPPED, draw
from entrepot.sample.world import World, first_day, simulate


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(until=date(2026, 4, 30), months=10, skus=90)


def test_same_arguments_give_the_same_world(world: World) -> None:
    """Two runs agree to the last unit and paper; another seed does not."""
    again = simulate(until=date(2026, 4, 30), months=10, skus=90)
    assert [p.document for p in again.papers] == [p.document for p in world.papers]
    assert (again.sold == world.sold).all()
    assert again.returned == world.returned
    assert (simulate(seed=8, until=date(2026, 4, 30), months=10, skus=90).sold != world.sold).any()


@pytest.mark.parametrize("seed", range(6))
def test_units_are_conserved(seed: int) -> None:
    """Opening + what came − what left = what stands there, for every SKU, and no cell is below zero."""
    small = simulate(seed=seed, until=date(2025, 12, 31), months=8, skus=40)
    assert small.conserved()


def test_nobody_buys_what_is_not_there(world: World) -> None:
    """Sales never exceed demand; shelves run empty now and then, and more than nine in ten wishes are met or lost in
    numbers that the truth keeps."""
    wanted, sold = world.demand.wanted, world.sold
    assert (sold <= wanted).all()
    lost = int((wanted - sold).sum())
    assert 0.02 < lost / wanted.sum() < 0.35


def test_only_new_things_start_late_and_only_ended_ones_stop(world: World) -> None:
    """Nothing is asked for before its launch or after its end."""
    c = world.catalogue
    day = np.arange(world.days)
    outside = (day[None, :] < c.launch[:, None]) | (day[None, :] >= c.ends[:, None])
    assert not world.demand.wanted[:, outside].any()
    assert not world.demand.wanted[AMAZON, ~c.on_amazon].any()
    assert not world.demand.wanted[[OWN_SHOP, MARKET_UK]][:, ~c.in_europe].any()


def test_promotions_sell_more_for_less(world: World) -> None:
    """On a promotion's days its SKUs are asked for far more often than in the two weeks before and after."""
    inside = around = 0.0
    for p in world.demand.promotions:
        if p.first < 14 or p.last + 14 >= world.days:
            continue
        wanted = world.demand.wanted[p.channel][list(p.skus)]
        inside += wanted[:, p.first : p.last + 1].mean() * len(p.skus)
        before, after = wanted[:, p.first - 14 : p.first], wanted[:, p.last + 1 : p.last + 15]
        around += (before.mean() + after.mean()) / 2 * len(p.skus)
        assert (world.demand.off[p.channel][list(p.skus), p.first] == p.off).all()
    assert inside > 1.5 * around > 0


def test_orders_hold_exactly_what_was_sold(world: World) -> None:
    """Lines of shipped and open orders add up to the units sold by channel, SKU and day; returns name their line."""
    orders = draw(world, 7)
    live = orders.lines.filter((orders.lines["status"] != "cancelled") & (orders.lines["sku"] >= 0))
    sold = np.zeros_like(world.sold)
    cells = tuple(live[name].to_numpy() for name in ("channel", "sku", "day"))
    np.add.at(sold, cells, live["quantity"].to_numpy())
    assert (sold == world.sold).all()
    rows = orders.lines[orders.line_of_return]
    assert rows["sku"].to_list() == [r.sku for r in world.returned]
    assert rows["day"].to_list() == [r.sold_on for r in world.returned]
    assert set(rows["status"]) == {SHIPPED}
    back = np.bincount(orders.line_of_return, minlength=len(orders.lines))
    assert (back <= orders.lines["quantity"].to_numpy()).all()


def test_every_plant_is_there(world: World) -> None:
    """Late and missing bills, shortages, surpluses, losses, price cuts, supplier returns, goods at sea."""
    assert {
        "late_bill", "missing_bill", "short_receipt", "over_receipt", "short_arrival", "count_difference",
        "opening_without_cost", "price_cut", "supplier_return", "loss_not_paid", "in_transit_at_end",
    } <= set(world.truths)  # fmt: skip
    lateness = [
        (date.fromisoformat(str(b["billed"])) - date.fromisoformat(str(b["due"]))).days
        for b in world.truths["late_bill"]
    ]
    assert min(lateness) >= 30
    assert max(lateness) <= 95


def test_prices_leave_a_plausible_margin(world: World) -> None:
    """A unit sells for two to eight times its factory price."""
    c = world.catalogue
    ratio = c.price_usd / (c.cost_cny / 7.1)
    assert ratio.min() > 2
    assert ratio.max() < 14
    assert np.median(ratio) < 6


def test_first_day_of_whole_months() -> None:
    """Months are counted back from the day after the last."""
    assert first_day(date(2026, 10, 31), 18) == date(2025, 5, 1)
    assert first_day(date(2026, 2, 28), 1) == date(2026, 2, 1)
    assert first_day(date(2026, 1, 15), 2) == date(2025, 11, 16)


def test_signals_say_what_the_truth_says(world: World) -> None:
    """Carts follow next week's true demand, mentions follow nothing; unmet searches are of nothing that is listed."""
    told = signals.explaining(world, 7)
    mean, place = world.demand.mean[AMAZON], {sku: i for i, sku in enumerate(world.catalogue.sku)}
    carts = [s for s in told if s.name == "cart_adds"]
    said = [s for s in told if s.name == "mentions"]
    after = [mean[place[s.sku], (s.effective_at.date() - world.start).days + 1 :][:7].sum() for s in carts]
    assert np.corrcoef([s.numerator for s in carts], after)[0, 1] > 0.9
    assert abs(np.corrcoef([s.numerator for s in said], after)[0, 1]) < 0.2
    assert len({s.sku for s in carts}) == signals.WATCHED
    unmet = signals.unmet(world, 7)
    assert {s.name for s in unmet} == {"searches", "abandoned_carts", "complaints", "waiting"}
    assert {s.subject for s in unmet if not s.sku} == {subject for subject, *_ in signals.WANTED}
    assert len({s.id for s in [*told, *unmet]}) == len(told) + len(unmet)
    assert all(world.start <= s.effective_at.date() <= world.until for s in [*told, *unmet])
