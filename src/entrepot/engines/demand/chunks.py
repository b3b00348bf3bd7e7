"""Many series: chunks of whole series as Parquet files, forecast by any executor.

The seam is the standard ``concurrent.futures.Executor``: a local process pool, or a Dask client's
(``client.get_executor()``) when one machine is outgrown. What crosses it are paths and one model; a chunk's figures depend
on nothing else, so they are the same bit for bit whatever the chunking and wherever they are worked out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.engines.demand.fit import Model
from entrepot.engines.demand.forecast import forecast, whole_lists
from entrepot.engines.demand.model import DemandPanel, LeadTime

CHUNK = 10_000
"""Series a chunk: about 100 MB while it is worked on."""

CHUNK_LEVELS: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99)
CHUNK_WEEKS: tuple[float, ...] = (8.0, 13.0)


def write_chunks(panel: DemandPanel, folder: Path, size: int = CHUNK) -> list[Path]:
    """Write ``panel`` as Parquet chunks of ``size`` whole series and return their paths in order.

    A chunk has the key columns, ``demand`` (list, NaN unknown), ``censored`` and ``bulk`` (lists), ``born`` and ``first_week``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for start in range(0, len(panel), size):
        rows = np.arange(start, min(start + size, len(panel)), dtype=np.int64)
        part = panel.take(rows)
        bulk = np.full(part.demand.shape, np.nan) if part.bulk is None else part.bulk
        notes = part.notes or ((),) * len(part)
        frame = part.keys.with_columns(
            pl.Series("_born", part.born), _lists("_demand", part.demand), _lists("_censored", part.censored),
            _lists("_bulk", bulk), pl.Series("_notes", notes, dtype=pl.List(pl.String)), pl.lit(list(part.weeks)).alias("_weeks"),
        )  # fmt: skip
        path = folder / f"chunk-{start // size:05d}.parquet"
        frame.write_parquet(path)
        paths.append(path)
    return paths


def read_chunk(path: Path) -> DemandPanel:
    """The panel of one chunk, as it was written."""
    frame = pl.read_parquet(path)
    weeks: list[date] = frame["_weeks"][0].to_list() if len(frame) else []
    shape = (len(frame), len(weeks))
    bulk = _dense(frame["_bulk"], shape, np.float64)
    return DemandPanel(
        frame.select(pl.exclude("_born", "_demand", "_censored", "_bulk", "_weeks", "_notes")), tuple(weeks),
        _dense(frame["_demand"], shape, np.float64), frame["_born"].to_numpy().astype(np.int64),
        _dense(frame["_censored"], shape, np.bool_), None if np.isnan(bulk).all() else bulk,
        tuple(tuple(notes) for notes in frame["_notes"]),
    )  # fmt: skip


def forecast_chunk(
    path: Path, out: Path, model: Model, weeks: Sequence[float] = CHUNK_WEEKS,
    levels: Sequence[float] = CHUNK_LEVELS,
) -> Path:  # fmt: skip
    """Forecast one chunk and write it to ``out``: the columns of the forecast frame, and for each of ``weeks`` a list
    ``demand_8`` … of whole units, one a level (null where nothing is known)."""
    result = forecast(read_chunk(path), model=model)
    columns: list[pl.Series] = []
    for lead in weeks:
        values = result.quantiles(LeadTime.fixed(lead), levels)
        columns.append(whole_lists(values).alias(f"demand_{lead:g}"))
    result.frame.with_columns(columns).write_parquet(out)
    return out


def forecast_chunks(
    paths: Iterable[Path], folder: Path, model: Model, executor: Executor, weeks: Sequence[float] = CHUNK_WEEKS,
    levels: Sequence[float] = CHUNK_LEVELS,
) -> list[Path]:  # fmt: skip
    """Forecast all chunks with ``executor``; paths of the results in ``folder``, in the order of ``paths``.

    The first chunk that fails ends the run with its exception; chunks already written stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [executor.submit(forecast_chunk, path, folder / path.name, model, weeks, levels) for path in paths]
    return [job.result() for job in jobs]


def _lists(name: str, values: NDArray[Any]) -> pl.Series:
    return pl.Series(values).arr.to_list().alias(name) if values.shape[1] else pl.Series(name, [[]] * values.shape[0])


def _dense(column: pl.Series, shape: tuple[int, int], kind: type) -> NDArray[Any]:
    cells = cast(Any, column.explode().to_numpy())
    return cells.astype(kind).reshape(shape)
