"""Textbook results against published reference cases, and the piecewise distribution against closed forms."""

from __future__ import annotations

import json
import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.engines.replenish.classical import (
    critical_ratio,
    days_of_cover,
    economic_order_quantity,
    newsvendor_normal,
)
from entrepot.engines.replenish.distribution import expected_shortage
from tests.shared_data import needs_shared_data, shared_path


def reference(family: str) -> list[dict[str, Any]]:
    """Cases of one family of the shared reference file."""
    text = shared_path("replenish/stockpyl_reference.json").read_text(encoding="utf-8")
    return json.loads(text)["families"][family]["cases"]


@needs_shared_data
def test_economic_order_quantity_matches_the_reference_cases() -> None:
    """Quantity and cost agree to 1e-9 on every case."""
    cases = reference("eoq")
    assert len(cases) >= 5
    for case in cases:
        given_, expected = case["inputs"], case["reference"]
        quantity, cost = economic_order_quantity(given_["demand_rate"], given_["fixed_cost"], given_["holding_cost"])
        assert quantity == pytest.approx(expected["order_quantity"], rel=1e-9)
        assert cost == pytest.approx(expected["cost"], rel=1e-9)


@needs_shared_data
def test_newsvendor_matches_the_reference_cases() -> None:
    """Level and cost agree to 1e-6 on every normal case."""
    cases = reference("newsvendor_normal")
    assert len(cases) >= 5
    for case in cases:
        g, expected = case["inputs"], case["reference"]
        level, cost = newsvendor_normal(g["demand_mean"], g["demand_sd"], g["stockout_cost"], g["holding_cost"])
        assert level == pytest.approx(expected["base_stock_level"], rel=1e-6)
        assert cost == pytest.approx(expected["cost"], rel=1e-6)


def test_refuses_what_has_no_answer() -> None:
    """Negative or all-zero costs and zero demand are errors, not infinities."""
    with pytest.raises(ValueError, match="zero"):
        critical_ratio(0, 0)
    with pytest.raises(ValueError, match="positive"):
        economic_order_quantity(0, 1, 1)
    assert days_of_cover(5, 0) == math.inf
    assert days_of_cover(-5, 10) == 0


def test_quantile_grid_reproduces_the_normal_shortage() -> None:
    """With a fine grid of a normal's quantiles the expected shortage is σ·(φ(z) − z·(1 − Φ(z)))."""
    levels = np.linspace(0.0005, 0.9995, 1999)
    grid = np.array([[NormalDist(500, 80).inv_cdf(p) for p in levels]])
    for z in (-1.0, 0.0, 0.8):
        exact = 80 * (NormalDist().pdf(z) - z * (1 - NormalDist().cdf(z)))
        assert expected_shortage(grid, levels, np.array([500 + 80 * z]))[0] == pytest.approx(exact, rel=2e-3)


@given(st.lists(st.integers(0, 500), min_size=3, max_size=9), st.integers(-50, 600), st.integers(0, 600))
def test_more_stock_is_never_more_shortage(steps: list[int], stock: int, more: int) -> None:
    """Shortage falls with stock, never by more than the stock added, and never below zero."""
    values = np.cumsum(np.array([steps], dtype=np.float64), axis=1)
    levels = np.arange(1, len(steps) + 1) / (len(steps) + 1)
    short, shorter = (expected_shortage(values, levels, np.array([float(s)]))[0] for s in (stock, stock + more))
    assert 0 <= shorter <= short + 1e-9
    assert short - shorter <= more + 1e-9
