"""Points and quantiles of many series, with the very configuration that `benchmarks.demand_backtest` reports as `entrepot`.

    python -m benchmarks.demand_speed [--series 100000] [--executor local|dask] [--check]

Made-up series × 52 weeks (smooth to lumpy, a tenth of them young) are written as Parquet chunks of whole series. Timed
apart: training (the model of the whole panel: ratios, season, trees) and forecasting all chunks (quantiles of 8 and
13-week totals, written as Parquet) with 2 workers through the standard Executor: a process pool, or a Dask cluster of 2
local worker processes. Not timed: making the data. ``digest`` is a checksum of all results: equal through both executors
and any chunk size. ``--check`` runs both executors and another chunk size and compares.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

for _threads in ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_threads] = "1"  # workers inherit it: one thread each

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

from benchmarks.report import PeakMemory, report  # noqa: E402
from entrepot.engines.demand import DemandPanel, fit  # noqa: E402
from entrepot.engines.demand.chunks import CHUNK, forecast_chunks, read_chunk, write_chunks  # noqa: E402

WEEKS = 52
WORKERS = 2


def made_up(series: int, start: int, seed: int) -> DemandPanel:
    """Series numbered from ``start``: negative binomial around levels from 0.1 to 50 a week, with a season."""
    random = np.random.default_rng(seed + start)
    level = np.exp(random.normal(0.5, 1.4, (series, 1)))
    swing = 0.4 * np.sin(2 * np.pi * (np.arange(WEEKS)[None, :] + random.integers(0, 52, (series, 1))) / 52)
    demand = random.poisson(random.gamma(0.8, level * np.exp(swing) / 0.8)).astype(np.float64)
    born = np.where(random.random(series) < 0.1, random.integers(0, WEEKS, series), 0)
    demand[np.arange(series), born] = np.maximum(demand[np.arange(series), born], 1)
    demand[np.arange(WEEKS)[None, :] < born[:, None]] = np.nan
    return DemandPanel(
        pl.DataFrame({"item": np.arange(start, start + series)}),
        tuple(date(2025, 11, 24) + timedelta(weeks=k) for k in range(WEEKS)),
        demand, born.astype(np.int64), np.zeros(demand.shape, dtype=np.bool_),
    )  # fmt: skip


def chunks(series: int, folder: Path, size: int) -> list[Path]:
    """Chunk files of ``size`` series; data are made in fixed blocks, so that they do not depend on the chunk size."""
    paths: list[Path] = []
    for start in range(0, series, CHUNK):
        block = made_up(min(CHUNK, series - start), start, 1)
        written = write_chunks(block, folder / f"{start:09d}", size)
        paths += [path.rename(folder / f"{start:09d}-{path.name}") for path in written]
    return paths


def sample(paths: list[Path], most: int) -> DemandPanel:
    """Every so many-th series of all chunks: what the model is learnt from."""
    parts = [read_chunk(path) for path in paths]
    step = max(1, sum(len(part) for part in parts) // most)
    taken = [part.take(np.flatnonzero(part.keys["item"].to_numpy() % step == 0)) for part in parts]
    first = taken[0]
    return DemandPanel(
        pl.concat([part.keys for part in taken]), first.weeks, np.concatenate([part.demand for part in taken]),
        np.concatenate([part.born for part in taken]), np.concatenate([part.censored for part in taken]),
    )  # fmt: skip


@contextmanager
def workers(kind: str) -> Iterator[Executor]:
    """Two worker processes behind the standard interface."""
    if kind == "local":
        with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
            yield pool
        return
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0", host="127.0.0.1") as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor()


def digest(paths: list[Path]) -> str:
    """Checksum of all results in order, whatever the chunks."""
    whole = hashlib.sha256()
    frame = pl.concat([pl.read_parquet(path) for path in paths])
    for name, kind in frame.schema.items():
        column = frame[name].explode() if isinstance(kind, pl.List) else frame[name]
        data = column.cast(pl.String).fill_null("-") if column.dtype == pl.String else column.fill_null(-1)
        whole.update(data.to_numpy().tobytes() if column.dtype != pl.String else "|".join(data).encode())
    return whole.hexdigest()[:16]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=100_000)
    parser.add_argument("--executor", choices=("local", "dask"), default="local")
    parser.add_argument("--check", action="store_true", help="compare both executors and another chunk size")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, PeakMemory() as memory:
        home = Path(temporary)
        paths = chunks(options.series, home / "in", CHUNK)
        started = time.perf_counter()
        model = fit(sample(paths, 20_000))
        train_s = time.perf_counter() - started
        with workers(options.executor) as executor:
            started = time.perf_counter()
            done = forecast_chunks(paths, home / "out", model, executor)
            seconds = time.perf_counter() - started
        found = digest(done)
        if options.check:
            other = "dask" if options.executor == "local" else "local"
            with workers(other) as executor:
                second = digest(forecast_chunks(paths, home / "other", model, executor))
                odd = chunks(options.series, home / "odd", 3_333)
                third = digest(forecast_chunks(odd, home / "odd-out", model, executor))
            print(f"{options.executor} {found}, {other} {second}, chunks of 3,333 {third}")
            if not found == second == third:
                raise SystemExit("the results differ")
    report(
        series=options.series, seconds=round(seconds, 2), train_s=round(train_s, 2), rss_mb=memory.rss_mb,
        executor=options.executor, digest=found,
    )  # fmt: skip


if __name__ == "__main__":
    main()
