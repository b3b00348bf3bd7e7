"""The level and the order against an independent sum over sampled demand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from entrepot.engines.replenish.quantity import Costs, best_level, choose, cost_curve

LEVELS = np.array([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
DEMAND = np.array([[12.0, 40.0, 70.0, 100.0, 140.0, 190.0, 260.0]])


def costs(**changes: float) -> Costs:
    """Costs of one row: margin 7.00, holding 0.05 a week, 3.50 lost on clearance, 10 weeks of window."""
    base = {
        "margin": 700.0, "holding": 5.0, "loss": 350.0, "hazard": 0.2 / 52, "clear": 39.0, "order": 0.0, "window": 10.0,
        "review": 2.0, "cycle": 2.0,
    }  # fmt: skip
    return Costs(**{name: np.array([value]) for name, value in (base | changes).items()})


def sampled() -> np.ndarray:
    """Equally likely demands of the piecewise linear distribution (flat at the low end, last step doubled)."""
    share = (np.arange(200_000) + 0.5) / 200_000
    return np.interp(share, [0, *LEVELS, 1], [12, *DEMAND[0], 330])


def marginal(stock: float, c: Costs) -> float:
    """Cost of the last of ``stock`` units: expected waiting when demand is lower, minus the margin when it is not."""
    demand = sampled()
    low = demand[demand < stock]
    weeks = c.window[0] * (stock / low - 1)
    dead = np.where(weeks >= c.clear[0], 1.0, 1 - np.exp(-c.hazard[0] * weeks))
    waiting = c.holding[0] * np.minimum(weeks, c.clear[0]) + c.loss[0] * dead
    return float((waiting.sum() - c.margin[0] * (demand >= stock).sum()) / demand.size)


@pytest.mark.parametrize(
    "changes", [{}, {"margin": 100.0}, {"holding": 40.0}, {"clear": 8.0, "loss": 900.0}, {"window": 3.0}]
)
def test_level_is_where_the_next_unit_stops_paying(changes: dict[str, float]) -> None:
    """At the level the sampled marginal cost changes sign, within the grid of the quantiles."""
    c = costs(**changes)
    level = float(best_level(cost_curve(DEMAND, LEVELS, c))[0])
    assert marginal(0.93 * level, c) < 0 < marginal(1.07 * level, c)


def test_total_is_the_sum_of_the_units() -> None:
    """The curve's cost of a lot equals the sum of its units' sampled marginal costs."""
    c = costs()
    curve = cost_curve(DEMAND, LEVELS, c)
    lot = curve.at(curve.total, np.array([180.0])) - curve.at(curve.total, np.array([120.0]))
    units = sum(marginal(stock, c) for stock in np.arange(120.5, 180))
    assert lot[0] == pytest.approx(units, rel=0.05)


def test_blocks_do_not_change_the_answer() -> None:
    """2,500 rows in blocks give each row what it gets alone."""
    random = np.random.default_rng(4)
    demand = np.sort(random.gamma(1.5, 40.0, (2500, LEVELS.size)), axis=1)
    many = Costs(**{name: np.full(2500, float(value[0])) for name, value in vars(costs()).items()})
    together = best_level(cost_curve(demand, LEVELS, many))
    alone = [best_level(cost_curve(demand[k : k + 1], LEVELS, costs()))[0] for k in (0, 999, 1000, 2499)]
    assert together[[0, 999, 1000, 2499]].tolist() == alone


def order(position: float, c: Costs, carton: float = 1.0, moq: float = 0.0) -> float:
    """Units ordered from a position."""
    cells = (np.array([value]) for value in (carton, moq))
    return float(choose(DEMAND, DEMAND, LEVELS, np.array([position]), c, *cells).units[0])


def test_carton_rounding_takes_the_cheaper_neighbour() -> None:
    """Of the multiples below and above the level, the one with the lower sampled cost is ordered."""
    c = costs()
    level = float(best_level(cost_curve(DEMAND, LEVELS, c))[0])
    for carton in (30.0, 50.0, 70.0):
        below, above = np.floor((level - 40) / carton) * carton, np.ceil((level - 40) / carton) * carton
        step = sum(marginal(40 + below + unit, c) for unit in np.arange(0.5, carton))
        assert order(40, c, carton) == (above if step < 0 else below)


def test_an_order_line_that_costs_more_than_it_earns_is_not_placed() -> None:
    """A dear order line stops small top-ups, not large orders; a cheap one stops neither."""
    level = float(best_level(cost_curve(DEMAND, LEVELS, costs()))[0])
    assert order(level - 10, costs()) == 10
    assert order(level - 10, costs(order=5_000.0)) == 0
    assert order(20, costs(order=5_000.0)) > 100


def test_an_order_waits_when_the_next_review_is_soon_enough() -> None:
    """With much stock against the demand until the next review, the same gap is left for later."""
    calm = DEMAND / 10
    position = np.array([60.0])
    c, one, none = costs(), np.ones(1), np.zeros(1)
    assert choose(DEMAND, DEMAND, LEVELS, position, c, one, none).units[0] > 0
    assert choose(DEMAND, calm, LEVELS, position, c, one, none).units[0] == 0


def test_carrying_dearer_or_longer_never_raises_the_level() -> None:
    """Dearer holding, more risk, a larger loss or earlier clearance lower the level; more margin raises it."""
    base = best_level(cost_curve(DEMAND, LEVELS, costs()))[0]
    for change in ({"holding": 20.0}, {"hazard": 0.05}, {"loss": 900.0}, {"clear": 10.0}):
        assert (
            best_level(cost_curve(DEMAND, LEVELS, replace(costs(), **{k: np.array([v]) for k, v in change.items()})))[0]
            <= base
        )
    assert best_level(cost_curve(DEMAND, LEVELS, costs(margin=2_000.0)))[0] > base
