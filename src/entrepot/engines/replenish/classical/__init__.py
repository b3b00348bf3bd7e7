"""Textbook results as plain functions: they explain and they test; the plan itself uses the measured distribution.

Symbols: demand per unit of time (units), costs in any one currency unit; time in the unit of the demand. Every function
gives its formula and source; ``python -m benchmarks.replenish_reference`` compares them with published cases.
"""

from entrepot.engines.replenish.classical.classes import abc_classes, xyz_classes
from entrepot.engines.replenish.classical.cover import days_of_cover, safety_stock_normal
from entrepot.engines.replenish.classical.dynamic_lot import wagner_whitin
from entrepot.engines.replenish.classical.lot_size import (
    economic_order_quantity,
    economic_production_quantity,
    order_quantity_all_units,
    order_quantity_backorders,
    order_quantity_incremental,
)
from entrepot.engines.replenish.classical.newsvendor import (
    base_stock_normal,
    critical_ratio,
    newsvendor_discrete,
    newsvendor_normal,
    newsvendor_poisson,
    newsvendor_profit_normal,
)
from entrepot.engines.replenish.classical.order_up_to import order_up_to_cost, order_up_to_exact
from entrepot.engines.replenish.classical.poisson import poisson_pmf
from entrepot.engines.replenish.classical.reorder_point import reorder_point_normal, reorder_point_poisson

__all__ = [
    "abc_classes",
    "base_stock_normal",
    "critical_ratio",
    "days_of_cover",
    "economic_order_quantity",
    "economic_production_quantity",
    "newsvendor_discrete",
    "newsvendor_normal",
    "newsvendor_poisson",
    "newsvendor_profit_normal",
    "order_quantity_all_units",
    "order_quantity_backorders",
    "order_quantity_incremental",
    "order_up_to_cost",
    "order_up_to_exact",
    "poisson_pmf",
    "reorder_point_normal",
    "reorder_point_poisson",
    "safety_stock_normal",
    "wagner_whitin",
    "xyz_classes",
]
