"""The forecast against the spreadsheet, Croston, TSB and AutoETS on real order lines or any weekly table.

    python -m benchmarks.demand_backtest [--data PATH] [--methods entrepot,ma8,sba,tsb,autoets]

PATH: a Parquet file of order lines (StockCode, Quantity, InvoiceDate, UnitPrice, InvoiceNo, Country) or a weekly table
(series, week, quantity, optional in_stock 0..1). Protocol: rolling origins 25, 21, 17 and 13 weeks before the end,
totals of the next 8 and 13 weeks, every series that at the origin is at least 8 weeks old with 4 non-zero weeks and a
sale in the last 13; a horizon of which less than three quarters were in stock is not scored. A method sees only the weeks
before the origin. Figures are shares of demand: wape, wql, pin95, bias; cov90, cov95, cov99 are shares of totals at or
below the quantile; ms is a series and origin, training apart (train_s, all origins together); one thread.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

for _threads in ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_threads] = "1"

from benchmarks import demand_peers  # noqa: E402
from benchmarks.demand_data import DEFAULT, load  # noqa: E402
from benchmarks.report import report  # noqa: E402
from entrepot.engines.demand import Backtest, DemandPanel, backtest, fit  # noqa: E402
from entrepot.engines.demand.backtest import Method, Told, entrepot_method, ma8_method  # noqa: E402

SHOWN = ("wape", "bias", "pin95", "wql", "cov90", "cov95", "cov99")


class Entrepot:
    """The production configuration: :func:`fit`, then :func:`forecast`, both timed."""

    def __init__(self) -> None:
        self.train_s = 0.0

    def __call__(self, past: DemandPanel, horizons: Sequence[int]) -> Told:
        started = time.perf_counter()
        model = fit(past)
        self.train_s += time.perf_counter() - started
        return entrepot_method(past, horizons, model)


ENTREPOT = Entrepot()
METHODS: dict[str, Method] = {
    "entrepot": ENTREPOT,
    "ma8": ma8_method,
    "sba": demand_peers.sba,
    "tsb": demand_peers.tsb,
    "autoets": demand_peers.autoets,
}


class Timed:
    """A method that adds up the seconds it took."""

    def __init__(self, method: Method) -> None:
        self.method, self.seconds = method, 0.0

    def __call__(self, past: DemandPanel, horizons: Sequence[int]) -> Told:
        started = time.perf_counter()
        told = self.method(past, horizons)
        self.seconds += time.perf_counter() - started
        return told


def table(result: Backtest, horizon: int) -> None:
    """Print the scores of one horizon: in total, then by demand class."""
    for kind, scores in {"all series": result.scores, **result.by_pattern}.items():
        count = result.series if kind == "all series" else result.counts[kind]
        print(f"\n{horizon}-week totals, {kind} ({count:,} series-origins)")
        print("  method    " + "".join(f"{name:>8}" for name in SHOWN))
        for name, by_horizon in scores.items():
            row = asdict(by_horizon[horizon])
            print(f"  {name:<10}" + "".join(f"{row[key]:8.3f}" for key in SHOWN))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--methods", default=",".join(METHODS))
    options = parser.parse_args()
    started = time.perf_counter()
    history = load(options.data)
    print(f"{options.data.name}: {len(history):,} series × {len(history.weeks)} weeks to {history.weeks[-1]}")
    names = options.methods.split(",")
    if "autoets" in names and find_spec("statsforecast") is None:
        print("autoets is left out: statsforecast is not installed (pip install entrepot[peers])")
        names.remove("autoets")
    timed = {name: Timed(METHODS[name]) for name in names}
    result = backtest(history, methods=timed)
    for horizon in (8, 13):
        table(result, horizon)
    if {"entrepot", "ma8"} <= set(timed):
        ours, rule = result.scores["entrepot"][13], result.scores["ma8"][13]
        ratios = {key: round(getattr(ours, key) / getattr(rule, key), 3) for key in ("pin95", "wql", "wape")}
        print(f"\nentrepot / ma8 at 13 weeks: {ratios}")
    print(f"{time.perf_counter() - started:.0f} s in all")
    train_s = ENTREPOT.train_s if "entrepot" in timed else 0.0
    if "entrepot" in timed:
        timed["entrepot"].seconds -= train_s
    figures = {
        name: {
            f"l{h}_{key}": round(value, 4) for h, score in by_horizon.items() for key, value in asdict(score).items()
        }
        | {"ms": round(1e3 * timed[name].seconds / max(result.series, 1), 3)}
        for name, by_horizon in result.scores.items()
    }
    report(series=result.series, train_s=round(train_s, 2), methods=figures)


if __name__ == "__main__":
    main()
