"""Storage: what it costs to keep, pick and clear goods on a platform, at a third party, in an own warehouse.

**Problem.** A unit's storage cost depends on its packed size, the month, its age on a snapshot day, and who keeps it; tables
change every year, and a larger order pays its price only when the last of it grows old. The cost is known after the fact, the
order must be decided before.

**Method.** Fee tables are dated data (:mod:`entrepot.rules.platform_fees`); the row of the day is picked by size tier, weight,
price, month and age (:func:`fulfilment`, :func:`placement`, :func:`low_inventory`, :func:`removal`, :func:`monthly_storage`).
:func:`forecast_fees` lets a demand path draw on lots, oldest first across the network, and charges each month's average volume
and each 15th's ages: what lot L will cost if it sells as forecast. Third-party lists (:func:`stay_of_lots`, :func:`handled`),
own warehouses and software (:func:`spread`) and levies (:func:`levies_on`) answer in the same cost lines. The seller's own
report overrides any table. :func:`fulfilment_many` prices arrays of units with the same integers.

**Source.** docs/methods/storage.md and the source column of every row. Rows from memory ask for the seller's confirmation.

**Limits.** :func:`forecast_fees` follows one demand path; surcharges rise with age, so :func:`fees_over_paths` gives mean and
range over sampled paths. Japan and continental Europe have no tables. Peak fulfilment amounts and returns processing by tier
were not found.

>>> from datetime import date
>>> from entrepot.rules.platform_fees import platform_fees
>>> bowl = Unit("BOWL", 800, 305, 305, 152)
>>> told = forecast_fees(bowl, [Lot("L1", 90, date(2025, 8, 1))], [3] * 30, date(2026, 3, 1), "US", platform_fees())
>>> for line in told.explain("L1"):
...     print(line)
L1: 90 units received 2025-08-01: 40.93 USD
Storage 2026-03: 16.96 USD = 0.78 USD a cubic foot and month of 21.7 cubic feet (estimate). Rule:
US/monthly_storage/standard/Jan-Sep/2024-04-01 (from 2024-04-01; high; sellercentral.amazon.com GJ9NNG7RK4TU6E3Z
(2024 change page))
Age surcharge 2026-03-15, 226 days: 23.97 USD = 1.00 USD a cubic foot and month of 24.0 cubic feet (estimate). Rule:
US/aged_inventory_surcharge/all/all/211-240days/2023-04-15 (from 2023-04-15; high; petani-logistics.com (2023 fee change))
The utilisation surcharge is left out: its ratio was not given.
"""

from entrepot.engines.storage.forecast import FeeForecast, forecast_fees
from entrepot.engines.storage.fulfil import (
    Asked,
    fulfilment,
    low_inventory,
    placement,
    removal,
    returns_processing,
    service,
    sized,
)
from entrepot.engines.storage.levies import Levy, levies_on
from entrepot.engines.storage.many import ManyFees, PackedUnits, fulfilment_many
from entrepot.engines.storage.model import Lot, OwnFigure, OwnFigures, Unit
from entrepot.engines.storage.monthly import age_row, monthly_amount, monthly_storage, overage, storage_rows
from entrepot.engines.storage.own_reports import OwnReport, fee_preview, storage_charges
from entrepot.engines.storage.period_costs import PeriodCost, month_amount, spread
from entrepot.engines.storage.read_prices import price_list_from, read_price_list
from entrepot.engines.storage.risk import LotRisk, fees_over_paths
from entrepot.engines.storage.size_tier import Sized, size_tier
from entrepot.engines.storage.third_party import (
    HandlingPrice,
    PriceList,
    Step,
    handled,
    list_problems,
    stay,
    stay_of_lots,
)

__all__ = [
    "Asked",
    "FeeForecast",
    "HandlingPrice",
    "Levy",
    "Lot",
    "LotRisk",
    "ManyFees",
    "OwnFigure",
    "OwnFigures",
    "OwnReport",
    "PackedUnits",
    "PeriodCost",
    "PriceList",
    "Sized",
    "Step",
    "Unit",
    "age_row",
    "fee_preview",
    "fees_over_paths",
    "forecast_fees",
    "fulfilment",
    "fulfilment_many",
    "handled",
    "levies_on",
    "list_problems",
    "low_inventory",
    "month_amount",
    "monthly_amount",
    "monthly_storage",
    "overage",
    "placement",
    "price_list_from",
    "read_price_list",
    "removal",
    "returns_processing",
    "service",
    "size_tier",
    "sized",
    "spread",
    "stay",
    "stay_of_lots",
    "storage_charges",
    "storage_rows",
]
